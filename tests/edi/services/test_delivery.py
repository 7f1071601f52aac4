"""Handing over: tenant walls, the right asked once more, one state per file, and every reading told."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from edi.models import Considered, FileState, OutboundMessage
from edi.selectors import files_holding
from edi.services import building, delivery, half_hours, shelf, withdrawal
from portal.actor import NOBODY, Actor, Scope
from portal.errors import Conflict, NotFound
from portal.journal.models import Entry
from portal.timekeeping.half_hours import JST
from tests.edi.conftest import ACTOR, AT, DAY, limit_points_per_split, points
from tests.edi.publishing import publish
from tests.edi.reader import Retailer, first_member, read_half_hours
from tests.factories import make_retailer

pytestmark = pytest.mark.db
LATER = AT + timedelta(hours=1)


def acting(retailer) -> Actor:
    return Actor(label="佐藤", scope=Scope.OWN, organization_id=retailer.pk)


@pytest.fixture
def made(retailer):
    """Two points, their day message built, masters looked at."""
    made = sorted(points(2, retailer), key=lambda p: p.number)
    publish([p.number for p in made], DAY)
    building.build_due(actor=ACTOR, at=AT)
    return made


@pytest.fixture
def day_file(made):
    return OutboundMessage.objects.get(information_code="1120")


def fetch(row, retailer, at=LATER):
    return delivery.fetch(file_id=row.pk, actor=acting(retailer), at=at)


def end_right(point, ends_at):
    right = point.provision_rights.get()
    right.ends_at = ends_at
    right.act(ACTOR).save()


def test_a_receiver_gets_the_bytes_of_the_ledger_and_the_file_is_fetched(retailer, day_file):
    delivered = fetch(day_file, retailer)
    assert (delivered.name, delivered.digest) == (day_file.name, day_file.digest)
    assert read_half_hours(first_member(delivered.content)[1]).code == "1120"
    day_file.refresh_from_db()
    assert (day_file.state, day_file.fetched_at) == (FileState.FETCHED, LATER)
    entry = Entry.objects.get(verb="message.fetched")
    assert entry.subject == f"edi_file:{day_file.receiver_code}/{day_file.name}"
    assert entry.personal_data_read
    assert entry.actor_organization_id == retailer.pk


def test_fetching_again_keeps_the_first_time(retailer, day_file):
    fetch(day_file, retailer)
    fetch(day_file, retailer, at=LATER + timedelta(days=1))
    day_file.refresh_from_db()
    assert day_file.fetched_at == LATER
    assert Entry.objects.filter(verb="message.fetched").count() == 2


def test_another_retailer_and_nobody_hear_that_there_is_no_such_file(day_file):
    stranger = make_retailer()
    for actor in (acting(stranger), NOBODY, Actor(label="x", scope=Scope.OWN)):
        with pytest.raises(NotFound, match="E-EDI-05"):
            delivery.fetch(file_id=day_file.pk, actor=actor, at=LATER)
        assert not delivery.listed(actor=actor).exists()
    assert not Entry.objects.filter(verb="message.fetched").exists()


def test_what_the_operators_staff_reads_is_told_and_marks_nothing(day_file):
    delivery.fetch(file_id=day_file.pk, actor=ACTOR, at=LATER)
    day_file.refresh_from_db()
    assert day_file.state == FileState.LISTED
    assert Entry.objects.filter(verb="message.fetched").count() == 1


def test_a_file_that_changed_on_the_disk_is_not_handed_over(retailer, day_file):
    path = shelf.folder(day_file.receiver_code) / day_file.name
    whole = path.read_bytes()
    path.write_bytes(b"PK")
    with pytest.raises(Conflict, match="E-EDI-06"):
        fetch(day_file, retailer)
    day_file.refresh_from_db()
    assert day_file.state == FileState.LISTED
    path.write_bytes(whole)
    assert fetch(day_file, retailer).content == whole


def test_a_right_that_ended_since_withdraws_the_file_at_the_fetch(
    retailer, made, day_file, django_capture_on_commit_callbacks
):
    """Even where nobody noticed the change: the right is asked at the fetch itself."""
    lost, kept = made
    lost.provision_rights.update(ends_at=datetime(2026, 11, 1, tzinfo=JST))
    with (
        django_capture_on_commit_callbacks(execute=True),
        pytest.raises(Conflict, match="E-EDI-07"),
    ):
        fetch(day_file, retailer)
    day_file.refresh_from_db()
    assert day_file.state == FileState.WITHDRAWN
    assert not (shelf.folder(day_file.receiver_code) / day_file.name).exists()
    assert Entry.objects.get(verb="message.withdrawn").data["reason"] == "right_ended"
    with pytest.raises(Conflict, match="E-EDI-07"):
        fetch(day_file, retailer)
    building.build_due(actor=ACTOR, at=LATER)
    new = OutboundMessage.objects.get(information_code="1120", state=FileState.LISTED)
    assert new.revision == 1
    read = read_half_hours(first_member(fetch(new, retailer).content)[1])
    assert {read.values[DAY, s, lost.number, lost.control_number] for s in range(1, 49)} == {None}
    assert read.values[DAY, 1, kept.number, kept.control_number] == Decimal("0.3")


def test_a_right_that_ends_on_a_later_day_leaves_the_file_alone(retailer, made, day_file):
    end_right(made[0], datetime(2026, 11, 11, tzinfo=JST))
    assert fetch(day_file, retailer).name == day_file.name


def test_a_change_of_rights_is_noticed_and_unfetched_files_are_withdrawn_and_rebuilt(
    retailer, made
):
    lost, kept = made
    end_right(lost, datetime(2026, 11, 10, 12, 0, tzinfo=JST))
    held = {row.name for row in files_holding(lost.number)}
    assert len(held) == 49  # 48 slots and the day
    assert withdrawal.notice_changes(actor=ACTOR, at=LATER) == 25  # slots 25 to 48 and the day
    assert withdrawal.notice_changes(actor=ACTOR, at=LATER) == 0
    withdrawn = OutboundMessage.objects.filter(state=FileState.WITHDRAWN)
    assert {row.slot for row in withdrawn} == {None, *range(25, 49)}
    building.build_due(actor=ACTOR, at=LATER)
    machine = Retailer()
    actor = acting(retailer)
    machine.poll(
        (row.name, delivery.fetch(file_id=row.pk, actor=actor, at=LATER).content)
        for row in delivery.listed(actor=actor)
    )
    for slot in range(1, 49):
        told = machine.table[DAY, slot, lost.number, lost.control_number]
        assert told == (Decimal("0.3") if slot <= 24 else None)
        assert machine.table[DAY, slot, kept.number, kept.control_number] == Decimal("0.3")


def test_a_withdrawn_file_is_made_again_even_if_it_would_say_the_same(retailer, made, day_file):
    delivery.withdraw([day_file], reason="test", actor=ACTOR, at=LATER)
    built = half_hours.build(code="1120", day=DAY, actor=ACTOR, at=LATER)
    assert built.files == 1
    again = OutboundMessage.objects.get(information_code="1120", revision=1)
    assert again.content_digest == day_file.content_digest
    assert half_hours.build(code="1120", day=DAY, actor=ACTOR, at=LATER).files == 0


def test_points_of_which_nothing_was_ever_fetched_are_not_spoken_of_again(retailer, made, day_file):
    """Only what a receiver may have seen has to be taken back."""
    lost, kept = made
    lost.service_periods.all().delete()
    delivery.withdraw([day_file], reason="test", actor=ACTOR, at=LATER)
    half_hours.build(code="1120", day=DAY, actor=ACTOR, at=LATER)
    row = OutboundMessage.objects.get(information_code="1120", revision=1)
    read = read_half_hours(first_member(fetch(row, retailer).content)[1])
    assert {key[2] for key in read.values} == {kept.number}


def test_a_fetched_file_is_not_withdrawn_but_taken_back_by_the_next_revision(
    retailer, made, day_file
):
    fetch(day_file, retailer)
    lost, _ = made
    end_right(lost, datetime(2026, 11, 10, tzinfo=JST))
    building.build_due(actor=ACTOR, at=LATER)
    day_file.refresh_from_db()
    assert day_file.state == FileState.FETCHED
    new = OutboundMessage.objects.get(information_code="1120", revision=1)
    read = read_half_hours(first_member(fetch(new, retailer).content)[1])
    assert {read.values[DAY, s, lost.number, lost.control_number] for s in range(1, 49)} == {None}


def test_only_the_splits_that_hold_the_point_are_withdrawn(retailer, monkeypatch):
    limit_points_per_split(monkeypatch, 1)
    first, second = sorted(points(2, retailer), key=lambda p: p.number)
    publish([first.number, second.number], DAY)
    building.build_due(actor=ACTOR, at=AT)
    end_right(second, datetime(2026, 11, 10, tzinfo=JST))
    withdrawal.notice_changes(actor=ACTOR, at=LATER)
    withdrawn = OutboundMessage.objects.filter(state=FileState.WITHDRAWN)
    assert {row.split for row in withdrawn} == {9002}


def test_changes_that_lie_ahead_disturb_nothing(retailer, made):
    end_right(made[0], datetime(2026, 12, 1, tzinfo=JST))
    considered = Considered.objects.count()
    assert withdrawal.notice_changes(actor=ACTOR, at=LATER) == 0
    assert Considered.objects.count() == considered


def test_a_right_that_comes_late_sends_what_was_held_back(retailer, files):
    (point,) = points(1, retailer)
    right = point.provision_rights.get()
    right.starts_at = datetime(2026, 11, 20, tzinfo=JST)
    right.act(ACTOR).save()
    publish([point.number], DAY)
    building.build_due(actor=ACTOR, at=AT)
    assert building.due(AT) == []
    right.starts_at = datetime(2026, 11, 10, tzinfo=JST)
    right.act(ACTOR).save()
    built = building.build_due(actor=ACTOR, at=LATER)
    assert {one.code: one.files for one in built if one.files} == {"1110": 48, "1120": 1}


def test_the_first_look_of_a_day_reads_the_day_before_once_more(retailer, made):
    """History ids are not handed out in the order of commits: what was passed over is found the next morning."""
    from edi.models import Cursor

    lost, _ = made
    end_right(lost, datetime(2026, 11, 10, tzinfo=JST))
    Cursor.objects.update(position=10**9)  # as if a later id had been committed and seen first
    assert withdrawal.notice_changes(actor=ACTOR, at=LATER) == 0
    tomorrow = LATER + timedelta(days=1)
    assert withdrawal.notice_changes(actor=ACTOR, at=tomorrow) == 49
