"""Many workers at once, on real parallel connections."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from django.db import connection

from portal.actor import system
from portal.errors import Conflict
from portal.jobs import runner, workers
from portal.jobs.context import JobContext
from portal.jobs.heartbeat import Heartbeat
from portal.jobs.models import Job, JobState
from portal.journal import recorder, relay
from portal.journal.models import Entry
from portal.timekeeping import clock

AT = datetime(2026, 11, 20, tzinfo=UTC)
BEAT = system("test")

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]


def together(number, work):
    """Results of ``work(n)`` in ``number`` threads that start at one instant, each with its own connection."""
    start = Barrier(number)

    def one(n):
        start.wait()
        try:
            return work(n)
        finally:
            connection.close()

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(one, range(number)))


def test_of_many_claims_exactly_one_wins():
    for _ in range(10):
        job = runner.enqueue(kind="any", arguments={}, actor=BEAT, at=AT)
        claims = together(8, lambda n, pk=job.pk: runner.claim(pk, worker=f"w{n}", at=AT))
        (won,) = [claim for claim in claims if claim is not None]
        job.refresh_from_db()
        assert (job.worker, job.token, job.attempts) == (won.worker, won.token, 1)


def test_asking_for_one_key_at_once_makes_one_job():
    jobs = together(
        8, lambda _: runner.enqueue(kind="any", arguments={}, actor=BEAT, at=AT, key="day:1")
    )
    assert len({job.pk for job in jobs}) == 1
    assert Job.objects.count() == 1


def test_putting_the_same_jobs_in_at_once_makes_each_once():
    wanted = [(f"part:{n}", {}) for n in range(100)]
    answers = together(6, lambda _: runner.enqueue_all(wanted, kind="any", actor=BEAT, at=AT))
    assert {len(jobs) for jobs in answers} == {100}
    assert Job.objects.count() == 100


def test_several_workers_do_each_job_once(monkeypatch):
    done = Counter()

    def count(context, *, n):
        done[n] += 1

    monkeypatch.setattr(runner, "_handlers", {"count": count})
    runner.enqueue_all([(f"n{n}", {"n": n}) for n in range(60)], kind="count", actor=BEAT, at=AT)
    ended = together(4, lambda _: runner.work(worker=workers.name(), clock=clock.now))
    assert sum(tally[JobState.DONE] for tally in ended) == 60
    assert done == Counter(range(60))


def test_the_heartbeat_keeps_a_busy_job_and_tells_when_it_is_lost():
    job = runner.enqueue(kind="any", arguments={}, actor=BEAT, at=clock.now())
    claimed = runner.claim(job.pk, worker="busy", at=clock.now())
    before = claimed.lease_until
    context = JobContext(claimed, at=clock.now(), clock=clock.now)
    with Heartbeat(context, interval=0.05) as heartbeat:
        wait_until(lambda: Job.objects.get(pk=job.pk).lease_until > before)
        later = clock.now() + timedelta(hours=1)
        assert runner.claim(job.pk, worker="other", at=later) is not None
        wait_until(lambda: not heartbeat._thread.is_alive())
    assert Job.objects.get(pk=job.pk).worker == "other"


def wait_until(holds, seconds=5.0):
    import time

    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


def test_sealing_from_several_sides_makes_one_chain(monkeypatch):
    monkeypatch.setattr(relay, "BATCH", 7)

    def write_and_seal(n):
        for k in range(20):
            recorder.record("a.b", actor=BEAT, at=AT, subject=f"a:{n}-{k}")
            try:
                relay.seal()
            except Conflict:
                continue

    together(6, write_and_seal)
    relay.seal()
    assert Entry.objects.filter(position=None).count() == 0
    assert list(Entry.objects.order_by("position").values_list("position", flat=True)) == list(
        range(1, 121)
    )
    assert list(relay.breaks()) == []
