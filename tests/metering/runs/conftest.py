"""A small area with readings of two days, and runs worked in the foreground."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from metering.domain.points import ServicePattern
from metering.frames.exports import export_energy
from metering.models import DevicePoint, RunPart, SettlementRun
from metering.services import readings, settlement
from portal.actor import system
from portal.jobs import runner
from portal.timekeeping.half_hours import JST
from tests.factories.metering import make_point_in_service

ACTOR = system("test")
DAY = date(2026, 11, 18)
NEXT_DAY = date(2026, 11, 19)
AT = datetime(2026, 11, 20, 10, 20, tzinfo=JST)
HEADER = "device_point_number,direction,read_at,register_kwh,meter_id,status"

Settle = Callable[..., SettlementRun]


@pytest.fixture(autouse=True)
def two_buckets(settings) -> None:
    settings.METER_STORE_BUCKETS = 2


@pytest.fixture
def points(db: None, tmp_path: Path) -> list[DevicePoint]:
    """Two pattern 2 points and a pattern 1 point in service, each 0.2 kWh a slot, with readings of two days."""
    patterns = [ServicePattern.PROVISION, ServicePattern.PROVISION, ServicePattern.BALANCING]
    made = [make_point_in_service(pattern=pattern).device_point for pattern in patterns]
    deliver(tmp_path / "readings.csv", made, slots=range(97))
    return made


def deliver(
    path: Path, points: list[DevicePoint], slots: range | list[int], extra_wh: int = 0
) -> None:
    """Take in readings at these half hours after 00:00 of the first day."""
    start = datetime(DAY.year, DAY.month, DAY.day)
    lines = [
        f"{point.number},0,{start + timedelta(minutes=30 * n):%Y-%m-%dT%H:%M},"
        f"{(n * 200 + extra_wh) // 1000}.{(n * 200 + extra_wh) % 1000:03d},,"
        for point in points
        for n in slots
    ]
    path.write_text("\n".join([HEADER, *lines, ""]), encoding="utf-8")
    readings.take_in(path=path, kind="readings", actor=ACTOR, at=AT)


def work() -> None:
    """Do what waits, as a worker would."""
    runner.work(worker="test", clock=lambda: AT, queues=[settlement.QUEUE])


@pytest.fixture
def settle() -> Settle:
    """Start a run, work it, and give it back as it ended."""

    def _settle(
        first_day: date = DAY, last_day: date = NEXT_DAY, **changes: object
    ) -> SettlementRun:
        arguments = {"stage": "provisional", "actor": ACTOR, "at": AT, **changes}
        run = settlement.start(first_day=first_day, last_day=last_day, **arguments)
        work()
        run.refresh_from_db()
        return run

    return _settle


def results_of(run: SettlementRun) -> list[int]:
    """The results of a run's parts, in order."""
    parts = RunPart.objects.filter(run=run).order_by("day", "bucket")
    return list(parts.values_list("result_id", flat=True))


def exported(day: date, folder: Path) -> pl.DataFrame:
    """What the export of a day holds."""
    export_energy(day=day, path=folder / "energy.parquet")
    return pl.read_parquet(folder / "energy.parquet")
