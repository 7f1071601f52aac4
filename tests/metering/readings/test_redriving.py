"""Rows set aside are taken up after a fix, in the places they have in their file; the counts add up before and after."""

from datetime import date, timedelta

import pytest

from metering.models import Delivery, DevicePoint, MeterExchange, QuarantinedRow, StorePart
from metering.selectors import masters
from metering.services import readings
from portal.errors import Conflict
from portal.journal.models import Entry
from tests.factories.metering import make_device_point, make_service_period
from tests.metering.readings import stored
from tests.metering.readings.conftest import ACTOR, AT, TakeIn, Write

pytestmark = pytest.mark.db

LATE = "0390000000000000000060"  # registered after its readings came
LATER = AT + timedelta(days=1)
EXCHANGES = (
    "device_point_number,direction,exchanged_at,old_meter_id,new_meter_id,"
    "old_register_kwh,new_register_kwh"
)


def line(number: str, at: str, kwh: str) -> str:
    return f"{number},0,{at},{kwh},,"


def redrive(delivery: Delivery) -> int:
    return readings.redrive(delivery=delivery, actor=ACTOR, at=LATER)


@pytest.fixture
def partly(point: DevicePoint, write: Write, take_in: TakeIn) -> Delivery:
    """A delivery with three rows of a point that is not registered, and one that will never be good."""
    return take_in(
        write(
            line(point.number, "2026-11-01T00:30", "1"),
            line(LATE, "2026-11-01T00:30", "10"),
            line(LATE, "2026-11-01T00:30", "11"),
            line(point.number, "2026-11-01T00:30", "2"),
            line(LATE, "2026-11-02T00:30", "12"),
            line(point.number, "2026-11-03T00:30", "never"),
            line(point.number, "2026-11-04T00:30", "4"),
        )
    )


@pytest.fixture
def same_bucket(point: DevicePoint) -> None:
    """Registers the late point beside the other one, so that they share parts."""
    make_device_point(number=LATE, premises=point.premises)


def test_nothing_happens_while_nothing_is_fixed(partly: Delivery) -> None:
    before = stored.files()

    assert redrive(partly) == 0

    assert stored.files() == before
    assert not Entry.objects.filter(verb="delivery.redriven").exists()


@pytest.mark.usefixtures("partly", "same_bucket")
def test_good_rows_take_the_places_they_have_in_the_file(
    partly: Delivery, point: DevicePoint
) -> None:
    assert redrive(partly) == 3

    rows = stored.rows()
    of_late = rows.filter(device_point_number=LATE)
    of_other = rows.filter(device_point_number=point.number)
    assert of_late["register_wh"].to_list() == [10_000, 11_000, 12_000]
    assert of_other["register_wh"].to_list() == [1_000, 2_000, 4_000]


def test_the_counts_add_up_before_and_after(partly: Delivery, same_bucket: None) -> None:
    assert (partly.rows, partly.accepted, partly.quarantined) == (7, 3, 4)

    redrive(partly)

    partly.refresh_from_db()
    assert (partly.rows, partly.accepted, partly.quarantined) == (7, 6, 1)
    assert partly.state == "partly"
    assert sum(part.rows for part in StorePart.objects.in_force()) == 6
    waiting = QuarantinedRow.objects.filter(redriven_at=None)
    assert [odd.row for odd in waiting] == [7]
    taken_up = QuarantinedRow.objects.exclude(redriven_at=None)
    assert {(odd.redriven_at, odd.redriven_by) for odd in taken_up} == {(LATER, "system:test")}
    entry = Entry.objects.get(verb="delivery.redriven")
    assert entry.data["taken_up"] == 3
    assert entry.data["before"] == {"accepted": 3, "quarantined": 4}


def test_only_parts_that_gain_rows_are_written_anew_and_the_old_ones_stay(
    partly: Delivery, same_bucket: None
) -> None:
    before = {part.day: part.key for part in StorePart.objects.all()}

    redrive(partly)

    after = {part.day: part.key for part in StorePart.objects.in_force()}
    assert after[date(2026, 11, 4)] == before[date(2026, 11, 4)]
    assert after[date(2026, 11, 1)] != before[date(2026, 11, 1)]
    replaced = StorePart.objects.filter(is_current=False)
    assert [part.key for part in replaced] == [before[date(2026, 11, 1)]]
    assert before[date(2026, 11, 1)] in stored.files()


def test_a_row_taken_up_late_does_not_win_over_a_later_delivery(
    partly: Delivery, write: Write, take_in: TakeIn, point: DevicePoint
) -> None:
    make_device_point(number=LATE, premises=point.premises)
    take_in(write(line(LATE, "2026-11-01T00:30", "99"), name="later.csv"))

    redrive(partly)

    of_late = stored.rows(day=date(2026, 11, 1)).filter(device_point_number=LATE)
    assert of_late["register_wh"].to_list() == [10_000, 11_000, 99_000]  # the last one counts


def test_once_taken_up_a_row_is_not_taken_up_again(partly: Delivery, same_bucket: None) -> None:
    redrive(partly)
    files = stored.files()

    assert redrive(partly) == 0
    assert stored.files() == files


def test_of_two_who_redrive_at_once_one_is_told(partly: Delivery, same_bucket: None) -> None:
    stale = Delivery.objects.get(pk=partly.pk)
    waiting = list(QuarantinedRow.objects.filter(delivery=partly))
    redrive(partly)
    for odd in waiting:  # as the other one saw it
        odd.redriven_at = None
        odd.save()

    with pytest.raises(Conflict, match="E-FILE-10"):
        redrive(stale)

    assert Entry.objects.filter(verb="delivery.redriven").count() == 1


def test_a_point_that_disappeared_does_not_lose_rows(
    partly: Delivery, point: DevicePoint, same_bucket: None
) -> None:
    before = {part.key for part in StorePart.objects.in_force()}
    point.delete()

    with pytest.raises(Conflict, match=r"E-FILE-09.*row 2"):
        redrive(partly)

    assert {part.key for part in StorePart.objects.in_force()} == before


def test_all_deliveries_are_redriven_oldest_first(
    partly: Delivery, write: Write, take_in: TakeIn, point: DevicePoint
) -> None:
    second = take_in(write(line(LATE, "2026-11-05T00:30", "5"), name="second.csv"))
    make_device_point(number=LATE, premises=point.premises)

    assert readings.redrive_all(actor=ACTOR, at=LATER) == {partly.pk: 3, second.pk: 1}

    second.refresh_from_db()
    assert second.state == "taken"


def test_exchanges_taken_up_late_keep_their_place_too(
    point: DevicePoint, write: Write, take_in: TakeIn
) -> None:
    at = "2026-11-01T10:12"
    first = take_in(
        write(
            f"{LATE},0,{at},AA,B1,1.0,0.0",
            f"{point.number},0,{at},AA,B2,1.0,0.0",
            f"{LATE},0,{at},AA,B3,1.0,0.0",
            header=EXCHANGES,
        ),
        "exchanges",
    )
    make_service_period(device_point=make_device_point(number=LATE, premises=point.premises))
    take_in(write(f"{LATE},0,{at},AA,B4,1.0,0.0", header=EXCHANGES), "exchanges", AT + timedelta(1))

    assert readings.redrive(delivery=first, actor=ACTOR, at=LATER + timedelta(days=1)) == 2

    bucket = DevicePoint.objects.get(number=LATE).bucket_key % 4
    rows = [row for row in masters.exchanges(bucket=bucket, buckets=4) if row[0] == LATE]
    assert [row[4] for row in rows] == ["B1", "B3", "B4"]
    assert MeterExchange.history.count() == 4
