"""Kinds of work for the tests, and a clock that stands still until it is moved."""

from datetime import UTC, datetime, timedelta

import pytest

from portal.actor import Actor, Scope
from portal.errors import Refused, Text
from portal.jobs import runner


class Clock:
    """A wall clock that only moves when told to."""

    def __init__(self):
        self.at = datetime(2026, 11, 20, 0, 0, tzinfo=UTC)

    def __call__(self):
        return self.at

    def move(self, **span):
        self.at += timedelta(**span)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def misaki():
    return Actor(
        label="佐藤 美咲 (みなみ野でんき)",
        scope=Scope.OWN,
        role="retailer_staff",
        user_id=7,
        organization_id=3,
    )


@pytest.fixture
def calls():
    """What the handlers were called with."""
    return []


@pytest.fixture(autouse=True)
def kinds(monkeypatch, calls):
    """The kinds of work that these tests know; nobody else's are loaded."""

    def count(context, *, upto):
        calls.append((context.job_id, upto))
        context.progress(done=upto, total=upto, stage="counted")
        return {"counted": upto}

    def refuse(context):
        calls.append(context.job_id)
        raise Refused(
            "E-TEST-01",
            Text(ja="できません。", en="It cannot be done."),
            remedy=Text(ja="別の日に。", en="Try another day."),
            place="day 3",
        )

    def crash(context):
        calls.append(context.job_id)
        raise ZeroDivisionError("secret detail")

    kinds = {"count": count, "refuse": refuse, "crash": crash}
    monkeypatch.setattr(runner, "_handlers", kinds)
    monkeypatch.setattr(runner, "autodiscover_modules", lambda name: None)
    return kinds


@pytest.fixture
def put(clock, misaki):
    """Puts a job into the queue."""

    def put(kind="count", **options):
        arguments = options.pop("arguments", {"upto": 3} if kind == "count" else {})
        return runner.enqueue(kind=kind, arguments=arguments, actor=misaki, at=clock(), **options)

    return put


@pytest.fixture
def run(clock):
    """Runs a job as one of several workers."""

    def run(job, worker="elsewhere/1/1"):
        return runner.run(job.pk, worker=worker, at=clock(), clock=clock)

    return run
