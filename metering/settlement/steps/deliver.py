"""What the pattern 1 devices of a premises delivered in a slot (settlement.md rule 14)."""

import polars as pl

from metering.domain.points import FlowDirection, ServicePattern
from metering.domain.quality import STRENGTH, Quality
from metering.domain.rules import Rules
from metering.settlement.expressions.instants import STRIDE, day_of, instant_of, lane_of, slot_end
from metering.settlement.expressions.quality import rank
from metering.settlement.steps.normalize import in_order, keep_last


def key_baselines(baselines: pl.DataFrame, rules: Rules) -> pl.DataFrame:
    """``baseline_wh`` of registered points by ``key`` (series, slot's end); the one delivered last counts (rule 2)."""
    keyed = baselines.filter(
        pl.col("point").is_not_null(), pl.col("energy_wh").is_not_null()
    ).select(
        key=(pl.col("point") * 2 + pl.col("direction")) * STRIDE
        + slot_end(pl.col("day"), pl.col("slot"), rules),
        baseline_wh="energy_wh",
    )
    return keep_last(in_order(keyed, "key"))


def balance(slots: pl.DataFrame, spans: pl.DataFrame, baselines: pl.DataFrame) -> pl.DataFrame:
    """Pattern 1 slots in service and not held: ``site_key``, energy, quality, baseline, and whether there is any.

    A device point has a baseline in a slot where either of its metered directions has a row.
    """
    balancing = (spans["pattern"] == ServicePattern.BALANCING) & ~spans["held"]
    to_series = (spans["series"] - spans["span"]) * STRIDE
    to_site = (spans["premises"] - spans["span"]) * STRIDE
    rows = slots.filter(balancing.gather(slots["span"]))
    of = rows["span"]
    rows = rows.select(
        "span",
        "energy_wh",
        "quality",
        series_key=(pl.col("key") + to_series.gather(of)).set_sorted(),
        site_key=pl.col("key") + to_site.gather(of),
    )
    found = _look_up(rows["series_key"], baselines)
    return rows.with_columns(
        baseline_wh=found, has_baseline=_has_any(rows, found, spans, baselines)
    )


def _look_up(keys: pl.Series, baselines: pl.DataFrame) -> pl.Series:
    """The baseline at each of the sorted keys, null where there is none."""
    if keys.equals(baselines["key"]):
        return baselines["baseline_wh"]
    wanted = pl.DataFrame({"key": keys})
    return wanted.join(baselines, on="key", how="left", maintain_order="left")["baseline_wh"]


def _has_any(
    rows: pl.DataFrame, found: pl.Series, spans: pl.DataFrame, baselines: pl.DataFrame
) -> pl.Series:
    """Whether the device point has a baseline in the slot: in this direction or, where it is metered, in the other."""
    has = found.is_not_null()
    if has.all() or baselines.is_empty():
        return has
    place = (~has).arg_true()
    lacking = rows[place].select(
        "series_key", both=spans["both"].gather(rows["span"].gather(place))
    )
    direction = lane_of(pl.col("series_key")) % 2
    other = lacking.select(key=pl.col("series_key") + (1 - 2 * direction) * STRIDE)["key"]
    return has.scatter(place, lacking["both"] & other.is_in(baselines["key"].implode()))


def deliver(balanced: pl.DataFrame) -> pl.DataFrame:
    """Per premises and slot (``site_key``, sorted) the delivered energy and the rank of the weakest quality.

    ±(E − B) of every direction, reverse counting up, 0 without a baseline; null while any energy is null.
    """
    direction = lane_of(pl.col("series_key")) % 2
    net = pl.col("energy_wh") - pl.col("baseline_wh").fill_null(0)
    signed = pl.when(direction == FlowDirection.REVERSE).then(net).otherwise(-net)
    complete = pl.col("energy_wh").is_not_null()
    contribution = pl.when(pl.col("has_baseline")).then(signed).when(complete).then(0)
    return add_up(
        balanced.select("site_key", delivered_wh=contribution, rank=rank(pl.col("quality")))
    )


def add_up(delivered: pl.DataFrame) -> pl.DataFrame:
    """One row per ``site_key``, sorted: the sum, null as long as one part of it is null, and the highest rank.

    Sums are differences of the running sum at the last row of each key; only weak slots are grouped.
    """
    rows = in_order(delivered, "site_key")
    if bool((rows["site_key"].diff() != 0).all()):
        return rows
    last = rows["site_key"] != rows["site_key"].shift(-1).fill_null(-1)
    sums = rows.select("site_key", running=pl.col("delivered_wh").fill_null(0).cum_sum()).filter(
        last
    )
    sums = sums.select("site_key", total=pl.col("running") - pl.col("running").shift(fill_value=0))
    weak = rows.filter(pl.col("rank") > STRENGTH.index(Quality.MEASURED))
    weakest = weak.group_by("site_key").agg(
        pl.col("rank").max(), complete=pl.col("delivered_wh").is_not_null().all()
    )
    complete = pl.col("complete").fill_null(value=True)
    return sums.join(weakest, on="site_key", how="left", maintain_order="left").select(
        pl.col("site_key").set_sorted(),
        delivered_wh=pl.when(complete).then("total"),
        rank=pl.col("rank").fill_null(STRENGTH.index(Quality.MEASURED)),
    )


def without_baseline(balanced: pl.DataFrame, spans: pl.DataFrame, rules: Rules) -> pl.DataFrame:
    """Per device point and day the number of slots without any baseline row (finding NO_BASELINE)."""
    reverse_of_two = spans["both"] & (spans["direction"] == FlowDirection.REVERSE)
    lacking = balanced.filter(~pl.col("has_baseline")).select(
        "span", day=day_of(instant_of(pl.col("series_key")), rules)
    )
    counted = (
        lacking.filter(~reverse_of_two.gather(lacking["span"]))
        .group_by("span", "day")
        .agg(slots=pl.len())
    )
    return (
        counted.with_columns(spans["device_point_number"].gather(counted["span"]))
        .group_by("device_point_number", "day")
        .agg(pl.col("slots").sum())
    )
