"""Lazy to lazy: meter exchanges as running totals along the axis of all series (settlement.md rules 1 and 4).

The totals run over all series without a reset: only their differences between two instants of one series are used.
"""

import polars as pl

from metering.domain.rules import Rules
from metering.settlement.expressions.instants import key, next_instant


def tally(exchanges: pl.LazyFrame, rules: Rules) -> pl.LazyFrame:
    """Per instant with exchanges: what has been carried over, how many exchanges and breaks there were up to it.

    ``exchanges`` carry ``series``; of several for one moment the row delivered last counts (rule 2).
    """
    bridged = pl.col("old_register_wh") - pl.col("new_register_wh")
    return (
        exchanges.unique(["series", "exchanged_at"], keep="last", maintain_order=True)
        .sort("series", "exchanged_at")
        .with_columns(counts_from=next_instant(pl.col("exchanged_at"), rules))
        .select(
            series_key=key("series", "counts_from"),
            exchanged_series="series",
            new_meter_id="new_meter_id",
            carried_over=bridged.fill_null(0).cum_sum(),
            breaks=bridged.is_null().cast(pl.Int64).cum_sum(),
            exchanges=pl.int_range(1, pl.len() + 1, dtype=pl.Int64),
        )
        .unique("series_key", keep="last", maintain_order=True)
        .with_columns(pl.col("series_key").set_sorted())
    )


def attach(rows: pl.LazyFrame, tallied: pl.LazyFrame) -> pl.LazyFrame:
    """The running totals at each row's ``series_key`` (sorted)."""
    zero = pl.col("carried_over", "breaks", "exchanges").fill_null(0)
    return rows.join_asof(tallied, on="series_key", strategy="backward").with_columns(zero)


def origins(spans: pl.LazyFrame, tallied: pl.LazyFrame) -> pl.LazyFrame:
    """Spans with ``carried_before``: what had been carried over when their service period began (V's origin)."""
    at_origin = (
        spans.select("span", series_key=key("series", "origin"))
        .sort("series_key")
        .join_asof(
            tallied.select("series_key", "carried_over"), on="series_key", strategy="backward"
        )
        .select("span", carried_before=pl.col("carried_over").fill_null(0))
    )
    return spans.join(at_origin, on="span", how="left", maintain_order="left")


def expected_meter() -> pl.Expr:
    """``new_meter_id`` of the latest exchange of the series up to the instant, else the register's (rule 1)."""
    exchanged = (pl.col("exchanged_series") == pl.col("series")).fill_null(value=False)
    return pl.when(exchanged).then("new_meter_id").otherwise("meter_expected")
