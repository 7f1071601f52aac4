"""Rows of the register as frames: service periods, exchanges and holds of one bucket."""

from collections.abc import Iterable, Sequence

import polars as pl

from metering.frames.edges import Masters
from metering.frames.reach import Days
from metering.frames.stores import bucket_count
from metering.selectors import masters as selected
from metering.selectors.store_parts import Span
from metering.settlement import schemas
from portal.timekeeping.half_hours import from_naive_jst, naive_jst


def load_masters(bucket: int, days: Days) -> Masters:
    """Everything of the points that have been in service by the end of the days. Three queries."""
    buckets = bucket_count()
    started_by = from_naive_jst(days.edges.closing)
    register = _framed(
        selected.service_periods(bucket=bucket, buckets=buckets, started_by=started_by),
        schemas.REGISTER,
    )
    exchanges = selected.exchanges(bucket=bucket, buckets=buckets)
    holds = selected.holds(bucket=bucket, buckets=buckets)
    return Masters(
        register=register,
        exchanges=_of_points(_framed(exchanges, schemas.EXCHANGES), register),
        holds=_of_points(_framed(holds, schemas.HOLDS), register),
    )


def cut(masters: Masters, span: Span) -> Masters:
    """The rows that readings of ``span`` can meet: exchanges up to its end, holds that touch it."""
    exchanges, holds = masters.exchanges, masters.holds
    if span.end is not None:
        end = naive_jst(span.end)
        exchanges = exchanges.filter(pl.col("exchanged_at") <= end)
        holds = holds.filter(pl.col("from") <= end)
    if span.start is not None:
        start = naive_jst(span.start)
        holds = holds.filter(pl.col("to").is_null() | (pl.col("to") >= start))
    return Masters(register=masters.register, exchanges=exchanges, holds=holds)


def _framed(rows: Iterable[Sequence[object]], schema: pl.Schema) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=schema, orient="row")


def _of_points(rows: pl.DataFrame, register: pl.DataFrame) -> pl.DataFrame:
    served = register["device_point_number"].unique().implode()
    return rows.filter(pl.col("device_point_number").is_in(served))
