"""Rows of the register as frames: service periods, exchanges and holds of one bucket."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import polars as pl

from metering.frames.edges import Masters
from metering.frames.reach import Days
from metering.frames.stores import bucket_count
from metering.selectors import masters as selected
from metering.selectors.store_parts import Span
from metering.settlement import schemas
from portal.timekeeping.half_hours import from_naive_jst, naive_jst


def load_masters(bucket: int, days: Days) -> Masters:
    """Everything of the points that have been in service by the end of the days. Four queries."""
    buckets = bucket_count()
    register = load_register(from_naive_jst(days.edges.closing), bucket=bucket)
    exchanges = _framed(selected.exchanges(bucket=bucket, buckets=buckets), schemas.EXCHANGES)
    holds = _framed(selected.holds(bucket=bucket, buckets=buckets), schemas.HOLDS)
    return Masters(
        register=register,
        exchanges=_of_points(exchanges, register),
        holds=_of_points(holds, register),
    )


def load_register(started_by: datetime, *, bucket: int | None = None) -> pl.DataFrame:
    """Service periods (schema ``REGISTER``) that have begun by ``started_by``, of one bucket or of all. Two queries."""
    periods = selected.service_periods(started_by=started_by, bucket=bucket, buckets=bucket_count())
    return _framed(periods, schemas.REGISTER, retailer_code=_codes())


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


def _framed(rows: Sequence[Sequence[Any]], schema: pl.Schema, **columns: pl.Expr) -> pl.DataFrame:
    """Rows as the database handed them over, in ``schema``; ``columns`` replace some by an expression of their own."""
    if not rows:
        return pl.DataFrame(schema=schema)
    raw = pl.DataFrame(rows, schema=schema.names(), orient="row", infer_schema_length=None)
    read = {
        name: columns.get(name)
        if name in columns
        else _value(pl.col(name), raw.schema[name], dtype)
        for name, dtype in schema.items()
    }
    return raw.select(**read).cast(schema)


def _value(found: pl.Expr, raw: pl.DataType, wanted: pl.DataType) -> pl.Expr:
    """A column of the database: instants as naive JST, everything else as it is."""
    if wanted != schemas.INSTANT or raw == pl.Null:
        return found
    if raw == pl.String:  # SQLite keeps UTC as text
        found = found.str.to_datetime("%Y-%m-%d %H:%M:%S%.f", time_unit="us")
        raw = pl.Datetime("us")
    utc = found.dt.replace_time_zone("UTC") if _is_naive(raw) else found
    return utc.dt.convert_time_zone("Asia/Tokyo").dt.replace_time_zone(None)


def _is_naive(dtype: pl.DataType) -> bool:
    return isinstance(dtype, pl.Datetime) and dtype.time_zone is None


def _codes() -> pl.Expr:
    """The code of the retailer whose primary key stands in the column."""
    codes = selected.retailer_codes()
    if not codes:
        return pl.lit("")
    return pl.col("retailer_code").replace_strict(
        list(codes), list(codes.values()), default="", return_dtype=pl.String
    )


def _of_points(rows: pl.DataFrame, register: pl.DataFrame) -> pl.DataFrame:
    served = register["device_point_number"].unique().implode()
    return rows.filter(pl.col("device_point_number").is_in(served))
