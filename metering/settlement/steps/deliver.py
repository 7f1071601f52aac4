"""What the pattern 1 devices of a premises delivered in a slot (settlement.md rule 14)."""

from datetime import date
from functools import reduce
from operator import add

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
    """Pattern 1 slots in service and not held: ``site_key``, energy, quality, baseline, and whether there is any.

    A device point has a baseline in a slot where either of its metered directions has a row.
    """
    balancing = (spans["pattern"] == ServicePattern.BALANCING) & ~spans["held"]
    rows = keep(slots[["span", "nth", "key", "energy_wh", "quality"]], balancing[slots["span"]])
    span = rows["span"]
    to_series = (spans["series"] - spans["span"]) * STRIDE
    to_site = (spans["premises"] - spans["span"]) * STRIDE
    series_key = rows["key"] + to_series[span]
    baseline = _look_up(series_key, baselines)
    has_any = _has_any(span, series_key, baseline, spans, baselines)
    return rows[["span", "nth", "energy_wh", "quality"]].hstack(
        [
            (rows["key"] + to_site[span]).alias("site_key"),
            baseline.alias("baseline_wh"),
            has_any.alias("has_baseline"),
        ]
    )


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
    if baselines.is_empty() or not baseline.has_nulls():
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
    reverse = (spans["direction"] == FlowDirection.REVERSE)[balanced["span"]]
    net = pl.col("energy_wh") - pl.col("baseline_wh").fill_null(0)
    signed = pl.when(reverse).then(net).otherwise(-net)
    without = pl.when(pl.col("energy_wh").is_not_null()).then(0)
    contribution = (
        pl.when("has_baseline").then(signed).otherwise(without)
        if balanced["has_baseline"].any()
        else without.otherwise(None)
    )
    delivered = balanced.select("span", "nth", "site_key", delivered_wh=contribution.cast(pl.Int64))
    sums = _add_up_blocks(delivered, spans)
    weak = balanced.filter(pl.col("quality") != Quality.MEASURED)
    weakest = look(weak.lazy().group_by("site_key").agg(rank(pl.col("quality")).max()))
    ranks = pl.zeros(sums.height, dtype=pl.UInt8, eager=True).alias("rank")
    places = sums["site_key"].search_sorted(weakest["site_key"])
    return sums.hstack([ranks.scatter(places, weakest["quality"])])


def _add_up_blocks(rows: pl.DataFrame, spans: pl.DataFrame) -> pl.DataFrame:
    """Sums per ``site_key``, sorted; the rows of a span are a block, blocks of the same slots are added as wholes.

    Premises whose device points serve different slots are added up row by row.
    """
    blocks = _blocks(rows, spans)
    alike, mixed = (
        blocks.filter(pl.col("is_alike") == wanted).sort("of", "nth_of", "premises")
        for wanted in (True, False)
    )
    ordered = _rows_of(rows, alike)
    added, position = [], 0
    for of, size in alike.group_by("of", maintain_order=True).agg(pl.col("len").sum()).iter_rows():
        layer = size // of
        layers = [
            ordered[position + layer * nth : position + layer * (nth + 1)] for nth in range(of)
        ]
        total = reduce(add, (frame["delivered_wh"] for frame in layers))
        added.append(pl.DataFrame([layers[0]["site_key"], total]))
        position += size
    single = _rows_of(rows, mixed).group_by("site_key").agg(_sum_or_null())
    sums = pl.concat([rows[["site_key", "delivered_wh"]].clear(), *added, single])
    return in_order(sums, "site_key")


def _blocks(rows: pl.DataFrame, spans: pl.DataFrame) -> pl.DataFrame:
    """The blocks of ``rows``: first row, length, premises, which of its premises' blocks, and whether those are alike."""
    runs = rows["span"].rle().struct.unnest()
    start = (runs["len"].cum_sum() - runs["len"]).alias("start")
    premises = spans["premises"][runs["value"]]
    first = rows["nth"][start].alias("first")
    return look(
        pl.LazyFrame([premises, start, runs["len"], first]).with_columns(
            is_alike=pl.all_horizontal(pl.col("first", "len").n_unique().over("premises") == 1),
            nth_of=pl.int_range(pl.len()).over("premises"),
            of=pl.len().over("premises"),
        )
    )


def _rows_of(rows: pl.DataFrame, blocks: pl.DataFrame) -> pl.DataFrame:
    """The rows of blocks, block after block."""
    place = look(
        blocks.lazy()
        .select(row=pl.int_ranges("start", pl.col("start") + pl.col("len"), dtype=pl.UInt32))
        .explode("row")
        .drop_nulls()
    ).to_series()
    return pl.DataFrame([rows["site_key"][place], rows["delivered_wh"][place]])


def _sum_or_null() -> pl.Expr:
    """The sum, null as long as one part of it is null."""
    complete = pl.col("delivered_wh").is_not_null().all()
    return pl.when(complete).then(pl.col("delivered_wh").sum()).alias("delivered_wh")


def add_up(delivered: pl.DataFrame) -> pl.DataFrame:
    """What several parts have of one premises: one row per ``site_key``, sorted, the sum and the highest rank."""
    rows = in_order(delivered, "site_key")
    if (rows["site_key"][1:] != rows["site_key"][:-1]).all():
        return rows
    return rows.group_by("site_key").agg(_sum_or_null(), pl.col("rank").max()).sort("site_key")


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
