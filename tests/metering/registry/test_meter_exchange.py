"""Meters are exchanged at any minute, told late, told again, and never stand in two places (features B7)."""

from datetime import timedelta

import pytest

from metering.domain.points import FlowDirection
from metering.models import ExemptMeter, MeterExchange
from metering.services.meters import exchange_meter
from portal.actor import system
from portal.errors import Conflict, Invalid
from portal.journal.models import Entry
from tests.factories import START, make_device_point, make_exempt_meter

pytestmark = [pytest.mark.django_db, pytest.mark.db]

OLD, NEW, LATER = "0A0000000000A1", "0B0000000000B1", "0C0000000000C1"
DAY = timedelta(days=1)
AT = START + 40 * DAY
TWELVE_PAST_TEN = START + timedelta(hours=10, minutes=12)


@pytest.fixture
def point():
    return make_exempt_meter(meter_id=OLD).device_point


def exchange(point, *, exchanged_at=TWELVE_PAST_TEN, new_meter_id=NEW, at=AT, **fields):
    registers = fields.pop("registers", {FlowDirection.FORWARD: (8_765_910, 12)})
    return exchange_meter(
        device_point=point,
        exchanged_at=exchanged_at,
        new_meter_id=new_meter_id,
        registers=registers,
        actor=system("test"),
        at=at,
        **fields,
    )


def meters():
    rows = ExemptMeter.objects.order_by("installed_at")
    return list(rows.values_list("meter_id", "installed_at", "removed_at"))


def test_the_old_meter_leaves_at_the_minute_in_which_the_new_one_comes(point):
    registers = {FlowDirection.REVERSE: (None, 0), FlowDirection.FORWARD: (8_765_910, 12)}
    rows = exchange(point, registers=registers, maker="芝電機", accuracy_class="n3")
    assert meters() == [(OLD, START, TWELVE_PAST_TEN), (NEW, TWELVE_PAST_TEN, None)]
    assert [(row.direction, row.old_register_wh, row.new_register_wh) for row in rows] == [
        (0, 8_765_910, 12),
        (1, None, 0),
    ]
    assert {(row.old_meter_id, row.new_meter_id) for row in rows} == {(OLD, NEW)}
    assert Entry.objects.get().verb == "meter.exchanged"


def test_an_exchange_told_late_is_put_before_the_one_that_followed(point):
    exchange(point, exchanged_at=START + 20 * DAY, new_meter_id=LATER, at=START + 20 * DAY)
    exchange(point, exchanged_at=START + 5 * DAY, new_meter_id=NEW, at=START + 35 * DAY)
    assert meters() == [
        (OLD, START, START + 5 * DAY),
        (NEW, START + 5 * DAY, START + 20 * DAY),
        (LATER, START + 20 * DAY, None),
    ]


def test_the_same_exchange_told_again_adds_rows_and_corrects_the_meter(point):
    exchange(point, new_meter_id=LATER)
    exchange(point, new_meter_id=NEW, at=AT + DAY)
    assert meters() == [(OLD, START, TWELVE_PAST_TEN), (NEW, TWELVE_PAST_TEN, None)]
    told = MeterExchange.objects.order_by("pk").values_list("new_meter_id", "recorded_at")
    assert list(told) == [(LATER, AT), (NEW, AT + DAY)]


def test_another_old_meter_than_registered_is_refused(point):
    with pytest.raises(Conflict, match="E-POINT-20"):
        exchange(point, old_meter_id=LATER)
    assert meters() == [(OLD, START, None)]
    assert not MeterExchange.objects.exists()


def test_without_a_meter_there_is_nothing_to_exchange():
    with pytest.raises(Conflict, match="E-POINT-19"):
        exchange(make_device_point())


def test_a_meter_that_stands_elsewhere_cannot_come(point):
    make_exempt_meter(meter_id=NEW)
    with pytest.raises(Conflict, match="E-REG-08"):
        exchange(point)
    assert ExemptMeter.objects.get(meter_id=OLD).removed_at is None


def test_an_exchange_of_tomorrow_and_a_register_of_nine_digits_are_refused(point):
    with pytest.raises(Invalid, match="E-POINT-18"):
        exchange(point, exchanged_at=AT + DAY)
    with pytest.raises(Invalid, match="E-POINT-17"):
        exchange(point, registers={FlowDirection.FORWARD: (100_000_000, 0)})
    assert not MeterExchange.objects.exists()
