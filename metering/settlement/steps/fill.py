"""Lazy to lazy: the gaps of pattern 1: accepted I rows, even distribution, zero (settlement.md rules 10 and 12)."""

import polars as pl

from metering.domain.points import ServicePattern
from metering.domain.quality import Quality
from metering.domain.rules import Stage
from metering.settlement.expressions.instants import REACH, STRIDE, lane_of
from metering.settlement.expressions.quality import label
from metering.settlement.expressions.shares import even_share


def weigh(fills: pl.LazyFrame, intervals: pl.LazyFrame) -> pl.LazyFrame:
    """I rows (``key`` of their slot, ``value_wh``, ``slot_cap_wh``) of slots in a gap, each with its verdict.

    ``verdict`` is null where the row counts, else the code of the finding. Counting rows carry ``filled`` and
    ``filled_wh``, number and sum of the counting rows in their gap, and ``ordinal`` among them. Measured wins:
    rows elsewhere are dropped.
    """
    total, trusted = pl.col("total_wh"), pl.col("trusted")
    plausible = pl.col("value_wh").is_between(0, pl.col("slot_cap_wh"))
    full = pl.col("filled") == pl.col("slots")
    fits = pl.when(full).then(pl.col("filled_wh") == total).otherwise(pl.col("filled_wh") <= total)
    return (
        _in_gap(fills, intervals)
        .with_columns(plausible=plausible)
        .with_columns(
            filled=pl.col("plausible").sum().over("gap").cast(pl.Int64),
            filled_wh=pl.col("value_wh").filter("plausible").sum().over("gap"),
            ordinal=pl.col("plausible").cum_sum().over("gap").cast(pl.Int64),
        )
        .with_columns(
            verdict=pl.when(~pl.col("plausible"))
            .then(pl.lit("FILL_IMPLAUSIBLE"))
            .when(trusted & ~fits)
            .then(pl.lit("FILL_CONTRADICTS"))
        )
    )


def fill(slots: pl.LazyFrame, weighed: pl.LazyFrame, stage: Stage) -> pl.LazyFrame:
    """Energy and quality for the missing slots of pattern 1, by ``key``; slots that stay missing are left out.

    A trusted T less the I rows is shared evenly by the rest of the gap; the rest of an unknown T is 0 (final stage).
    """
    counting = weighed.filter(pl.col("verdict").is_null())
    of_gap = counting.group_by("gap").agg(pl.first("filled"), pl.first("filled_wh"))
    given, position = pl.col("value_wh"), pl.col("slots") - (pl.col("until") - pl.col("key"))
    share = even_share(
        pl.col("total_wh") - pl.col("filled_wh"),
        pl.col("slots") - pl.col("filled"),
        position - pl.col("before"),
    )
    final = pl.lit(stage == "final")
    trusted = pl.col("trusted").fill_null(value=False)
    return (
        _with_gap(slots.filter(_fillable()))
        .join(of_gap, on="gap", how="left", maintain_order="left")
        .join(counting.select("key", "value_wh"), on="key", how="left", maintain_order="left")
        .with_columns(pl.col("filled", "filled_wh").fill_null(0))
        .sort("key")
        .join_asof(counting.select("key", gap_before="gap", before="ordinal").sort("key"), on="key")
        .with_columns(
            before=pl.when(pl.col("gap_before") == pl.col("gap")).then("before").otherwise(0)
        )
        .filter(final | given.is_not_null())
        .select(
            "key",
            fill_wh=pl.when(given.is_not_null()).then(given).when(trusted).then(share).otherwise(0),
            fill_quality=pl.when(given.is_not_null())
            .then(label(Quality.FILLED_INTERVAL))
            .when(trusted)
            .then(label(Quality.EVENLY_DISTRIBUTED))
            .otherwise(label(Quality.ZERO)),
        )
    )


def lay_fill(slots: pl.LazyFrame, fills: pl.LazyFrame) -> pl.LazyFrame:
    """Slots with the fills in place of what was missing."""
    return slots.join(fills, on="key", how="left", maintain_order="left").with_columns(
        energy_wh=pl.coalesce("fill_wh", "energy_wh"),
        quality=pl.coalesce("fill_quality", "quality"),
    )


def _fillable() -> pl.Expr:
    """Missing slots of pattern 1; of pattern 2 nothing is ever filled (rule 11)."""
    return (pl.col("quality") == Quality.MISSING) & (pl.col("pattern") == ServicePattern.BALANCING)


def _in_gap(fills: pl.LazyFrame, intervals: pl.LazyFrame) -> pl.LazyFrame:
    """I rows with their interval, without those of measured slots."""
    known = intervals.select("until", "slots", "total_wh", "trusted", "whole")
    laid = fills.join_asof(
        known, left_on="key", right_on="until", strategy="forward", coalesce=False
    )
    return _with_gap(laid.filter(~pl.col("whole").fill_null(value=False)))


def _with_gap(slots: pl.LazyFrame) -> pl.LazyFrame:
    """Adds ``gap``, a name of the gap (rule 9), and takes T away where the next known instant is in another span."""
    here = (pl.col("until") - pl.col("key") < REACH).fill_null(value=False)
    behind_last = lane_of(pl.col("key")) * STRIDE + REACH - 1
    return slots.with_columns(
        gap=pl.when(here).then("until").otherwise(behind_last), trusted=here & pl.col("trusted")
    )
