import pytest

from portal.actor import NOBODY, Actor, Scope, system
from portal.errors import Conflict
from portal.jobs import runner
from portal.jobs.models import Job, JobState
from portal.journal.models import Entry

pytestmark = [pytest.mark.django_db, pytest.mark.db]


def test_a_job_waits_with_its_arguments_and_its_actor(put, misaki):
    job = Job.objects.get(pk=put(queue="interactive").pk)
    assert (job.kind, job.arguments, job.queue, job.state) == (
        "count",
        {"upto": 3},
        "interactive",
        JobState.QUEUED,
    )
    assert job.actor == misaki
    assert not job.is_finished


def test_asking_again_with_the_same_key_is_asking_once(put):
    assert put(key="day:2026-11-01") == put(key="day:2026-11-01", arguments={"upto": 99})
    assert Job.objects.get().arguments == {"upto": 3}


def test_without_a_key_every_call_is_a_job(put):
    assert put() != put()


def test_many_jobs_are_put_in_at_once(clock, django_assert_max_num_queries):
    wanted = [(f"part:{n}", {"upto": n}) for n in range(300)]
    runner.enqueue(kind="count", arguments={"upto": 5}, actor=system("x"), at=clock(), key="part:5")
    with django_assert_max_num_queries(12):
        jobs = runner.enqueue_all(
            wanted, kind="count", actor=system("x"), at=clock(), queue="settlement"
        )
    assert {job.key for job in jobs} == {key for key, _ in wanted}
    assert Job.objects.count() == 300


def test_jobs_put_in_together_need_keys(clock):
    with pytest.raises(ValueError, match="need a key"):
        runner.enqueue_all([("", {})], kind="count", actor=NOBODY, at=clock())


def test_an_organization_sees_its_own_jobs_only(put, misaki):
    job = put()
    stranger = Actor(label="よそ", scope=Scope.OWN, organization_id=4)
    assert list(Job.objects.visible_to(misaki)) == [job]
    assert list(Job.objects.visible_to(system("beat"))) == [job]
    assert not Job.objects.visible_to(stranger).exists()
    assert not Job.objects.visible_to(NOBODY).exists()


def test_a_waiting_job_is_cancelled_at_once_and_never_runs(put, run, calls, clock, misaki):
    job = put()
    runner.cancel(job.pk, actor=misaki, at=clock())
    assert run(job) is None
    assert Job.objects.get().state == JobState.CANCELLED
    assert calls == []
    assert Entry.objects.get().verb == "job.cancel_requested"


def test_a_finished_job_cannot_be_cancelled(put, run, clock, misaki):
    job = put()
    run(job)
    with pytest.raises(Conflict, match="E-JOB-04"):
        runner.cancel(job.pk, actor=misaki, at=clock())
    assert Job.objects.get().state == JobState.DONE


def test_a_failed_job_runs_again_when_asked(put, run, calls, clock, misaki):
    job = put("crash")
    run(job)
    runner.retry(job.pk, actor=misaki, at=clock())
    again = Job.objects.get()
    assert (again.state, again.error_code, again.finished_at) == (JobState.QUEUED, "", None)
    run(job)
    assert calls == [job.pk, job.pk]


@pytest.mark.parametrize("state", [JobState.QUEUED, JobState.RUNNING, JobState.DONE])
def test_no_other_job_is_run_again(put, clock, misaki, state):
    job = put()
    Job.objects.update(state=state)
    with pytest.raises(Conflict, match="E-JOB-04"):
        runner.retry(job.pk, actor=misaki, at=clock())
    assert Job.objects.get().state == state
