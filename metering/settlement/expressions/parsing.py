"""Expr to expr: the text of a received file as numbers and instants. Null where the text is not what it should be.

A number is matched by its form first and cast afterwards: a cast alone rounds ("0.1234" becomes 0.123) and takes "1e3"
(dependencies.md 3). Only ASCII digits count; full-width ones are not read. Source: settlement.md sections 1 and 4.
"""

import polars as pl

# As many whole digits as stay exact whole Wh in 64 bits; a register beyond its range is a finding, not a parsing error.
KWH = r"^-?[0-9]{1,12}(?:\.[0-9]{1,3})?$"
INSTANT = (
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(?:Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])?$"
)
DAY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
WHOLE = r"^[0-9]{1,9}$"

_KWH = pl.Decimal(18, 3)
_JST_MINUTES = 9 * 60
_LOCAL = 16  # characters of "2026-11-01T00:30"


def text(column: pl.Expr) -> pl.Expr:
    """The text, or null where the field is empty."""
    return pl.when(column != "").then(column)


def wh(kwh: pl.Expr) -> pl.Expr:
    """kWh with at most three decimals as whole Wh (Int64), exactly."""
    # a Decimal with three decimals is stored as its thousandths: those are the Wh
    return _matching(kwh, KWH).cast(_KWH).to_physical().cast(pl.Int64)


def instant(column: pl.Expr) -> pl.Expr:
    """``2026-11-01T00:30`` with ``+09:00``, another offset, ``Z`` or none (= JST) as naive JST (Datetime[us])."""
    form = _matching(column, INSTANT)
    local = form.str.head(_LOCAL).str.to_datetime("%Y-%m-%dT%H:%M", time_unit="us", strict=False)
    zone = form.str.slice(_LOCAL)
    return (
        pl.when(zone.is_in(["", "+09:00"]))
        .then(local)
        .otherwise(local + pl.duration(minutes=_JST_MINUTES - _offset_minutes(zone)))
    )


def day(column: pl.Expr) -> pl.Expr:
    """``2026-11-01`` as a date."""
    return _matching(column, DAY).str.to_date("%Y-%m-%d", strict=False)


def whole(column: pl.Expr) -> pl.Expr:
    """A number without sign or decimals (Int64), for example a slot."""
    return _matching(column, WHOLE).cast(pl.Int64)


def direction(column: pl.Expr) -> pl.Expr:
    """``0`` forward or ``1`` reverse (UInt8)."""
    return column.replace_strict({"0": 0, "1": 1}, default=None, return_dtype=pl.UInt8)


def on_boundary(at: pl.Expr, slot_minutes: int = 30) -> pl.Expr:
    """Whether a naive JST instant lies exactly between two slots."""
    return at.dt.epoch("us") % (slot_minutes * 60_000_000) == 0


def naive_jst(at: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    """A Datetime column of a Parquet file (naive = JST, or zoned) as naive JST in microseconds."""
    zoned = isinstance(dtype, pl.Datetime) and dtype.time_zone is not None
    local = at.dt.convert_time_zone("Asia/Tokyo").dt.replace_time_zone(None) if zoned else at
    return local.cast(pl.Datetime("us"))


def _matching(column: pl.Expr, form: str) -> pl.Expr:
    return pl.when(column.str.contains(form)).then(column)


def _offset_minutes(zone: pl.Expr) -> pl.Expr:
    """Minutes east of UTC of ``Z`` or ``±hh:mm``."""
    size = zone.str.slice(1, 2).cast(pl.Int64, strict=False) * 60 + zone.str.slice(4, 2).cast(
        pl.Int64, strict=False
    )
    return pl.when(zone == "Z").then(0).when(zone.str.starts_with("-")).then(-size).otherwise(size)
