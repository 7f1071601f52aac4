"""Published results without a calculation: parts in the store, a run, and the one row that publishes it."""

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta

import polars as pl

from metering.frames.stores import bucket_count, store
from metering.models import PartResult, Publication, RunPart, RunState, SettlementRun
from metering.settlement.schemas import ENERGY
from metering.store.writer import write_part
from portal.timekeeping.half_hours import HALF_HOUR, JST, days_between, starts_at

Values = Callable[[str, date, int], int | None]  # number, day, slot -> provided_100wh


def three(number: str, day: date, slot: int) -> int | None:
    """0.3 kWh in every slot."""
    return 3


def publish(
    numbers: Iterable[str],
    first_day: date,
    last_day: date | None = None,
    *,
    values: Values = three,
    stage: str = "provisional",
    through_slot: int = 48,
    at: datetime | None = None,
) -> Publication:
    """Publish a run of these points and days. ``at``: when; by default 03:00 of the day after the last."""
    last_day = last_day or first_day
    end = starts_at(last_day) + through_slot * HALF_HOUR
    at = at or datetime.combine(last_day + timedelta(days=1), datetime.min.time(), JST).replace(
        hour=3
    )
    run = SettlementRun.objects.create(
        stage=stage,
        first_day=first_day,
        last_day=last_day,
        until=None if through_slot == 48 else end,
        request=f"{stage}:{at.isoformat()}",
        state=RunState.CALCULATED,
        rules={},
        code_version="test",
        planned_at=at,
        calculated_at=at,
        actor_label="test",
    )
    ordered = sorted(numbers)
    for day in days_between(first_day, last_day):
        rows = [
            (
                number,
                0,
                day,
                slot,
                None if value is None else value * 100 + 41,
                9 if value is None else 0,
                value,
            )
            for number in ordered
            for slot in range(1, 49)
            if starts_at(day) + slot * HALF_HOUR <= end
            for value in [values(number, day, slot)]
        ]
        frame = pl.DataFrame(rows, schema=ENERGY, orient="row")
        _add_parts(run, day, frame, at)
    return Publication.objects.create(run=run, published_at=at, actor_label="test")


def _add_parts(run: SettlementRun, day: date, frame: pl.DataFrame, at: datetime) -> None:
    """The rows of a day, dealt out to the buckets of the store by the last digit of the number."""
    for bucket in range(bucket_count()):
        own = frame.filter(
            pl.col("device_point_number").str.slice(-1).cast(pl.Int64) % bucket_count() == bucket
        )
        part = write_part(store(), own, kind="energy", day=day, bucket=bucket)
        result = PartResult.objects.create(
            identity=f"{run.pk}:{day}:{bucket}",
            stage=run.stage,
            day=day,
            bucket=bucket,
            reads_from=day,
            reads_to=day,
            energy_key=part.key,
            calculated_at=at,
        )
        RunPart.objects.create(run=run, day=day, bucket=bucket, result=result)
