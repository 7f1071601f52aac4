"""Values of half hours for pages: one device point over many days, and one day's qualities over many device points."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import NamedTuple

import polars as pl

from metering.frames.published import energy
from metering.frames.stores import store
from metering.store.reader import only


class ShownSlot(NamedTuple):
    """One settled slot of one device point and direction, as stored: whole Wh, 0.1 kWh provided, quality number."""

    day: date
    slot: int
    energy_wh: int | None
    provided_100wh: int | None
    quality: int


def energy_of_point(
    keys: Iterable[str], *, number: str, bucket_key: int, direction: int
) -> list[ShownSlot]:
    """The settled slots of one device point in the parts ``keys``; only the parts of its own bucket are opened."""
    own_bucket = f"/bucket={store().layout.bucket_of(bucket_key):02d}/"
    own_keys = [key for key in keys if own_bucket in key]
    found = (
        only(energy(own_keys), "device_point_number", [number])
        .filter(pl.col("direction") == direction)
        .select(ShownSlot._fields)
        .collect()
    )
    return [ShownSlot(*row) for row in found.iter_rows()]


def quality_counts(keys: Sequence[str], *, numbers: Collection[str]) -> dict[tuple[int, int], int]:
    """How many slots of these device points, forward flow, have which quality: (slot, quality) to a count."""
    counted = (
        only(energy(keys), "device_point_number", numbers)
        .filter(pl.col("direction") == 0)
        .group_by("slot", "quality")
        .agg(pl.len())
        .collect()
    )
    return {(slot, quality): count for slot, quality, count in counted.iter_rows()}
