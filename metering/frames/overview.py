"""What some days of published results consist of, in a few numbers without any energy."""

from dataclasses import dataclass
from datetime import date

import polars as pl

from metering.domain.quality import Quality
from metering.frames.published import energy
from metering.selectors import shown
from metering.settlement.schemas import ENERGY_ORDER

MEASURED = (Quality.MEASURED, Quality.EXCHANGED, Quality.HELD)  # nothing is missing there


@dataclass(frozen=True, kw_only=True)
class Overview:
    """Counts over days of results in force; ``gaps`` are runs of slots of one series without a measured value."""

    days: int
    device_points: int
    slots: int
    quality: dict[int, int]
    gaps: int


def overview(first_day: date, last_day: date) -> Overview:
    """Count the results in force from ``first_day`` to ``last_day``, both included."""
    results = shown.results(first_day, last_day)
    keys = [key for day in sorted(results) for key in results[day].energy_keys]
    slots = energy(keys).select(*ENERGY_ORDER, "quality").collect()
    counted = slots["quality"].value_counts(name="n").sort("quality")
    return Overview(
        days=len(results),
        device_points=slots["device_point_number"].n_unique(),
        slots=slots.height,
        quality=dict(counted.iter_rows()),
        gaps=_gaps(slots),
    )


def _gaps(slots: pl.DataFrame) -> int:
    in_gap = ~pl.col("quality").is_in(MEASURED)
    goes_on = in_gap.shift(1).over("device_point_number", "direction").fill_null(value=False)
    starts = slots.sort(ENERGY_ORDER).select((in_gap & ~goes_on).sum())
    return int(starts.item())
