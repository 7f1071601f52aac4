"""From the frame of settled energy to plain columns: which value has which point in which slot.

Only ``provided_100wh`` is read, which the settlement fills for pattern 2 alone (settlement.md rule 13): no energy in
Wh and nothing of pattern 1 can get into a message from here.
"""

from collections.abc import Sequence
from datetime import date

import polars as pl

from portal.timekeeping.half_hours import SLOTS_PER_DAY

FORWARD = 0
Column = list[int | None]
Energy = pl.LazyFrame  # rows of metering.settlement.schemas.ENERGY


def window(energy: Energy, numbers: Sequence[str], first_day: date, last_day: date) -> Energy:
    """The rows of ``numbers`` on these days that are provided, read once and held: several receivers share a scan."""
    ordered = sorted(numbers)
    wanted = pl.Series(ordered, dtype=pl.String).implode()
    held = energy.filter(
        pl.col("device_point_number").is_between(pl.lit(ordered[0]), pl.lit(ordered[-1]))
        & pl.col("device_point_number").is_in(wanted)
        & pl.col("day").is_between(pl.lit(first_day), pl.lit(last_day))
        & (pl.col("direction") == FORWARD)
        & pl.col("provided_100wh").is_not_null()
    ).select("device_point_number", "direction", "day", "slot", "provided_100wh")
    return held.collect().lazy()


def by_slot(energy: Energy, numbers: Sequence[str], day: date) -> list[Column]:
    """48 columns, one per slot of ``day``: the values (0.1 kWh) of ``numbers`` in their order, None where missing.

    ``energy``: frame of metering.settlement.schemas.ENERGY, any rows, any order; ``numbers`` ascending.
    """
    values = _values(energy, numbers, day, day)
    size = len(numbers)
    flat = _scattered(
        values,
        size * SLOTS_PER_DAY,
        (pl.col("slot").cast(pl.Int64) - 1) * size + pl.col("position"),
    )
    return [flat[n * size : (n + 1) * size] for n in range(SLOTS_PER_DAY)]


def by_point(
    energy: Energy, numbers: Sequence[str], first_day: date, last_day: date
) -> list[Column]:
    """One column per point: its values (0.1 kWh) slot by slot from ``first_day`` to ``last_day``, None where missing."""
    length = ((last_day - first_day).days + 1) * SLOTS_PER_DAY
    index = (
        pl.col("position") * length
        + (pl.col("day") - pl.lit(first_day)).dt.total_days() * SLOTS_PER_DAY
        + pl.col("slot").cast(pl.Int64)
        - 1
    )
    flat = _scattered(_values(energy, numbers, first_day, last_day), len(numbers) * length, index)
    return [flat[n * length : (n + 1) * length] for n in range(len(numbers))]


def _values(
    energy: Energy, numbers: Sequence[str], first_day: date, last_day: date
) -> pl.LazyFrame:
    """Rows with a value of ``numbers``; the range of numbers lets a scan skip row groups."""
    positions = pl.LazyFrame({"device_point_number": list(numbers)}).with_row_index("position")
    wanted = (
        pl.col("device_point_number").is_between(pl.lit(numbers[0]), pl.lit(numbers[-1]))
        & pl.col("day").is_between(pl.lit(first_day), pl.lit(last_day))
        & (pl.col("direction") == FORWARD)
        & pl.col("provided_100wh").is_not_null()
    )
    return (
        energy.filter(wanted)
        .select("device_point_number", "day", "slot", "provided_100wh")
        .join(positions, on="device_point_number")
        .with_columns(pl.col("position").cast(pl.Int64))
    )


def _scattered(values: pl.LazyFrame, length: int, index: pl.Expr) -> Column:
    """A list of ``length`` values, each at its ``index``; None elsewhere."""
    placed = values.select(index.alias("index"), "provided_100wh").collect()
    flat: Column = [None] * length
    if placed.height:
        column = pl.repeat(None, length, dtype=pl.Int32, eager=True)
        flat = column.scatter(placed["index"], placed["provided_100wh"]).to_list()
    return flat
