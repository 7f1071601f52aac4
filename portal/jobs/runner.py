"""Puts jobs into the queue, claims them, runs them and writes how they ended.

A claim is one conditional UPDATE, and its row count says whether it was ours (house.md 5.9). It holds for a lease that
the worker prolongs; a claim whose lease ran out, or whose process died on this machine, may be taken over. The token of
the claim fences off the earlier worker: it can no longer write. So lost, late and doubled messages are harmless.
"""

import logging
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils.module_loading import autodiscover_modules

from portal.actor import Actor
from portal.errors import Conflict, DomainError, NotFound, Text
from portal.jobs import workers
from portal.jobs.context import LEASE, JobCancelled, JobContext, LeaseLost
from portal.jobs.heartbeat import Heartbeat
from portal.jobs.models import Job, JobState
from portal.journal import recorder

Handler = Callable[..., Mapping[str, Any] | None]
Clock = Callable[[], datetime]

# A job whose worker died this often is taken for the cause of it.
MAX_ATTEMPTS = 5
# The sweeper leaves a message this long before it sends another.
PATIENCE = timedelta(minutes=5)

logger = logging.getLogger(__name__)
_handlers: dict[str, Handler] = {}


# --- handlers -----------------------------------------------------------
def handler(kind: str) -> Callable[[Handler], Handler]:
    """Register the function that does jobs of ``kind``: ``handle(context, **arguments)``, returns the result or None.

    Put it into the app's ``tasks.py``, which workers and commands load. It may run twice, after a crash at any line.
    """

    def register(function: Handler) -> Handler:
        other = _handlers.setdefault(kind, function)
        if (other.__module__, other.__qualname__) != (function.__module__, function.__qualname__):
            raise ValueError(f"{kind}: two handlers, {other.__module__} and {function.__module__}")
        _handlers[kind] = function
        return function

    return register


def handler_of(kind: str) -> Handler:
    """The handler of ``kind``; loads the apps' task modules on first need."""
    if kind not in _handlers:
        autodiscover_modules("tasks")
    if kind not in _handlers:
        raise NotFound(
            "E-JOB-01",
            Text(
                ja=f"ジョブの種類 {kind} を実行できません。",
                en=f"Nothing here can do jobs of kind {kind}.",
            ),
            remedy=Text(
                ja="同じ版のソフトウェアで実行してください。",
                en="Run the worker from the same version.",
            ),
        )
    return _handlers[kind]


# --- into the queue -----------------------------------------------------
def enqueue(
    *,
    kind: str,
    arguments: Mapping[str, Any],
    actor: Actor,
    at: datetime,
    key: str = "",
    queue: str = "bulk",
) -> Job:
    """Put one job into the queue: the row only. With a ``key`` asking again returns the job that is there already.

    The doorway nudges a worker with ``tasks.nudge``; without that the sweeper does within a minute.
    """
    job = _job(kind, arguments, actor, at, key, queue)
    try:
        with transaction.atomic():
            job.save(force_insert=True)
    except IntegrityError:
        if not key:
            raise
        return Job.objects.get(key=key)
    return job


def enqueue_all(
    jobs: Iterable[tuple[str, Mapping[str, Any]]],
    *,
    kind: str,
    actor: Actor,
    at: datetime,
    queue: str = "bulk",
) -> list[Job]:
    """Put many jobs of one kind into the queue at once: pairs of key (never empty) and arguments.

    Returns the jobs of these keys by id, those that were there already included.
    """
    rows = [_job(kind, arguments, actor, at, key, queue) for key, arguments in jobs]
    if not all(row.key for row in rows):
        raise ValueError(f"{kind}: jobs put in together need a key each")
    Job.objects.bulk_create(rows, batch_size=500, ignore_conflicts=True)
    keys = [row.key for row in rows]
    found = (
        Job.objects.filter(key__in=keys[start : start + 500]) for start in range(0, len(keys), 500)
    )
    return sorted((job for batch in found for job in batch), key=lambda job: job.pk)


def _job(
    kind: str, arguments: Mapping[str, Any], actor: Actor, at: datetime, key: str, queue: str
) -> Job:
    return Job(
        kind=kind,
        key=key,
        queue=queue,
        arguments=dict(arguments),
        created_at=at,
        actor_label=actor.label,
        actor_scope=actor.scope.value,
        actor_role=actor.role,
        actor_user_id=actor.user_id,
        actor_client_id=actor.client_id,
        actor_organization_id=actor.organization_id,
        on_behalf_of=actor.on_behalf_of,
    )


# --- at work ------------------------------------------------------------
def run(job_id: int, *, worker: str, at: datetime, clock: Clock) -> JobState | None:
    """Claim the job and do it; returns how it ended, None when it was not ours to do (taken, finished, or lost)."""
    job = claim(job_id, worker=worker, at=at)
    if job is None:
        return None
    context = JobContext(job, at=at, clock=clock)
    if job.cancel_requested_at:
        return _end(job, context, state=JobState.CANCELLED)
    if job.attempts > MAX_ATTEMPTS:
        return _fail(job, context, _worn_out(job))
    try:
        with Heartbeat(context):
            result = handler_of(job.kind)(context, **job.arguments)
    except JobCancelled:
        return _end(job, context, state=JobState.CANCELLED)
    except LeaseLost:
        logger.warning("job %s was taken over by another worker", job_id)
        return None
    except DomainError as error:
        return _fail(job, context, error)
    except Exception:
        logger.exception("job %s (%s) failed", job_id, job.kind)
        return _fail(job, context, _unexpected(job))
    except BaseException:
        context.give_back()
        raise
    return _end(job, context, state=JobState.DONE, result=dict(result or {}))


def claim(job_id: int, *, worker: str, at: datetime) -> Job | None:
    """Take the job for one lease; None when it is somebody else's or finished."""
    taken = Job.objects.filter(_free(at), pk=job_id).update(
        state=JobState.RUNNING,
        worker=worker,
        token=uuid4().hex,
        lease_until=at + LEASE,
        attempts=F("attempts") + 1,
        started_at=at,
    )
    return Job.objects.get(pk=job_id) if taken == 1 else None


def work(*, worker: str, clock: Clock, queues: Collection[str] = ()) -> Counter[JobState]:
    """Do jobs in the order they came until none is left that could be claimed; counts how they ended.

    Needs no broker. Jobs that jobs put into the queue are done too; what another worker holds is left to it.
    """
    ended: Counter[JobState] = Counter()
    while True:
        at = clock()
        release_dead(at=at)
        waiting = Job.objects.filter(_free(at))
        if queues:
            waiting = waiting.filter(queue__in=queues)
        job_id = waiting.order_by("pk").values_list("pk", flat=True).first()
        if job_id is None:
            return ended
        state = run(job_id, worker=worker, at=at, clock=clock)
        if state is not None:
            ended[state] += 1


def _free(at: datetime) -> Q:
    return Q(state=JobState.QUEUED) | Q(state=JobState.RUNNING, lease_until__lt=at)


# --- repair -------------------------------------------------------------
def release_dead(*, at: datetime) -> int:
    """End the leases of processes of this machine that are no more; returns how many."""
    held = Job.objects.filter(state=JobState.RUNNING, lease_until__gte=at).values_list(
        "token", "worker"
    )
    dead = [token for token, worker in held if workers.is_dead(worker)]
    if not dead:
        return 0
    return Job.objects.filter(token__in=dead, state=JobState.RUNNING).update(
        lease_until=at - timedelta(seconds=1)
    )


def overdue(*, at: datetime, patience: timedelta = PATIENCE) -> list[Job]:
    """Jobs that need a nudge: queued and not nudged for ``patience``, or held by a claim that ran out."""
    unheard = Q(nudged_at=None) | Q(nudged_at__lt=at - patience)
    forgotten = Q(state=JobState.QUEUED) & unheard | Q(state=JobState.RUNNING, lease_until__lt=at)
    return list(Job.objects.filter(forgotten).order_by("pk").only("pk", "queue"))


@transaction.atomic
def cancel(job_id: int, *, actor: Actor, at: datetime) -> None:
    """Ask for the job to stop: at once while it waits, at its next check while it runs; refuses a finished job."""
    waiting = Job.objects.filter(pk=job_id, state=JobState.QUEUED)
    running = Job.objects.filter(pk=job_id, state=JobState.RUNNING)
    stopped = waiting.update(state=JobState.CANCELLED, cancel_requested_at=at, finished_at=at)
    if not stopped and not running.update(cancel_requested_at=at):
        raise _wrong_state(
            ja="終了したジョブは中止できません。", en="A finished job cannot be cancelled."
        )
    recorder.record("job.cancel_requested", actor=actor, at=at, subject=f"job:{job_id}")


@transaction.atomic
def retry(job_id: int, *, actor: Actor, at: datetime) -> None:
    """Put a failed or cancelled job into its queue again; refuses any other."""
    ended = Job.objects.filter(pk=job_id, state__in=[JobState.FAILED, JobState.CANCELLED])
    again = ended.update(
        state=JobState.QUEUED,
        attempts=0,
        cancel_requested_at=None,
        nudged_at=None,
        started_at=None,
        finished_at=None,
        error_code="",
        error_ja="",
        error_en="",
    )
    if again == 0:
        raise _wrong_state(
            ja="失敗または中止したジョブだけを再実行できます。",
            en="Only a failed or cancelled job can run again.",
        )
    recorder.record("job.retried", actor=actor, at=at, subject=f"job:{job_id}")


# --- ends ---------------------------------------------------------------
def _end(job: Job, context: JobContext, *, state: JobState, **fields: Any) -> JobState | None:
    return state if context.finish(state=state, **fields) else None


def _fail(job: Job, context: JobContext, error: DomainError) -> JobState | None:
    """State and story of a failure together."""
    place = f"{error.place}: " if error.place else ""
    remedy = error.remedy or Text("", "")
    with transaction.atomic():
        state = _end(
            job,
            context,
            state=JobState.FAILED,
            error_code=error.code,
            error_ja=f"{place}{error.message.ja}{remedy.ja}",
            error_en=f"{place}{error.message.en} {remedy.en}".strip(),
        )
        if state:
            data = {"kind": job.kind, "code": error.code}
            recorder.record(
                "job.failed", actor=context.actor, at=context.at, subject=f"job:{job.pk}", data=data
            )
    return state


def _unexpected(job: Job) -> DomainError:
    return DomainError(
        "E-JOB-02",
        Text(ja="予期しないエラーで終了しました。", en="The job ended with an unexpected error."),
        remedy=Text(
            ja=f"再実行しても続く場合は、番号 job:{job.pk} を添えて運用担当へ連絡してください。",
            en=f"If it happens again, report it to operations with the number job:{job.pk}.",
        ),
    )


def _worn_out(job: Job) -> DomainError:
    return DomainError(
        "E-JOB-03",
        Text(
            ja=f"実行中に{MAX_ATTEMPTS}回、処理が途中で止まりました。",
            en=f"The worker died {MAX_ATTEMPTS} times while doing this job.",
        ),
        remedy=Text(
            ja="メモリー不足などの原因を確かめてから再実行してください。",
            en="Look for the cause (memory, for example) before it runs again.",
        ),
    )


def _wrong_state(*, ja: str, en: str) -> Conflict:
    return Conflict("E-JOB-04", Text(ja=ja, en=en))
