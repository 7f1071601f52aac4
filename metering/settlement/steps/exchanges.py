"""Meter exchanges: spans cut into stretches of one meter each (settlement.md rules 1 and 4).

The running totals run over all series without a reset: only their differences between two instants of one series are
used. Few series have an exchange at all; the spans of the others are one stretch each.
"""

import polars as pl

from metering.domain.rules import Rules
from metering.settlement.expressions.instants import STRIDE, key, next_instant
from metering.settlement.look import look


def tally(exchanges: pl.DataFrame, rules: Rules) -> pl.DataFrame:
    """Per instant with exchanges: what has been carried over, and how many ``breaks`` there were up to it.

    ``exchanges`` carry ``point``; of several for one moment the row delivered last counts (rule 2).
    """
    bridged = pl.col("old_register_wh") - pl.col("new_register_wh")
    return look(
        exchanges.lazy()
        .filter(pl.col("point").is_not_null())
        .with_columns(
            series=pl.col("point") * 2 + pl.col("direction"),
            counts_from=next_instant(pl.col("exchanged_at"), rules),
        )
        .unique(["series", "exchanged_at"], keep="last", maintain_order=True)
        .sort("series", "exchanged_at")
        .select(
            series_key=key("series", "counts_from"),
            exchanged_series="series",
            new_meter_id="new_meter_id",
            carried_over=bridged.fill_null(0).cum_sum(),
            breaks=bridged.is_null().cast(pl.Int64).cum_sum(),
        )
        .unique("series_key", keep="last", maintain_order=True)
        .with_columns(pl.col("series_key").set_sorted())
    )


def stretch(spans: pl.LazyFrame, tallied: pl.DataFrame, rules: Rules) -> pl.LazyFrame:
    """Spans cut where a meter is exchanged, sorted: from ``from_key`` to the next stretch one meter is expected.

    ``offset_wh`` carries a reading of the stretch on to V (rule 4: since the service period began, mod M);
    ``exchanges_here`` and ``breaks_here`` say what began it, ``breaks`` counts up to it; ``meter_expected`` is null
    where nothing is checked (rule 1). ``keeps_end``: a row at the end of the span is its own (rule 9a). ``limit_wh``
    is the most that one trusted slot can have (rules 5 and 7).
    """
    none = pl.lit(0, dtype=pl.Int64)
    plain = spans.with_columns(
        from_key="opens_key", breaks=none, offset_wh=none, meter_expected="meter_id"
    ).select(_COLUMNS)
    if not tallied.is_empty():
        exchanging = pl.col("series").is_in(tallied["exchanged_series"].unique().implode())
        cut = _cut(spans.filter(exchanging), tallied.lazy(), rules).select(_COLUMNS)
        plain = pl.concat([plain.filter(~exchanging), cut]).sort("from_key", "span")
    is_first = pl.col("span") != pl.col("span").shift().fill_null(-1)
    return plain.with_columns(
        stretch=pl.int_range(pl.len(), dtype=pl.UInt32),
        to_span=(pl.col("span") - pl.col("series")) * STRIDE,
        limit_wh=pl.when(pl.col("flat_max") >= 1).then("slot_cap_wh").otherwise(-1),
        exchanges_here=~is_first,
        breaks_here=~is_first & (pl.col("breaks") > pl.col("breaks").shift()),
        is_last=pl.col("span") != pl.col("span").shift(-1).fill_null(-1),
        keeps_end=~pl.col("held") | pl.col("closes"),
    )


_COLUMNS = [
    "span",
    "series",
    "from_key",
    "closes_key",
    "pattern",
    "held",
    "closes",
    "slot_cap_wh",
    "flat_max",
    "breaks",
    "offset_wh",
    "meter_expected",
]


def _cut(spans: pl.LazyFrame, tallied: pl.LazyFrame, rules: Rules) -> pl.LazyFrame:
    """Spans with exchanges in their series, as stretches."""
    return (
        _cuts(spans, tallied)
        .join(_with_origin(spans, tallied), on="span", how="left", maintain_order="left")
        .join_asof(tallied, left_on="from_key", right_on="series_key", coalesce=False)
        .with_columns(pl.col("carried_over", "breaks").fill_null(0))
        .with_columns(
            offset_wh=(pl.col("carried_over") - pl.col("carried_before")) % rules.modulus_wh,
            meter_expected=_expected_meter(),
        )
    )


def _cuts(spans: pl.LazyFrame, tallied: pl.LazyFrame) -> pl.LazyFrame:
    """``span`` and ``from_key`` of every stretch: where the span begins, and at exchanges inside it or at its end."""
    begins = spans.select("span", from_key="opens_key")
    inside = (
        tallied.join_asof(
            spans.select("span", "closes_key", pl.col("opens_key").set_sorted()),
            left_on="series_key",
            right_on="opens_key",
            allow_exact_matches=False,
        )
        .filter(pl.col("series_key") <= pl.col("closes_key"))
        .select("span", from_key="series_key")
    )
    return (
        pl.concat([begins, inside])
        .sort("from_key", "span")
        .with_columns(pl.col("from_key").set_sorted())
    )


def _with_origin(spans: pl.LazyFrame, tallied: pl.LazyFrame) -> pl.LazyFrame:
    """Spans with ``carried_before``: what had been carried over when their service period began, V's origin."""
    at_origin = (
        spans.select("span", series_key=key("series", "origin"))
        .sort("series_key")
        .join_asof(tallied.select("series_key", "carried_over"), on="series_key")
        .select("span", carried_before=pl.col("carried_over").fill_null(0))
    )
    return spans.join(at_origin, on="span", how="left", maintain_order="left")


def _expected_meter() -> pl.Expr:
    """``new_meter_id`` of the latest exchange of the series, else the register's; empty means unchecked (rule 1)."""
    exchanged = (pl.col("exchanged_series") == pl.col("series")).fill_null(value=False)
    expected = pl.when(exchanged).then("new_meter_id").otherwise("meter_id")
    return pl.when(expected != "").then(expected)
