"""What the pattern 1 devices of a premises delivered in a slot (settlement.md rule 14)."""

from datetime import date

import polars as pl

from metering.domain.points import FlowDirection, ServicePattern
from metering.domain.quality import STRENGTH, Quality
from metering.domain.rules import Rules
from metering.settlement.expressions.instants import STRIDE, slot_end
from metering.settlement.expressions.quality import rank
from metering.settlement.look import look
from metering.settlement.steps.normalize import in_order, keep_last

_STRONGEST = STRENGTH.index(Quality.MEASURED)


def key_baselines(baselines: pl.DataFrame, rules: Rules) -> pl.DataFrame:
    """``baseline_wh`` of registered points by ``key`` (series, slot's end); the one delivered last counts (rule 2)."""
    end = slot_end(pl.col("day"), pl.col("slot"), rules)
    series = pl.col("point") * 2 + pl.col("direction")
    keyed = baselines.select(key=series * STRIDE + end, baseline_wh="energy_wh").drop_nulls("key")
    return keep_last(in_order(keyed, "key")).drop_nulls("baseline_wh")


def balance(slots: pl.DataFrame, spans: pl.DataFrame, baselines: pl.DataFrame) -> pl.DataFrame:
    """Pattern 1 slots in service and not held: ``site_key``, energy, quality, baseline, and whether there is any.

    A device point has a baseline in a slot where either of its metered directions has a row.
    """
    balancing = (spans["pattern"] == ServicePattern.BALANCING) & ~spans["held"]
    shifts = spans.select(
        to_series=(pl.col("series") - pl.col("span")) * STRIDE,
        to_site=(pl.col("premises") - pl.col("span")) * STRIDE,
    )
    rows = slots.select("span", "nth", "key", "energy_wh", "quality")
    rows = rows if balancing.all() else rows.filter(balancing.gather(slots["span"]))
    series_key = (rows["key"] + shifts["to_series"].gather(rows["span"])).set_sorted()
    baseline = _look_up(series_key, baselines)
    return rows.select(
        "span",
        "nth",
        "energy_wh",
        "quality",
        (rows["key"] + shifts["to_site"].gather(rows["span"])).alias("site_key"),
        baseline.alias("baseline_wh"),
        _has_any(rows["span"], series_key, baseline, spans, baselines).alias("has_baseline"),
    )


def _look_up(keys: pl.Series, baselines: pl.DataFrame) -> pl.Series:
    """The baseline at each of the sorted keys, null where there is none."""
    if len(keys) == baselines.height and (keys == baselines["key"]).all():
        return baselines["baseline_wh"]
    wanted = pl.DataFrame({"key": keys})
    return wanted.join(baselines, on="key", how="left", maintain_order="left")["baseline_wh"]


def _has_any(
    span: pl.Series,
    keys: pl.Series,
    baseline: pl.Series,
    spans: pl.DataFrame,
    baselines: pl.DataFrame,
) -> pl.Series:
    """Whether the device point has a baseline in the slot: in this direction or, where it is metered, in the other."""
    has = baseline.is_not_null()
    if baselines.is_empty() or not baseline.has_nulls():
        return has
    lacking = (~has).arg_true()
    of = span.gather(lacking)
    to_other = pl.when(pl.col("direction") == FlowDirection.REVERSE).then(-STRIDE).otherwise(STRIDE)
    other = keys.gather(lacking) + spans.select(to_other).to_series().gather(of)
    return has.scatter(lacking, spans["both"].gather(of) & other.is_in(baselines["key"].implode()))


def deliver(balanced: pl.DataFrame, spans: pl.DataFrame) -> pl.DataFrame:
    """Per premises and slot (``site_key``, sorted) the delivered energy and the rank of the weakest quality.

    ±(E − B) of every direction, reverse counting up, 0 without a baseline; null while any energy is null.
    """
    reverse = (spans["direction"] == FlowDirection.REVERSE).gather(balanced["span"])
    net = pl.col("energy_wh") - pl.col("baseline_wh").fill_null(0)
    signed = pl.when(reverse).then(net).otherwise(-net)
    complete = pl.col("energy_wh").is_not_null()
    without = pl.when(complete).then(0)
    contribution = (
        pl.when("has_baseline").then(signed).otherwise(without)
        if balanced["has_baseline"].any()
        else without.otherwise(None)
    )
    return add_up(
        balanced.select(
            "site_key", delivered_wh=contribution.cast(pl.Int64), rank=rank(pl.col("quality"))
        )
    )


def add_up(delivered: pl.DataFrame) -> pl.DataFrame:
    """One row per ``site_key``, sorted: the sum, null as long as one part of it is null, and the highest rank.

    Sums are differences of the running sum at the last row of each key; only weak slots are grouped.
    """
    weak = delivered.filter(pl.col("rank") > _STRONGEST)
    rows = in_order(delivered.select("site_key", pl.col("delivered_wh").fill_null(0)), "site_key")
    keys = rows["site_key"]
    last = (keys[1:] != keys[:-1]).extend(pl.Series([True] * min(rows.height, 1)))
    running = rows["delivered_wh"].cum_sum().filter(last).alias("running")
    complete = pl.col("delivered_wh").is_not_null().all()
    weakest = weak.lazy().group_by("site_key").agg(pl.col("rank").max(), complete=complete)
    total = pl.col("running") - pl.col("running").shift(fill_value=0)
    return look(
        pl.LazyFrame([keys.filter(last), running])
        .join(weakest, on="site_key", how="left", maintain_order="left")
        .select(
            pl.col("site_key").set_sorted(),
            delivered_wh=pl.when(pl.col("complete").fill_null(value=True)).then(total),
            rank=pl.col("rank").fill_null(_STRONGEST),
        )
    )


def without_baseline(
    balanced: pl.DataFrame, spans: pl.DataFrame, first_day: date, rules: Rules
) -> pl.DataFrame:
    """Per device point and day the number of slots without any baseline row (finding NO_BASELINE)."""
    reverse_of_two = spans["both"] & (spans["direction"] == FlowDirection.REVERSE)
    lacks = ~balanced["has_baseline"]
    if reverse_of_two.any():
        lacks &= ~reverse_of_two.gather(balanced["span"])
    lacking = balanced.select("span", day=pl.col("nth") // rules.slots_per_day).filter(lacks)
    runs = look(lacking.lazy().select(pl.struct("span", "day").rle().alias("run")).unnest("run"))
    counted = (
        runs.lazy()
        .unnest("value")
        .with_columns(pl.lit(spans["device_point_number"]).gather("span"))
    )
    return look(
        counted.group_by("device_point_number", "day")
        .agg(pl.col("len").sum())
        .select("device_point_number", slots="len", day=pl.lit(first_day) + pl.duration(days="day"))
    )
