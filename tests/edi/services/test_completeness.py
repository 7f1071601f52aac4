"""Expected = sent + held + missing, from four sources that may disagree."""

import csv
from datetime import datetime, timedelta

import pytest
from django.core.management import call_command

from edi.domain import coverage
from edi.models import Alarm, AlarmCode, OutboundMessage
from edi.services import completeness, half_hours, shelf
from edi.services.completeness import Statement
from metering.domain.points import ServicePattern, VoltageClass
from portal.timekeeping.half_hours import JST
from tests.edi.conftest import ACTOR, AT, DAY, make_setting, points
from tests.edi.publishing import publish
from tests.factories import make_hold, make_point_in_service, make_retailer

pytestmark = pytest.mark.db


def build(code="1120", at=AT):
    return half_hours.build(code=code, day=DAY, actor=ACTOR, at=at)


def only(at=AT) -> Statement:
    (statement,) = completeness.statements(day=DAY, at=at)
    return statement


def adds_up(one: Statement) -> bool:
    """The promise itself, point by point and slot by slot."""
    for number, expected in one.expected.by_point.items():
        parts = [s.by_point.get(number, 0) for s in (one.sent, one.held, one.missing)]
        if sum(parts) != expected or parts[0] | parts[1] | parts[2] != expected:
            return False
    return True


def test_a_day_with_values_gaps_holds_and_no_right_adds_up(retailer):
    whole, gappy, held, barred = points(4, retailer)
    make_hold(
        device_point=held,
        starts_at=datetime(2026, 11, 10, 12, 0, tzinfo=JST),
        ends_at=datetime(2026, 11, 10, 15, 0, tzinfo=JST),
    )
    barred.provision_rights.all().delete()

    def settled(number, day, slot):
        if number == gappy.number and slot in (3, 4):
            return None
        return None if number == held.number and 25 <= slot <= 30 else 3

    publish([p.number for p in (whole, gappy, held, barred)], DAY, values=settled)
    build()
    one = only()
    assert one.is_complete
    assert adds_up(one)
    assert (one.expected.points, one.expected.slots) == (4, 192)
    assert one.sent.slots == 48 + 46 + 42
    assert coverage.slots(one.missing.by_point[gappy.number]) == [3, 4]
    assert coverage.slots(one.held.by_point[held.number]) == list(range(25, 31))
    assert one.held.by_point[barred.number] == coverage.full()


def test_before_anything_is_sent_every_value_is_unexplained_and_every_point_without_line(retailer):
    (point,) = points(1, retailer)
    publish([point.number], DAY)
    one = only()
    assert not one.is_complete
    assert one.unexplained.slots == one.without_line.slots == 48
    assert one.sent.slots == 0


def test_before_anything_is_published_everything_is_missing(retailer):
    points(1, retailer)
    one = only()
    assert one.missing.slots == one.expected.slots == 48


def test_the_slot_files_speak_until_the_day_file_is_there(retailer):
    (point,) = points(1, retailer)
    noon = datetime(2026, 11, 10, 12, 0, tzinfo=JST)
    publish([point.number], DAY, through_slot=24, at=noon + timedelta(minutes=5))
    build("1110", at=noon + timedelta(minutes=50))
    one = only(at=noon + timedelta(minutes=60))
    assert one.through_slot == 24
    assert one.is_complete
    assert one.sent.slots == one.expected.slots == 24


def test_a_point_that_starts_and_has_no_line_is_an_alarm(retailer):
    (known,) = points(1, retailer)
    publish([known.number], DAY)
    build()
    (starting,) = points(1, retailer, starts_at=datetime(2026, 11, 10, 12, 0, tzinfo=JST))
    (one,) = completeness.check(day=DAY, actor=ACTOR, at=AT)
    assert list(one.without_line.by_point) == [starting.number]
    assert one.without_line.slots == one.missing.slots == 24
    completeness.check(day=DAY, actor=ACTOR, at=AT)
    alarm = Alarm.objects.get()
    assert (alarm.code, alarm.receiver) == (AlarmCode.NO_LINE, retailer)
    assert starting.number in alarm.detail


def test_a_value_sent_for_a_slot_that_is_held_since_is_a_contradiction(retailer):
    (point,) = points(1, retailer)
    publish([point.number], DAY)
    build()
    make_hold(device_point=point, starts_at=datetime(2026, 11, 10, 23, 0, tzinfo=JST))
    one = only()
    assert coverage.slots(one.contradicted.by_point[point.number]) == [47, 48]
    assert not one.is_complete


def test_a_point_that_should_not_have_been_sent_is_a_contradiction(retailer):
    kept, gone = points(2, retailer)
    publish([kept.number, gone.number], DAY)
    build()
    gone.service_periods.all().delete()
    one = only()
    assert one.contradicted.by_point == {gone.number: coverage.full()}
    assert one.expected.points == 1


def test_a_file_that_says_something_else_than_the_ledger_is_noticed(retailer):
    """The statement reads the files, not what we remember of them."""
    from edi.messages.archive import packed, unpacked

    (point,) = points(1, retailer)
    publish([point.number], DAY)
    build()
    row = OutboundMessage.objects.get()
    path = shelf.folder(row.receiver_code) / row.name
    tampered = unpacked(path.read_bytes()).replace(
        b"<JP06122>0</JP06122><JP06125>0.3</JP06125>", b"<JP06122>1</JP06122>", 5
    )
    path.write_bytes(packed(row.name.removesuffix(".zip"), tampered))
    assert only().unexplained.slots == 5


def test_pattern_1_is_never_expected_and_high_voltage_is(retailer):
    make_point_in_service(ServicePattern.BALANCING, retailer=retailer)
    high = make_point_in_service(retailer=retailer, voltage=VoltageClass.HIGH).device_point
    publish([high.number], DAY)
    build("0120")
    one = only()
    assert list(one.expected.by_point) == [high.number]
    assert one.is_complete


def test_a_receiver_that_gets_no_half_hours_has_no_statement(retailer):
    points(1, retailer)
    make_setting(retailer, slot_messages=False, day_messages=False)
    assert completeness.statements(day=DAY, at=AT) == []


def test_the_command_prints_totals_writes_lists_and_fails_where_something_is_wrong(
    retailer, tmp_path, capsys
):
    other = make_retailer()
    good, lost = points(1, retailer)[0], points(1, other)[0]
    publish([good.number], DAY)
    build()
    publish([good.number, lost.number], DAY, at=AT)  # not built again: one value is not sent
    out = tmp_path / "lists.csv"
    with pytest.raises(SystemExit, match="1"):
        call_command("edi_completeness", day=DAY, out=out)
    totals = capsys.readouterr().out.splitlines()
    assert totals[0].split() == [
        "receiver",
        "expected",
        "sent",
        "held",
        "missing",
        "unexplained",
        "contradicted",
        "without_line",
    ]
    assert len(totals) == 3
    rows = list(csv.DictReader(out.open()))
    assert {(row["list"], row["device_point_number"]) for row in rows} >= {
        ("expected", good.number),
        ("sent", good.number),
        ("unexplained", lost.number),
    }
    build()
    call_command("edi_completeness", day=DAY)
