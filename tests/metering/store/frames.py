"""Small frames of readings for the tests of the store."""

from datetime import date, datetime, timedelta

import polars as pl

from metering.settlement.schemas import READINGS

DAY = date(2026, 11, 1)
MIDNIGHT = datetime(2026, 11, 1)


def point(number: int) -> str:
    return f"039{number:019d}"


def readings(
    points: int, instants: int = 48, *, start: datetime = MIDNIGHT, first: int = 0
) -> pl.DataFrame:
    """Readings of ``points`` points at ``instants`` instants, sorted by point as parts are."""
    rows = [
        (point(p), 0, start + k * timedelta(minutes=30), 1_000 * p + 10 * k, "95BD447184D454", None)
        for p in range(first, first + points)
        for k in range(instants)
    ]
    return pl.DataFrame(rows, schema=READINGS, orient="row")
