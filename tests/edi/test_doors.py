"""Doors: the command, the tasks and the back office each make one call, and may be used twice."""

from datetime import date, timedelta

import pytest
import time_machine
from django.core.management import CommandError, call_command

from edi import tasks
from edi.models import OutboundMessage
from edi.services import building
from portal.jobs import runner
from portal.jobs.models import Job, JobState
from portal.journal import listeners
from portal.timekeeping import clock
from tests.edi.conftest import ACTOR, AT, DAY, points
from tests.edi.publishing import publish

pytestmark = pytest.mark.db


@pytest.fixture(autouse=True)
def morning():
    """06:00 of the day after."""
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def settled(retailer):
    made = points(2, retailer)
    publish([p.number for p in made], DAY)
    return made


def work():
    return runner.work(worker="test", clock=clock.now)


def test_the_command_builds_a_day_and_says_what_it_made(settled, capsys):
    call_command("build_edi", day=DAY)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:4] for line in lines[1:]] == [
        ["1110", "2026-11-10", "48", "96"],
        ["1120", "2026-11-10", "1", "96"],
    ]
    call_command("build_edi", due=True)
    assert capsys.readouterr().out.strip() == "Nothing to build."


def test_the_command_refuses_without_a_sender(settled, operator):
    operator.codes.all().delete()
    with pytest.raises(CommandError, match="E-EDI-03"):
        call_command("build_edi", day=DAY)


def test_the_task_queues_a_job_per_message_and_workers_build_them(
    settled, django_capture_on_commit_callbacks
):
    tasks.build_due()
    queued = Job.objects.filter(kind=building.JOB)
    assert {(one.arguments["code"], one.queue) for one in queued} == {
        (code, "settlement") for code in ("0110", "1110", "0120", "1120")
    }
    tasks.build_due(entry_id=7)  # woken again while they wait
    assert queued.count() == 4
    assert work() == {JobState.DONE: 4}
    assert OutboundMessage.objects.count() == 49
    tasks.build_due()
    assert queued.count() == 4


def test_a_withdrawn_message_is_queued_again(settled):
    from edi.services import delivery

    tasks.build_due()
    work()
    row = OutboundMessage.objects.get(information_code="1120")
    delivery.withdraw([row], reason="test", actor=ACTOR, at=AT)
    with time_machine.travel(AT + timedelta(minutes=30), tick=False):
        tasks.build_due()
        work()
    assert OutboundMessage.objects.filter(information_code="1120").count() == 2


def test_a_published_run_wakes_the_building():
    assert "edi.tasks.build_due" in listeners.tasks_for("settlement.published")


def test_every_morning_yesterday_is_checked_and_exported(settled):
    tasks.build_due()
    tasks.close_yesterday()
    tasks.close_yesterday()
    work()
    done = Job.objects.exclude(kind=building.JOB).order_by("kind")
    assert [(one.kind, one.state) for one in done] == [
        ("check_completeness", "done"),
        ("export_internal", "done"),
    ]
    assert done[0].result == {"receivers": 1, "incomplete": 0}


def test_looking_for_work_asks_a_fixed_number_of_questions(retailer, django_assert_max_num_queries):
    made = [p.number for p in points(1, retailer)]
    for n in range(6):
        publish(made, DAY - timedelta(days=n), at=AT)
    with django_assert_max_num_queries(14):
        found = building.due(AT)
    assert found[0].code == "0110"
    every = {DAY - timedelta(days=n) for n in range(6)}
    assert {one.day for one in found if one.code == "1120"} == every


def test_slot_messages_are_news_and_of_older_days_only_those_sent_are_kept_up_to_date(retailer):
    """docs/adr/0005: today and the two days before (11 to 9 November) are made for the first time, older ones on demand."""
    made = [p.number for p in points(1, retailer)]
    days = [DAY - timedelta(days=n) for n in range(6)]
    for day in days:
        publish(made, day, at=AT)

    def due_days():
        return {one.day for one in building.due(AT) if one.code == "1110"}

    recent = {DAY, DAY - timedelta(days=1), DAY - timedelta(days=2)}
    assert due_days() == recent
    call_command("build_edi", day=days[5])
    publish(made, days[5], values=lambda n, d, s: 8, at=AT)
    assert due_days() == {*recent, days[5]}


def test_old_publications_are_left_to_the_command(retailer, capsys):
    (point,) = points(1, retailer)
    old = date(2026, 10, 2)
    publish([point.number], old, at=AT - timedelta(days=63))
    assert building.due(AT) == []
    call_command("build_edi", day=old)
    assert OutboundMessage.objects.count() == 49


def test_every_file_of_a_day_can_be_judged_and_a_damaged_one_is_named(settled, retailer, capsys):
    from edi.services import shelf

    call_command("build_edi", day=DAY)
    call_command("edi_validate", day=DAY)
    assert "49 files, 0 faulty" in capsys.readouterr().out
    row = OutboundMessage.objects.get(information_code="1120")
    (shelf.folder(row.receiver_code) / row.name).unlink()
    with pytest.raises(SystemExit, match="1"):
        call_command("edi_validate", day=DAY)
    printed = capsys.readouterr().out
    assert f"{row.receiver_code}/{row.name}: the file is not what the ledger says" in printed
    assert "49 files, 1 faulty" in printed
