from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from kombu.exceptions import OperationalError

from portal.actor import NOBODY, Actor, Scope, system
from portal.errors import Conflict, Refused
from portal.journal import chain, listeners, recorder, relay
from portal.journal.models import ChainHead, Entry
from portal.journal.recorder import Event

AT = datetime(2026, 11, 20, 1, 2, 3, 456789, tzinfo=UTC)
MISAKI = Actor(
    label="佐藤 美咲 (みなみ野でんき)",
    scope=Scope.OWN,
    role="retailer_staff",
    user_id=7,
    organization_id=3,
)

pytestmark = [pytest.mark.django_db, pytest.mark.db]


def tell(verb="point.activated", **kwargs):
    return recorder.record(verb, actor=MISAKI, at=AT, subject="device_point:0390", **kwargs)


@pytest.fixture
def sent(monkeypatch):
    """Messages instead of a broker; a name in ``broken`` fails."""
    messages = []

    class Broker:
        down = False

        def send_task(self, name, kwargs):
            if self.down:
                raise OperationalError("no broker")
            messages.append((name, kwargs["entry_id"]))

    broker = Broker()
    monkeypatch.setattr(relay, "current_app", broker)
    monkeypatch.setattr(listeners, "_listeners", type(listeners._listeners)(list))
    return broker, messages


def test_an_entry_keeps_who_what_when():
    entry = Entry.objects.get(pk=tell(data={"day": date(2026, 11, 1), "slots": 48}).pk)
    assert (entry.actor_label, entry.actor_user_id, entry.actor_organization_id) == (
        MISAKI.label,
        7,
        3,
    )
    assert (entry.at, entry.verb, entry.subject) == (AT, "point.activated", "device_point:0390")
    assert entry.data == {"day": "2026-11-01", "slots": 48}
    assert entry.personal_data_read is False


def test_a_read_of_personal_data_is_marked():
    assert Entry.objects.get(pk=tell(personal_data_read=True).pk).personal_data_read


def test_the_story_is_undone_with_its_transaction():
    class Undone(Exception):
        pass

    def fail_after_telling():
        with transaction.atomic():
            tell()
            raise Undone

    with pytest.raises(Undone):
        fail_after_telling()
    assert Entry.objects.count() == 0


@pytest.mark.parametrize("subject", ["", "device_point", "device_point:"])
def test_a_subject_names_kind_and_number(subject):
    with pytest.raises(ValueError, match="kind:number"):
        recorder.record("point.activated", actor=NOBODY, at=AT, subject=subject)


def test_an_instant_needs_a_time_zone():
    with pytest.raises(ValueError, match="time zone"):
        recorder.record("a.b", actor=NOBODY, at=datetime(2026, 1, 1), subject="a:1")


def test_many_entries_are_one_insert(django_assert_num_queries):
    events = [Event("point.activated", f"device_point:{n}", {"n": n}) for n in range(50)]
    with django_assert_num_queries(1):
        assert recorder.record_all(events, actor=system("import"), at=AT) == 50
    assert list(Entry.objects.order_by("pk").values_list("data__n", flat=True)) == list(range(50))


def test_nobody_changes_or_deletes_an_entry():
    entry = tell()
    entry.verb = "point.ended"
    for attempt in (
        entry.save,
        entry.delete,
        Entry.objects.all().delete,
        lambda: Entry.objects.update(verb="x"),
    ):
        with pytest.raises(Refused, match="E-RECORD-01"):
            attempt()
    assert Entry.objects.get().verb == "point.activated"


def test_the_relay_wakes_the_listeners_of_a_verb_once(sent):
    _, messages = sent
    listeners.listen("point.activated", "edi.tasks.build")
    listeners.listen("point.activated", "edi.tasks.build")
    first, other = tell(), tell("point.ended")
    assert relay.relay(at=AT) == 2
    assert relay.relay(at=AT) == 0
    assert messages == [("edi.tasks.build", first.pk)]
    assert Entry.objects.get(pk=other.pk).relayed_at == AT


def test_an_unreachable_broker_leaves_entries_for_the_next_time(sent):
    broker, messages = sent
    listeners.listen("point.activated", "edi.tasks.build")
    entry = tell()
    broker.down = True
    assert relay.relay(at=AT) == 0
    broker.down = False
    assert relay.relay(at=AT) == 1
    assert messages == [("edi.tasks.build", entry.pk)]


def test_the_relay_goes_by_marks_not_by_numbers(sent):
    """An entry whose transaction commits late has a lower id than entries already handed on."""
    _, messages = sent
    listeners.listen("late.entry", "edi.tasks.build")
    late, early = tell("late.entry"), tell()
    Entry.objects.marking().filter(pk=early.pk).update(relayed_at=AT)
    relay.relay(at=AT)
    assert messages == [("edi.tasks.build", late.pk)]


def test_sealed_entries_form_one_chain(monkeypatch):
    monkeypatch.setattr(relay, "BATCH", 3)
    for number in range(7):
        tell(data={"n": number, "text": "需要者"})
    assert relay.seal() == 7
    tell()
    assert relay.seal() == 1
    assert list(Entry.objects.order_by("position").values_list("position", flat=True)) == list(
        range(1, 9)
    )
    assert list(relay.breaks()) == []


def test_an_entry_that_commits_late_is_sealed_after_those_already_sealed():
    late, early = tell("late.entry"), tell()
    Entry.objects.marking().filter(pk=late.pk).update(position=99)  # not there yet
    relay.seal()
    Entry.objects.marking().filter(pk=late.pk).update(position=None)
    relay.seal()
    assert list(Entry.objects.order_by("position").values_list("pk", flat=True)) == [
        early.pk,
        late.pk,
    ]
    assert list(relay.breaks()) == []


def test_a_forged_entry_is_found():
    entries = [tell(data={"n": number}) for number in range(3)]
    relay.seal()
    Entry.objects.marking().filter(pk=entries[1].pk).update(actor_label="誰か")
    assert [found.entry_id for found in relay.breaks()] == [entries[1].pk]


def test_a_removed_last_entry_is_found():
    entries = [tell() for _ in range(3)]
    relay.seal()
    Entry.objects.marking().filter(pk=entries[2].pk).delete()
    assert [found.position for found in relay.breaks()] == [2]


def test_the_second_of_two_sealers_gives_way():
    tell()
    relay.seal()
    behind = chain.BEGINNING
    with pytest.raises(Conflict, match="E-JOURNAL-01"):
        relay._move_head(behind, chain.Seal(1, "f" * 64))
    assert ChainHead.objects.get().position == 1


def test_sealing_does_not_cost_a_query_per_entry(django_assert_max_num_queries):
    recorder.record_all([Event("a.b", f"a:{n}") for n in range(200)], actor=NOBODY, at=AT)
    with django_assert_max_num_queries(15):
        relay.seal()


def test_the_command_says_that_all_is_well(capsys):
    tell()
    relay.seal()
    tell()
    call_command("verify_journal")
    assert "1 entries sealed, 1 waiting" in capsys.readouterr().out


def test_the_command_fails_on_a_broken_chain(capsys):
    entry = tell()
    relay.seal()
    Entry.objects.marking().filter(pk=entry.pk).update(at=AT + timedelta(days=1))
    with pytest.raises(CommandError, match="broken in 1 place"):
        call_command("verify_journal")
    assert f"entry {entry.pk}" in capsys.readouterr().err
