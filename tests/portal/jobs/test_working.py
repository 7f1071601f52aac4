import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from kombu.exceptions import OperationalError

from portal.jobs import runner, tasks, workers
from portal.jobs.models import Job, JobState

pytestmark = pytest.mark.django_db


@pytest.fixture
def messages(monkeypatch):
    """What was sent to the broker, instead of a broker."""
    sent = []
    monkeypatch.setattr(
        tasks.run_job, "apply_async", lambda args, queue: sent.append((args[0], queue))
    )
    return sent


def test_the_queue_is_worked_in_order_until_it_is_empty(put, clock, calls):
    jobs = [put(arguments={"upto": n}) for n in (5, 1, 3)]
    ended = runner.work(worker=workers.name(), clock=clock)
    assert ended == {JobState.DONE: 3}
    assert calls == [(job.pk, n) for job, n in zip(jobs, (5, 1, 3), strict=True)]


def test_jobs_put_in_by_jobs_are_done_too(put, clock, kinds, calls):
    counting = kinds["count"]

    def branching(context, *, upto):
        if upto:
            put(arguments={"upto": upto - 1})
        return counting(context, upto=upto)

    kinds["count"] = branching
    put(arguments={"upto": 2})
    assert runner.work(worker=workers.name(), clock=clock) == {JobState.DONE: 3}
    assert [upto for _, upto in calls] == [2, 1, 0]


def test_only_the_queue_asked_for_is_worked(put, clock):
    put(queue="bulk")
    settlement = put(queue="settlement")
    runner.work(worker=workers.name(), clock=clock, queues=["settlement"])
    assert list(Job.objects.filter(state=JobState.DONE)) == [settlement]


def test_what_another_machine_holds_is_left_to_it(put, clock, calls):
    runner.claim(put().pk, worker="other-machine/7/7", at=clock())
    assert not runner.work(worker=workers.name(), clock=clock)
    assert calls == []


def test_a_job_of_a_process_that_died_here_is_taken_over_at_once(put, clock, calls):
    dead = subprocess.run(
        [sys.executable, "-c", "from portal.jobs import workers; print(workers.name())"],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path.cwd(),
    ).stdout.strip()
    runner.claim(put().pk, worker=dead, at=clock())
    assert runner.work(worker=workers.name(), clock=clock) == {JobState.DONE: 1}
    assert len(calls) == 1


def test_this_process_is_alive():
    assert not workers.is_dead(workers.name())


@pytest.mark.parametrize("worker", ["", "w", "elsewhere/1/1", "a/b", "a/b/c/d"])
def test_a_name_from_elsewhere_says_nothing(worker):
    assert not workers.is_dead(worker)


def test_a_process_number_used_again_is_another_process():
    machine, pid, _ = workers.name().rsplit("/", 2)
    assert workers.is_dead(f"{machine}/{pid}/1")


def test_the_sweeper_sends_what_nobody_took(put, messages, clock, monkeypatch):
    monkeypatch.setattr("portal.timekeeping.clock.now", clock)
    waiting = put(queue="interactive")
    tasks.sweep()
    tasks.sweep()
    assert messages == [(waiting.pk, "interactive")]
    clock.move(seconds=runner.PATIENCE.total_seconds() + 1)
    tasks.sweep()
    assert messages == [(waiting.pk, "interactive")] * 2


def test_the_sweeper_sends_what_a_dead_worker_left(put, messages, clock, monkeypatch):
    monkeypatch.setattr("portal.timekeeping.clock.now", clock)
    job = put(queue="settlement")
    runner.claim(job.pk, worker="elsewhere/1/1", at=clock())
    tasks.sweep()
    assert messages == []
    clock.move(minutes=10)
    tasks.sweep()
    assert messages == [(job.pk, "settlement")]


def test_a_worker_that_starts_asks_for_everything_open(put, messages, clock, monkeypatch):
    monkeypatch.setattr("portal.timekeeping.clock.now", clock)
    job = put()
    tasks.sweep()
    clock.move(seconds=1)
    tasks.sweep_at_start()
    assert messages == [(job.pk, "bulk")] * 2


def test_finished_jobs_are_not_sent(put, run, messages, clock):
    run(put())
    assert runner.overdue(at=clock() + timedelta(days=1)) == []


def test_a_nudge_waits_for_the_commit(put, messages, django_capture_on_commit_callbacks):
    job = put()
    with django_capture_on_commit_callbacks(execute=True):
        tasks.nudge(job)
        assert messages == []
    assert messages == [(job.pk, "bulk")]
    job.refresh_from_db()
    assert job.nudged_at is not None


def test_a_lost_nudge_is_left_to_the_sweeper(
    put, monkeypatch, clock, django_capture_on_commit_callbacks
):
    def unreachable(args, queue):
        raise OperationalError("no broker")

    monkeypatch.setattr(tasks.run_job, "apply_async", unreachable)
    job = put()
    with django_capture_on_commit_callbacks(execute=True):
        tasks.nudge(job)
    assert [each.pk for each in runner.overdue(at=clock())] == [job.pk]


def test_the_task_runs_the_job_once(put, calls):
    job = put()
    tasks.run_job(job.pk)
    tasks.run_job(job.pk)
    assert len(calls) == 1
    assert Job.objects.get().worker == workers.name()


def test_the_command_works_the_queue_and_counts(put, capsys):
    put()
    put(queue="settlement")
    call_command("run_jobs", "--until-idle")
    assert "2 jobs done." in capsys.readouterr().out


def test_the_command_fails_when_a_job_failed(put):
    put("crash")
    put()
    with pytest.raises(CommandError, match="1 jobs done, 1 failed"):
        call_command("run_jobs", "--until-idle")
