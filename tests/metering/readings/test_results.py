"""A settled part: files addressed by their content, findings of its own day, and counts without any energy."""

from datetime import date, datetime, timedelta

import polars as pl
import pytest

from metering import frames
from metering.domain.rules import Rules
from metering.models import DevicePoint
from metering.settlement import schemas
from metering.store import reader
from portal.timekeeping.half_hours import JST
from tests.factories.metering import make_device_point, make_service_period
from tests.metering.readings.conftest import TakeIn, Write
from tests.metering.readings.stored import files

pytestmark = pytest.mark.db

DAY = date(2026, 11, 10)
BUCKET = 1


@pytest.fixture
def served(write: Write, take_in: TakeIn) -> DevicePoint:
    """A pattern 1 point with three days of readings: one status on each day, and a gap on the middle one."""
    point = make_device_point(bucket_key=BUCKET)
    make_service_period(device_point=point, pattern=1)
    start = datetime(2026, 11, 9)
    rows = []
    for n in range(3 * 48 + 1):
        at = start + n * timedelta(minutes=30)
        status = "power cut" if at.hour == 6 and at.minute == 0 else ""
        value = "" if status else f"{n * 0.1:.3f}"
        if not (at.date() == DAY and at.hour in (10, 11)):
            rows.append(f"{point.number},0,{at:%Y-%m-%dT%H:%M},{value},,{status}")
    take_in(write(*rows))
    return point


def settle(stage: str = "final", until: datetime | None = None) -> frames.SettledPart:
    return frames.settle_part(day=DAY, bucket=BUCKET, stage=stage, rules=Rules(), until=until)


def energy(part: frames.SettledPart) -> pl.DataFrame:
    return reader.scan(frames.store(), [part.energy_key], schemas.ENERGY).collect()


def findings(part: frames.SettledPart) -> pl.DataFrame:
    return reader.scan(frames.store(), [part.findings_key], schemas.FINDINGS).collect()


def test_the_same_inputs_give_the_same_files(served: DevicePoint) -> None:
    first = settle()
    held = files()

    assert settle() == first
    assert files() == held
    assert first.energy_key.startswith("energy/day=2026-11-10/bucket=01/")


def test_stages_differ_in_what_they_fill(served: DevicePoint) -> None:
    provisional, final = energy(settle("provisional")), energy(settle("final"))

    assert provisional["quality"].to_list().count(9) == 7
    assert final["quality"].to_list().count(3) == 7
    assert final["energy_wh"].to_list() == [100] * 48


def test_findings_are_those_of_the_day(served: DevicePoint) -> None:
    found = findings(settle())

    # the other days have a status each, and both lie in the hours that were read around the day
    assert found.select("at", "code").rows() == [
        (datetime(2026, 11, 10), "NO_BASELINE"),
        (datetime(2026, 11, 10, 6), "NO_VALUE"),
    ]


def test_until_leaves_out_slots_that_end_later(served: DevicePoint) -> None:
    cut = energy(settle("provisional", until=datetime(2026, 11, 10, 3, 30, tzinfo=JST)))

    assert cut["slot"].to_list() == [1, 2, 3, 4, 5, 6, 7]


def test_counts_tell_how_much_and_no_energy(served: DevicePoint) -> None:
    assert settle().counts == {
        "device_points": 1,
        "slots": 48,
        "rows_read": 53,
        "quality": {"0": 41, "3": 7},
        "findings": {"NO_BASELINE": 1, "NO_VALUE": 1},
    }


def test_a_part_without_points_has_an_empty_energy_file_and_nothing_else(db: None) -> None:
    part = settle()

    assert energy(part).is_empty()
    assert (part.sites_key, part.findings_key) == ("", "")
    assert part.counts["slots"] == 0


def test_the_code_version_names_engine_and_source() -> None:
    source, engine = frames.CODE_VERSION.split("-", 1)

    assert len(source) == 16
    assert engine == f"polars-{pl.__version__}"
