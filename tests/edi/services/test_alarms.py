"""Numbers that run out are told before they have, and nothing is sent under a wrong one."""

from datetime import timedelta

import pytest

from edi.models import Alarm, AlarmCode, OutboundMessage
from edi.services import half_hours
from metering.domain.points import VoltageClass
from portal.journal.models import Entry
from tests.edi.conftest import ACTOR, AT, DAY, limit_points_per_split, points
from tests.edi.publishing import publish

pytestmark = pytest.mark.db


def build(code="1120", at=AT):
    return half_hours.build(code=code, day=DAY, actor=ACTOR, at=at)


def raised():
    return sorted(Alarm.objects.values_list("code", flat=True))


@pytest.mark.parametrize(
    ("before", "files", "alarms"),
    [(88, 1, []), (89, 1, ["revisions"]), (98, 1, ["revisions"]), (99, 0, ["no_revision"])],
)
@pytest.mark.parametrize("code", ["1110", "1120"])
def test_an_alarm_before_the_revisions_run_out_and_none_sent_after_the_last(
    retailer, code, before, files, alarms
):
    (point,) = points(1, retailer)
    publish([point.number], DAY)
    build(code)
    # as if this were the message's last revision, and had said something else
    first = OutboundMessage.objects.order_by("slot").first()
    OutboundMessage.objects.filter(pk=first.pk).update(revision=before, content_digest="")
    assert build(code).files == files
    assert raised() == alarms
    assert Entry.objects.filter(verb="edi_alarm.raised").count() == len(alarms)
    sent = OutboundMessage.objects.filter(revision__gte=before).values_list("revision", flat=True)
    assert sorted(sent) == [before, *range(before + 1, before + 1 + files)]


def test_an_alarm_is_raised_once(retailer):
    (point,) = points(1, retailer)
    publish([point.number], DAY)
    build()
    OutboundMessage.objects.update(revision=99, content_digest="")
    assert build().alarms == 1
    assert build(at=AT + timedelta(hours=1)).alarms == 0


@pytest.mark.parametrize(
    ("count", "files", "alarms"),
    [(7, 7, []), (8, 8, ["splits"]), (10, 10, ["splits"]), (11, 0, ["no_split"])],
)
def test_high_voltage_has_ten_splits_and_tells_before_they_are_used_up(
    retailer, monkeypatch, on_disk, count, files, alarms
):
    limit_points_per_split(monkeypatch, 1)
    made = points(count, retailer, voltage=VoltageClass.HIGH)
    publish([p.number for p in made], DAY)
    assert build("0120").files == files
    assert raised() == alarms
    assert len(on_disk()) == files
    splits = OutboundMessage.objects.values_list("split", flat=True)
    assert list(splits) == list(range(90, 90 + files))


def test_a_receiver_without_a_code_is_an_alarm_and_the_others_get_theirs(retailer):
    from tests.factories import make_retailer

    nameless = make_retailer()
    nameless.codes.all().delete()
    made = points(1, retailer) + points(1, nameless)
    publish([p.number for p in made], DAY)
    assert build().files == 1
    alarm = Alarm.objects.get()
    assert (alarm.code, alarm.receiver) == (AlarmCode.NO_CODE, nameless)


def test_without_a_sender_nothing_is_built_and_the_remedy_is_said(db):
    from portal.errors import Refused
    from tests.factories import make_retailer

    (point,) = points(1, make_retailer())
    publish([point.number], DAY)
    with pytest.raises(Refused, match="E-EDI-03"):
        build()
