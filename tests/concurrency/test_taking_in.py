"""The same file by many hands at once is one delivery; other files at once are all there, each in a place of its own."""

from datetime import datetime
from pathlib import Path

import pytest

from metering.models import Delivery, QuarantinedRow, StorePart
from metering.services import readings
from portal.actor import system
from portal.errors import Conflict
from portal.journal.models import Entry
from portal.timekeeping.half_hours import JST
from tests.factories.metering import make_device_point

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]

HEADER = "device_point_number,direction,read_at,register_kwh,meter_id,status\n"
AT = datetime(2026, 11, 2, 9, 0, tzinfo=JST)
ACTOR = system("test")
LATE = "0390000000000000000060"


def write(path: Path, number: str, kwh: str = "1.5") -> Path:
    path.write_text(f"{HEADER}{number},0,2026-11-01T00:30,{kwh},,\n")
    return path


def take_in(path: Path) -> Delivery:
    return readings.take_in(path=path, kind="readings", actor=ACTOR, at=AT)


def test_the_same_file_at_once_is_taken_in_once(at_once, tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", make_device_point().number)

    answers = at_once(12, lambda _: take_in(path))

    assert {type(answer) for answer in answers} == {Delivery}
    assert len({answer.pk for answer in answers}) == 1
    assert [answer.is_new for answer in answers].count(True) == 1
    assert (Delivery.objects.count(), StorePart.objects.count()) == (1, 1)
    assert Entry.objects.filter(verb="delivery.taken_in").count() == 1
    assert Entry.objects.filter(verb="delivery.unchanged").count() == 11


def test_other_files_at_once_are_all_taken_in(at_once, tmp_path: Path) -> None:
    number = make_device_point().number
    paths = [write(tmp_path / f"{n}.csv", number, f"{n}.0") for n in range(12)]

    answers = at_once(12, lambda place: take_in(paths[place]))

    assert all(isinstance(answer, Delivery) and answer.is_new for answer in answers)
    assert len({answer.sequence for answer in answers}) == 12
    assert StorePart.objects.count() == 12


def test_two_who_redrive_at_once_take_up_each_row_once(at_once, tmp_path: Path) -> None:
    delivery = take_in(write(tmp_path / "a.csv", LATE))
    make_device_point(number=LATE)

    answers = at_once(
        6, lambda _: readings.redrive(delivery=Delivery.objects.get(), actor=ACTOR, at=AT)
    )

    taken_up = [answer for answer in answers if isinstance(answer, int)]
    assert sum(taken_up) == 1
    assert all(isinstance(answer, int | Conflict) for answer in answers)
    delivery.refresh_from_db()
    assert (delivery.accepted, delivery.quarantined) == (1, 0)
    assert StorePart.objects.in_force().count() == 1
    assert not QuarantinedRow.objects.filter(redriven_at=None).exists()
