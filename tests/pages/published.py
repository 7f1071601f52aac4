"""Published results for pages: chosen energies and qualities in the store, a run around them, and its publication."""

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta

import polars as pl

from metering.domain.quality import Quality
from metering.frames.stores import store
from metering.models import (
    DevicePoint,
    PartResult,
    Publication,
    RunPart,
    RunState,
    ServicePeriod,
    SettlementRun,
)
from metering.settlement.schemas import ENERGY
from metering.store.writer import write_part
from portal.timekeeping.half_hours import JST, SLOTS_PER_DAY, days_between

Slot = tuple[int | None, Quality]  # Wh and quality
Values = Callable[[date, int, int], Slot]  # day, slot, direction


def steady(day: date, slot: int, direction: int) -> Slot:
    """1.234 kWh measured in every slot; 1.2 kWh of it are provided."""
    return 1_234, Quality.MEASURED


def publish(
    values: dict[DevicePoint, Values],
    first_day: date,
    last_day: date,
    *,
    stage: str = "provisional",
    at: datetime | None = None,
    through_slot: int = SLOTS_PER_DAY,
) -> SettlementRun:
    """A published run that holds these device points, both directions where both are metered."""
    at = at or datetime.combine(last_day + timedelta(days=1), datetime.min.time(), JST)
    run = SettlementRun.objects.create(
        stage=stage,
        first_day=first_day,
        last_day=last_day,
        request=f"{stage}:{at.isoformat()}",
        state=RunState.CALCULATED,
        identity="1d" * 32,
        rules={str(first_day): {"rule_set": "settlement-2026.1", "guideline_edition": "2026-03"}},
        code_version="test",
        planned_at=at,
        calculated_at=at + timedelta(seconds=5),
        actor_label="test",
        counts={
            "quality": {"0": 96, "9": 4},
            "findings": {"SPIKE": 2},
            "device_points": len(values),
        },
    )
    for day in days_between(first_day, last_day):
        rows = [row for point, of in values.items() for row in _rows(point, of, day, through_slot)]
        _add_parts(run, day, rows, at)
    Publication.objects.create(run=run, published_at=at, actor_label="test")
    return run


def _rows(point: DevicePoint, values: Values, day: date, through_slot: int) -> Iterable[tuple]:
    service = ServicePeriod.objects.filter(device_point=point).order_by("starts_at").last()
    for direction in (int(one) for one in service.directions):
        for slot in range(1, through_slot + 1):
            energy, quality = values(day, slot, direction)
            provided = energy // 100 if energy is not None and service.pattern == 2 else None
            yield (
                (point.number, direction, day, slot, energy, int(quality), provided),
                point.bucket_key,
            )


def _add_parts(run: SettlementRun, day: date, rows: list[tuple], at: datetime) -> None:
    buckets = store().layout.buckets
    for bucket in range(buckets):
        own = sorted(row for row, key in rows if key % buckets == bucket)
        frame = pl.DataFrame(own, schema=ENERGY, orient="row")
        part = write_part(store(), frame, kind="energy", day=day, bucket=bucket)
        result = PartResult.objects.create(
            identity=f"{run.pk}:{day}:{bucket}",
            stage=run.stage,
            day=day,
            bucket=bucket,
            reads_from=day - timedelta(days=1),
            reads_to=day + timedelta(days=1),
            energy_key=part.key,
            counts={"quality": {"0": 24, "9": 1}, "findings": {}},
            calculated_at=at,
        )
        RunPart.objects.create(run=run, day=day, bucket=bucket, result=result)
