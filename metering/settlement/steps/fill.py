"""The gaps of pattern 1: accepted I rows, even distribution, zero (settlement.md rules 10 and 12)."""

import polars as pl

from metering.domain.findings import Code
from metering.domain.points import ServicePattern
from metering.domain.quality import Quality
from metering.domain.rules import Stage
from metering.settlement.expressions.instants import REACH, STRIDE, lane_of
from metering.settlement.expressions.quality import label
from metering.settlement.expressions.shares import even_share
from metering.settlement.steps.intervals import Intervals
from metering.settlement.steps.normalize import keep


def weigh(fills: pl.DataFrame, intervals: Intervals) -> pl.DataFrame:
    """I rows (``key`` of their slot, ``value_wh``, ``slot_cap_wh``) of slots in a gap, each with its verdict.

    ``verdict`` is null where the row counts, else the code of the finding. Counting rows carry ``filled`` and
    ``filled_wh``, number and sum of the counting rows in their gap, and ``ordinal`` among them. Measured wins:
    rows of measured slots are dropped.
    """
    plausible = pl.col("value_wh").is_between(0, pl.col("slot_cap_wh"))
    full = pl.col("filled") == pl.col("slots")
    total = pl.col("total_wh")
    fits = pl.when(full).then(pl.col("filled_wh") == total).otherwise(pl.col("filled_wh") <= total)
    return (
        _in_gap(_unmeasured(fills, intervals.all).lazy(), intervals.gaps)
        .with_columns(plausible=plausible)
        .with_columns(
            filled=pl.col("plausible").sum().over("gap").cast(pl.Int64),
            filled_wh=pl.col("value_wh").filter("plausible").sum().over("gap"),
            ordinal=pl.col("plausible").cum_sum().over("gap").cast(pl.Int64),
        )
        .with_columns(
            verdict=pl.when(~pl.col("plausible"))
            .then(pl.lit(Code.FILL_IMPLAUSIBLE.value))
            .when(pl.col("trusted") & ~fits)
            .then(pl.lit(Code.FILL_CONTRADICTS.value))
        )
        .collect(engine="in-memory")
    )


def fill(
    slots: pl.DataFrame, gaps: pl.DataFrame, weighed: pl.DataFrame, stage: Stage
) -> pl.DataFrame:
    """Energy and quality of the missing slots of pattern 1 (``key`` and ``place`` in the slots) that are filled.

    A trusted T less the I rows is shared evenly by the rest of the gap; the rest of an unknown T is 0 (final stage).
    """
    given, trusted = pl.col("value_wh"), pl.col("trusted")
    position = pl.col("slots") - (pl.col("until") - pl.col("key")) - pl.col("before")
    rest_wh, rest = pl.col("total_wh") - pl.col("filled_wh"), pl.col("slots") - pl.col("filled")
    return (
        _with_fills(_in_gap(slots.lazy(), gaps), weighed.lazy().filter(pl.col("verdict").is_null()))
        .filter(given.is_not_null() | pl.lit(stage == "final"))
        .select(
            "place",
            energy_wh=pl.coalesce(
                given, pl.when(trusted).then(even_share(rest_wh, rest, position)).otherwise(0)
            ),
            quality=pl.when(given.is_not_null())
            .then(label(Quality.FILLED_INTERVAL))
            .when(trusted)
            .then(label(Quality.EVENLY_DISTRIBUTED))
            .otherwise(label(Quality.ZERO)),
        )
        .collect(engine="in-memory")
    )


def missing(slots: pl.DataFrame, spans: pl.DataFrame) -> pl.DataFrame:
    """``key`` and ``place`` of the missing slots of pattern 1; of pattern 2 nothing is ever filled (rule 11)."""
    place = (slots["quality"] == int(Quality.MISSING)).arg_true()
    pattern = spans["pattern"][slots["span"][place]]
    place = place.filter(pattern == ServicePattern.BALANCING).alias("place")
    return pl.DataFrame([slots["key"][place].set_sorted(), place])


def lay_in(slots: pl.DataFrame, filled: pl.DataFrame) -> pl.DataFrame:
    """Slots with the fills at their places."""
    if filled.is_empty():
        return slots
    laid = slots.clone()
    for name in ("energy_wh", "quality"):
        column = slots[name].scatter(filled["place"], filled[name])
        laid.replace_column(slots.get_column_index(name), column)
    return laid


def _with_fills(gaps: pl.LazyFrame, counting: pl.LazyFrame) -> pl.LazyFrame:
    """Missing slots with their own I row, the counting I rows of their gap, and how many of those come ``before``."""
    of_gap = counting.group_by("gap").agg(pl.first("filled"), pl.first("filled_wh"))
    earlier = counting.select(pl.col("key").set_sorted(), gap_before="gap", before="ordinal")
    before = pl.when(pl.col("gap_before") == pl.col("gap")).then("before").otherwise(0)
    return (
        gaps.join(of_gap, on="gap", how="left", maintain_order="left")
        .join(counting.select("key", "value_wh"), on="key", how="left", maintain_order="left")
        .with_columns(pl.col("filled", "filled_wh").fill_null(0), pl.col("key").set_sorted())
        .join_asof(earlier, on="key")
        .with_columns(before.alias("before"))
    )


def _unmeasured(fills: pl.DataFrame, measured: pl.DataFrame) -> pl.DataFrame:
    """I rows of slots that have no measured energy."""
    if fills.is_empty() or measured.is_empty():
        return fills
    place = measured["until"].search_sorted(fills["key"]).clip(upper_bound=measured.height - 1)
    is_end = measured["until"][place] == fills["key"]
    return keep(fills, ~(is_end & measured["energy_wh"][place].is_not_null()))


def _in_gap(rows: pl.LazyFrame, gaps: pl.DataFrame) -> pl.LazyFrame:
    """Rows by ``key`` of a missing slot (sorted) with the interval they lie in and a name of their gap (rule 9).

    Behind the last known instant of a span the gap has no T.
    """
    laid = rows.join_asof(
        gaps.lazy().select("until", "slots", "total_wh", "trusted"),
        left_on="key",
        right_on="until",
        strategy="forward",
        coalesce=False,
    )
    here = (pl.col("until") - pl.col("key") < REACH).fill_null(value=False)
    behind_last = lane_of(pl.col("key")) * STRIDE + REACH - 1
    return laid.with_columns(
        gap=pl.when(here).then("until").otherwise(behind_last), trusted=here & pl.col("trusted")
    )
