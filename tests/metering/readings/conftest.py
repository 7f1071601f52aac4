"""Registered points, and files of readings about them."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from metering.models import Delivery, DevicePoint
from metering.services import readings
from portal.actor import system
from portal.timekeeping.half_hours import JST
from tests.factories.metering import make_device_point

HEADER = "device_point_number,direction,read_at,register_kwh,meter_id,status"
AT = datetime(2026, 11, 2, 9, 0, tzinfo=JST)
ACTOR = system("test")

TakeIn = Callable[..., Delivery]
Write = Callable[..., Path]


@pytest.fixture
def point(db: None) -> DevicePoint:
    return make_device_point()


@pytest.fixture
def other_point(db: None) -> DevicePoint:
    return make_device_point()


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a file: lines below a header, or bytes as they are."""

    def _write(*lines: str, header: str = HEADER, name: str = "readings.csv") -> Path:
        path = tmp_path / name
        path.write_text("\n".join([header, *lines, ""]), encoding="utf-8")
        return path

    return _write


@pytest.fixture
def take_in(db: None) -> TakeIn:
    """Take in a file of readings, or of another kind."""

    def _take_in(path: Path, kind: str = "readings", at: datetime = AT) -> Delivery:
        return readings.take_in(path=path, kind=kind, actor=ACTOR, at=at)

    return _take_in
