"""Expr to expr: instants as whole numbers of slots, and keys that put many time lines on one axis.

An instant is the number of slots since 1970-01-01 00:00 JST; a slot is named by the instant at which it ends. A **lane**
is a whole number (a series, a span of a series, a premises); ``key`` puts all lanes behind each other on one Int64 axis,
so that a key difference of 1 means neighbours and one merge along the axis serves all lanes.
"""

from datetime import date

import polars as pl

from metering.domain.rules import Rules

STRIDE = 1 << 36  # keys per lane: wider than every Datetime[us], so that lanes never touch
REACH = STRIDE >> 1  # a key difference below this stays within one lane
OPEN = REACH - 1  # the instant of an open end

_MICROSECONDS_PER_MINUTE = 60_000_000
_EPOCH = date(1970, 1, 1)


def instant(at: pl.Expr, rules: Rules) -> pl.Expr:
    """Datetime[us] to the instant at or before it (Int64)."""
    return at.to_physical() // (rules.slot_minutes * _MICROSECONDS_PER_MINUTE)


def next_instant(at: pl.Expr, rules: Rules) -> pl.Expr:
    """Datetime[us] to the instant at or after it (Int64): from there on a meter exchange counts."""
    return -(-at.to_physical() // (rules.slot_minutes * _MICROSECONDS_PER_MINUTE))


def moment(instants: pl.Expr, rules: Rules) -> pl.Expr:
    """Instant back to naive JST Datetime[us]."""
    return (instants * (rules.slot_minutes * _MICROSECONDS_PER_MINUTE)).cast(pl.Datetime("us"))


def first_instant(day: date, rules: Rules) -> int:
    """The instant 00:00 of ``day``."""
    return (day - _EPOCH).days * rules.slots_per_day


def slot_end(day: pl.Expr, slot: pl.Expr, rules: Rules) -> pl.Expr:
    """Date and slot number to the instant at which the slot ends."""
    return day.to_physical().cast(pl.Int64) * rules.slots_per_day + slot.cast(pl.Int64)


def day_of(end: pl.Expr, rules: Rules) -> pl.Expr:
    """The day of the slot that ends at an instant."""
    return ((end - 1) // rules.slots_per_day).cast(pl.Int32).cast(pl.Date)


def slot_of(end: pl.Expr, rules: Rules) -> pl.Expr:
    """The number (1 to 48) of the slot that ends at an instant."""
    return ((end - 1) % rules.slots_per_day + 1).cast(pl.UInt8)


def key(lane: str, instants: str) -> pl.Expr:
    """The key of column ``instants`` in lane ``lane``."""
    return pl.col(lane) * STRIDE + pl.col(instants)


def lane_of(keys: pl.Expr) -> pl.Expr:
    """The lane of a key; instants may be negative, hence the shift by half a lane."""
    return (keys + REACH) // STRIDE


def instant_of(keys: pl.Expr) -> pl.Expr:
    """The instant of a key."""
    return (keys + REACH) % STRIDE - REACH
