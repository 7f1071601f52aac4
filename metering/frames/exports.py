"""The published energy of a day as one file, with whose it is: for the operator's own systems."""

from datetime import date, datetime, time, timedelta
from pathlib import Path

import polars as pl

from metering.domain.rules import Stage
from metering.frames.masters import load_register
from metering.frames.published import energy
from metering.selectors import shown
from metering.selectors.results import DayResult, in_force
from metering.settlement import schemas
from metering.store.writer import save_parquet
from portal.errors import NotFound, Text
from portal.timekeeping.half_hours import HALF_HOUR, starts_at

SLOT_MINUTES = int(HALF_HOUR.total_seconds()) // 60
ADDED = ("retailer_code", "pattern", "premises_number")


def export_energy(*, day: date, path: Path, stage: Stage | None = None) -> int:
    """Write the energy in force on ``day`` to ``path`` (Parquet); returns the rows.

    Columns of ``schemas.ENERGY``, then ``retailer_code``, ``pattern``, ``premises_number`` of the service in that slot and
    ``run``, the run's identity; sorted by device point, direction, day, slot. ``stage`` asks for one stage, else the
    final result counts before the provisional one. The same publication gives the same bytes. Raises
    :class:`NotFound` where nothing is published.
    """
    result = in_force(day, day, (stage,)).get(day) if stage else shown.results(day, day).get(day)
    if result is None:
        raise _nothing_published(day)
    frame = _with_owner(result).sort(schemas.ENERGY_ORDER).collect()
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.part")
    save_parquet(frame, draft)
    draft.replace(path)
    return frame.height


def _with_owner(result: DayResult) -> pl.LazyFrame:
    """Each slot with the service period that it lies in; periods of one point never overlap."""
    slot_start = pl.col("day").cast(schemas.INSTANT) + pl.duration(
        minutes=(pl.col("slot").cast(pl.Int64) - 1) * SLOT_MINUTES
    )
    in_service = (pl.col("service_from") <= slot_start) & (
        pl.col("service_to").is_null() | (slot_start < pl.col("service_to"))
    )
    return (
        energy(result.energy_keys)
        .join(_services(result.day), on="device_point_number")
        .filter(in_service)
        .with_columns(run=pl.lit(result.run_identity))
        .select(*schemas.ENERGY, *ADDED, "run")
    )


def _services(day: date) -> pl.LazyFrame:
    """The register of the whole area on ``day``, as far as the slots of the day can meet it."""
    opening = datetime.combine(day, time.min)
    register = load_register(starts_at(day + timedelta(days=1))).lazy()
    return register.filter(
        pl.col("service_to").is_null() | (pl.col("service_to") > opening)
    ).select("device_point_number", *ADDED, "service_from", "service_to")


def _nothing_published(day: date) -> NotFound:
    return NotFound(
        "E-EXPORT-01",
        Text(
            ja=f"{day} の結果はまだ公表されていません。",
            en=f"Nothing is published for {day} yet.",
        ),
        remedy=Text(
            ja=f"settle --from {day} --to {day} で計算してください。",
            en=f"Run settle --from {day} --to {day} first.",
        ),
    )
