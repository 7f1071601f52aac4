import pytest

from portal.jobs import runner
from portal.jobs.context import LEASE, JobContext
from portal.jobs.models import Job, JobState
from portal.journal.models import Entry

pytestmark = [pytest.mark.django_db, pytest.mark.db]


def test_a_job_ends_done_with_result_and_progress(put, run, calls):
    job = put()
    assert run(job) is JobState.DONE
    job.refresh_from_db()
    assert (job.state, job.result, job.attempts) == (JobState.DONE, {"counted": 3}, 1)
    assert (job.done, job.total, job.stage, job.percent) == (3, 3, "counted", 100)
    assert (job.token, job.lease_until) == ("", None)
    assert calls == [(job.pk, 3)]


def test_a_doubled_message_is_harmless(put, run, calls):
    job = put()
    assert [run(job), run(job)] == [JobState.DONE, None]
    assert len(calls) == 1


def test_a_message_about_no_job_is_harmless(clock):
    assert runner.run(12345, worker="w", at=clock(), clock=clock) is None


def test_the_second_claim_gets_nothing(put, clock):
    job = put()
    assert runner.claim(job.pk, worker="one", at=clock()) is not None
    assert runner.claim(job.pk, worker="two", at=clock()) is None
    assert Job.objects.get().worker == "one"


def test_a_claim_whose_lease_ran_out_is_taken_over(put, run, clock, calls):
    job = put()
    runner.claim(job.pk, worker="dead", at=clock())
    clock.move(seconds=LEASE.total_seconds())
    assert run(job) is None
    clock.move(seconds=1)
    assert run(job) is JobState.DONE
    assert Job.objects.get().attempts == 2
    assert len(calls) == 1


def test_whoever_lost_the_lease_leaves_no_mark(put, clock, kinds, run):
    """The earlier worker comes back to life after another has done the job."""
    job = put()
    slow = JobContext(runner.claim(job.pk, worker="slow", at=clock()), at=clock(), clock=clock)
    clock.move(minutes=10)
    assert run(job) is JobState.DONE
    assert slow.beat() is False
    assert slow.finish(state=JobState.FAILED) is False
    slow.give_back()
    with pytest.raises(runner.LeaseLost):
        slow.progress(done=1, total=9)
    assert Job.objects.get().state == JobState.DONE
    assert Job.objects.get().total == 3


def test_a_handler_that_lost_its_lease_ends_without_a_word(put, clock, kinds, run):
    job = put()

    def overtaken(context, *, upto):
        clock.move(minutes=10)
        runner.claim(context.job_id, worker="faster", at=clock())
        context.progress(done=1, total=2)

    kinds["count"] = overtaken
    assert run(job) is None
    assert (Job.objects.get().worker, Job.objects.get().state) == ("faster", JobState.RUNNING)


def test_a_refusal_becomes_a_clear_text_in_both_languages(put, run):
    job = put("refuse")
    assert run(job) is JobState.FAILED
    job.refresh_from_db()
    assert job.error_code == "E-TEST-01"
    assert job.error_ja == "day 3: できません。別の日に。"
    assert job.error_en == "day 3: It cannot be done. Try another day."
    assert Entry.objects.get().data == {"kind": "refuse", "code": "E-TEST-01"}


def test_an_unexpected_error_names_the_job_and_keeps_its_detail_to_the_log(put, run, caplog):
    job = put("crash")
    assert run(job) is JobState.FAILED
    job.refresh_from_db()
    assert job.error_code == "E-JOB-02"
    assert f"job:{job.pk}" in job.error_ja
    assert "secret" not in job.error_ja + job.error_en
    assert "secret detail" in caplog.text


def test_a_kind_nobody_knows_fails_with_a_clear_text(put, run):
    job = put("unknown")
    assert run(job) is JobState.FAILED
    job.refresh_from_db()
    assert job.error_code == "E-JOB-01"


def test_a_job_that_keeps_killing_its_worker_is_given_up(put, run, clock, calls):
    job = put()
    for _ in range(runner.MAX_ATTEMPTS):
        assert runner.claim(job.pk, worker="dies", at=clock()) is not None
        clock.move(minutes=10)
    assert run(job) is JobState.FAILED
    assert Job.objects.get().error_code == "E-JOB-03"
    assert calls == []


def test_a_worker_told_to_end_gives_the_job_back(put, run, kinds, calls):
    job = put()
    counting = kinds["count"]

    def interrupted(context, *, upto):
        raise KeyboardInterrupt

    kinds["count"] = interrupted
    with pytest.raises(KeyboardInterrupt):
        run(job)
    kinds["count"] = counting
    assert Job.objects.get().state == JobState.QUEUED
    assert run(job) is JobState.DONE


def test_a_running_job_stops_at_its_next_check(put, run, kinds, clock, misaki):
    job = put()

    def endless(context, *, upto):
        for step in range(100):
            context.progress(done=step, total=100)
            context.check_cancelled()
            clock.move(seconds=1)
            if step == 2:
                runner.cancel(context.job_id, actor=misaki, at=clock())

    kinds["count"] = endless
    assert run(job) is JobState.CANCELLED
    job.refresh_from_db()
    assert (job.state, job.done) == (JobState.CANCELLED, 3)


def test_a_job_cancelled_while_its_worker_died_does_not_begin_again(put, run, clock, misaki, calls):
    job = put()
    runner.claim(job.pk, worker="dies", at=clock())
    runner.cancel(job.pk, actor=misaki, at=clock())
    clock.move(minutes=10)
    assert run(job) is JobState.CANCELLED
    assert calls == []


def test_progress_is_written_at_most_once_a_second(
    put, run, kinds, clock, django_assert_num_queries
):
    job = put()

    def busy(context, *, upto):
        with django_assert_num_queries(2 * 3):  # a write and a look for each full second
            for step in range(1, 31):
                clock.move(milliseconds=100)
                context.progress(done=step, total=30)

    kinds["count"] = busy
    run(job)
    assert Job.objects.get().done == 30


def test_progress_prolongs_the_lease(put, clock):
    context = JobContext(runner.claim(put().pk, worker="w", at=clock()), at=clock(), clock=clock)
    clock.move(seconds=90)
    context.progress(done=1, total=2)
    assert Job.objects.get().lease_until == clock() + LEASE
    clock.move(seconds=90)
    assert context.beat() is True
    assert Job.objects.get().lease_until == clock() + LEASE


def test_files_are_left_with_size_and_digest(put, run, kinds, tmp_path):
    path = tmp_path / "values.csv"
    path.write_bytes(b"abc")

    def leave(context, *, upto):
        context.attach("values.csv", path)
        context.attach("values.csv", path)

    kinds["count"] = leave
    job = put()
    assert run(job) is JobState.DONE
    (file,) = job.files.all()
    assert (file.name, file.path, file.size) == ("values.csv", str(path), 3)
    assert file.digest == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_two_handlers_of_one_kind_are_a_mistake():
    @runner.handler("measure")
    def one(context):
        return None

    with pytest.raises(ValueError, match="two handlers"):

        @runner.handler("measure")
        def other(context):
            return None

    assert runner.handler_of("measure") is one
