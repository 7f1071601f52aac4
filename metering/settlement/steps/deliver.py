"""What the pattern 1 devices of a premises delivered in a slot (settlement.md rule 14)."""

from datetime import date

import polars as pl

from metering.domain.points import FlowDirection, ServicePattern
from metering.domain.quality import Quality
from metering.domain.rules import Rules
from metering.settlement.expressions.instants import STRIDE, slot_end
from metering.settlement.expressions.quality import rank
from metering.settlement.look import look
from metering.settlement.steps.normalize import in_order, keep, last_delivered


def key_baselines(baselines: pl.DataFrame, rules: Rules) -> pl.DataFrame:
    """``baseline_wh`` of registered points by ``key`` (series, slot's end); the one delivered last counts (rule 2)."""
    end = slot_end(pl.col("day"), pl.col("slot"), rules)
    series = pl.col("point") * 2 + pl.col("direction")
    keyed = baselines.select(key=series * STRIDE + end, baseline_wh="energy_wh").drop_nulls("key")
    ordered = in_order(keyed, "key")
    return keep(ordered, last_delivered(ordered["key"])).drop_nulls("baseline_wh")


def balance(slots: pl.DataFrame, spans: pl.DataFrame, baselines: pl.DataFrame) -> pl.DataFrame:
    """Pattern 1 slots in service and not held: energy, quality, baseline, and whether there is any.

    A device point has a baseline in a slot where either of its metered directions has a row.
    """
    balancing = (spans["pattern"] == ServicePattern.BALANCING) & ~spans["held"]
    rows = keep(slots[["span", "nth", "key", "energy_wh", "quality"]], balancing[slots["span"]])
    baseline, has_any = _find_baselines(rows, spans, baselines)
    return rows.hstack([baseline.alias("baseline_wh"), has_any.alias("has_baseline")])


def _find_baselines(
    rows: pl.DataFrame, spans: pl.DataFrame, baselines: pl.DataFrame
) -> tuple[pl.Series, pl.Series]:
    """The baseline of every slot, and whether its device point has any in the slot."""
    if baselines.is_empty():
        none = pl.repeat(None, rows.height, dtype=pl.Int64, eager=True)
        return none, none.is_not_null()
    to_series = (spans["series"] - spans["span"]) * STRIDE
    keys = rows["key"] + to_series[rows["span"]]
    baseline = _look_up(keys, baselines)
    return baseline, _has_any(rows["span"], keys, baseline, spans, baselines)


def _look_up(keys: pl.Series, baselines: pl.DataFrame) -> pl.Series:
    """The baseline at each of the sorted keys, null where there is none."""
    if len(keys) == baselines.height and (keys == baselines["key"]).all():
        return baselines["baseline_wh"]
    wanted = keys.to_frame("key")
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
    if not baseline.has_nulls():
        return has
    lacking = (~has).arg_true()
    of = span[lacking]
    to_other = pl.when(pl.col("direction") == FlowDirection.REVERSE).then(-STRIDE).otherwise(STRIDE)
    other = keys[lacking] + spans.select(to_other).to_series()[of]
    return has.scatter(lacking, spans["both"][of] & other.is_in(baselines["key"].implode()))


def deliver(balanced: pl.DataFrame, spans: pl.DataFrame) -> pl.DataFrame:
    """Per premises and slot (``site_key``, sorted) the delivered energy and the rank of the weakest quality.

    ±(E − B) of every direction, reverse counting up, 0 without a baseline; null while any energy is null.
    """
    to_site = (spans["premises"] - spans["span"]) * STRIDE
    site_key = (balanced["key"] + to_site[balanced["span"]]).alias("site_key")
    is_weak = balanced["quality"] != int(Quality.MEASURED)
    delivered = _contribution(balanced, spans).alias("delivered_wh")
    weak = pl.DataFrame([site_key, delivered, balanced["quality"]]).filter(is_weak)
    weakest = (
        weak.lazy()
        .group_by("site_key")
        .agg(
            rank=rank(pl.col("quality")).max(),
            is_complete=pl.col("delivered_wh").is_not_null().all(),
        )
    )
    return _with_weakest(_sums(site_key, delivered), look(weakest))


def _sums(site_key: pl.Series, delivered: pl.Series) -> pl.DataFrame:
    """Sums per ``site_key``, sorted, null counting 0: differences of the running sum at the last row of each key."""
    rows = in_order(pl.DataFrame([site_key, delivered.fill_null(0)]), "site_key")
    keys = rows["site_key"]
    last = (keys[1:] != keys[:-1]).extend(pl.Series([True] * min(rows.height, 1)))
    running = rows["delivered_wh"].cum_sum().filter(last)
    sums = running - running.shift(fill_value=0)
    return pl.DataFrame([keys.filter(last).set_sorted(), sums])


def _with_weakest(sums: pl.DataFrame, weakest: pl.DataFrame) -> pl.DataFrame:
    """Sums with the ``rank`` of their weakest part; null while a part of them is null."""
    places = sums["site_key"].search_sorted(weakest["site_key"])
    measured = pl.zeros(sums.height, dtype=pl.UInt8, eager=True).alias("rank")
    open_places = places.filter(~weakest["is_complete"])
    delivered = sums["delivered_wh"].scatter(open_places, None)
    return pl.DataFrame([sums["site_key"], delivered, measured.scatter(places, weakest["rank"])])


def _contribution(balanced: pl.DataFrame, spans: pl.DataFrame) -> pl.Series:
    """What each row adds to its site."""
    without = pl.when(pl.col("energy_wh").is_not_null()).then(pl.lit(0, dtype=pl.Int64))
    if not balanced["has_baseline"].any():
        return balanced.select(without).to_series()
    net = pl.col("energy_wh") - pl.col("baseline_wh").fill_null(0)
    reverse = (spans["direction"] == FlowDirection.REVERSE)[balanced["span"]]
    signed = pl.when(reverse).then(net).otherwise(-net)
    return balanced.select(pl.when("has_baseline").then(signed).otherwise(without)).to_series()


def add_up(delivered: pl.DataFrame) -> pl.DataFrame:
    """What several parts have of the same premises: one row per ``site_key``, sorted, the sum and the highest rank."""
    rows = in_order(delivered, "site_key")
    if (rows["site_key"][1:] != rows["site_key"][:-1]).all():
        return rows
    complete = pl.col("delivered_wh").is_not_null().all()
    total = pl.when(complete).then(pl.col("delivered_wh").sum()).alias("delivered_wh")
    return rows.group_by("site_key").agg(total, pl.col("rank").max()).sort("site_key")


def without_baseline(
    balanced: pl.DataFrame, spans: pl.DataFrame, first_day: date, rules: Rules
) -> pl.DataFrame:
    """Per device point and day the number of slots without any baseline row (finding NO_BASELINE)."""
    lacks = ~balanced["has_baseline"]
    reverse_of_two = spans["both"] & (spans["direction"] == FlowDirection.REVERSE)
    if reverse_of_two.any():
        lacks &= ~reverse_of_two[balanced["span"]]
    lacking = keep(balanced[["span", "nth"]], lacks)
    day = pl.col("nth") // rules.slots_per_day
    numbers = pl.lit(spans["device_point_number"]).gather("span").alias("device_point_number")
    return look(
        lacking.lazy()
        .select(pl.struct("span", day=day).rle().alias("run"))
        .unnest("run")
        .unnest("value")
        .group_by(numbers, "day")
        .agg(slots=pl.col("len").sum())
        .with_columns(day=pl.lit(first_day) + pl.duration(days="day"))
    )
