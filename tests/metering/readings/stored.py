"""What the store holds after a file was taken in."""

from datetime import date
from pathlib import Path

import polars as pl

from metering import frames
from metering.frames.formats import FORMATS
from metering.models import StorePart
from metering.store import reader


def rows(kind: str = "readings", day: date | None = None) -> pl.DataFrame:
    """All rows in force, in the order of delivery within each day and bucket."""
    parts = StorePart.objects.filter(kind=kind).in_force().in_order()
    if day:
        parts = parts.filter(day=day)
    keys = [part.key for part in parts.order_by("day", "bucket", "delivery_id")]
    return reader.scan(frames.store(), keys, FORMATS[kind].schema).collect()


def files() -> list[str]:
    """The keys of all files in the store but its layout."""
    return sorted(e.key for e in frames.store().place.entries("") if e.key != "layout.json")


def copy_of(key: str, scratch: Path) -> bytes:
    return frames.store().place.local(key, scratch).read_bytes()
