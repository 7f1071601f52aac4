"""Lazy to lazy: from delivered rows to the known instants of every span (settlement.md rules 1 to 6)."""

import polars as pl

from metering.domain.rules import Rules
from metering.settlement.expressions import registers
from metering.settlement.expressions.instants import OPEN, STRIDE, key

_OF_SPAN = [
    "span",
    "opens_key",
    "closes_key",
    "held",
    "pattern",
    "slot_cap_wh",
    "flat_max",
    "carried_before",
]


def identify(rows: pl.LazyFrame, points: pl.Series) -> pl.LazyFrame:
    """Adds ``point``: the place of the device point number in the sorted ``points``; null where it is not registered."""
    place = pl.col("device_point_number").cast(pl.Enum(points), strict=False).to_physical()
    return rows.with_columns(point=place.cast(pl.Int64))


def key_series(rows: pl.LazyFrame, at: pl.Expr) -> pl.LazyFrame:
    """Adds ``series`` and ``series_key`` of the instant ``at``, sorted by it; rows of one instant stay as delivered."""
    return (
        rows.filter(pl.col("point").is_not_null())
        .with_columns(series=pl.col("point") * 2 + pl.col("direction"), at=at)
        .with_columns(series_key=key("series", "at"))
        .sort("series_key", maintain_order=True)
    )


def rejection(rules: Rules) -> pl.Expr:
    """The code of rule 1 by the row alone: null where the reading is usable so far."""
    return (
        pl.when(pl.col("status") != "")
        .then(pl.lit("NO_VALUE"))
        .when(~registers.in_range(pl.col("register_wh"), rules))
        .then(pl.lit("OUT_OF_RANGE"))
    )


def usable(readings: pl.LazyFrame, rules: Rules) -> pl.LazyFrame:
    """Readings of registered points that rule 1 does not reject by the row alone."""
    return readings.filter(pl.col("point").is_not_null(), rejection(rules).is_null())


def inside(rows: pl.LazyFrame, spans: pl.LazyFrame) -> pl.LazyFrame:
    """Rows with the span that begins at or before their ``series_key`` (sorted) and ends after it."""
    of_span = spans.select(*_OF_SPAN, meter_expected="meter_id").with_columns(
        pl.col("opens_key").set_sorted()
    )
    return (
        rows.join_asof(of_span, left_on="series_key", right_on="opens_key", coalesce=False)
        .filter(pl.col("series_key") < pl.col("closes_key"))
        .with_columns(key=pl.col("span") * STRIDE + pl.col("at"))
    )


def at_end(rows: pl.LazyFrame, spans: pl.LazyFrame) -> pl.LazyFrame:
    """Rows at the very end of a span; a held span keeps its end only where its service period ends with it."""
    closing = spans.filter(pl.col("ends") < OPEN, ~pl.col("held") | pl.col("closes"))
    of_span = closing.select(*_OF_SPAN, meter_expected="meter_id")
    return rows.join(
        of_span, left_on="series_key", right_on="closes_key", coalesce=False, maintain_order="left"
    ).with_columns(key=pl.col("span") * STRIDE + pl.col("at"))


def place(rows: pl.LazyFrame, spans: pl.LazyFrame) -> pl.LazyFrame:
    """Rows in every span that they serve, sorted by ``key`` (span, instant) and, within, as delivered.

    A row at the common instant of two service periods serves both; at the edge of a hold it serves the outer side.
    Needs ``series_key`` sorted and ``at``; rows outside every service period are dropped (rule 3).
    """
    return pl.concat([inside(rows, spans), at_end(rows, spans)]).sort("key", maintain_order=True)


def keep_last(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Of several rows for one key the one delivered last (rule 2)."""
    return rows.filter((pl.col("key") != pl.col("key").shift(-1)).fill_null(value=True))


def carry(rows: pl.LazyFrame, rules: Rules) -> pl.LazyFrame:
    """Adds ``carried_wh``: V, the register of the meter that began the service period, carried on (rule 4)."""
    offset = pl.col("carried_over") - pl.col("carried_before")
    return rows.with_columns(carried_wh=(pl.col("register_wh") + offset) % rules.modulus_wh)
