"""Celery doors of the jobs. A message carries a job's id and nothing else."""

from datetime import timedelta
from typing import Any

from celery import shared_task
from celery.signals import worker_ready
from django.db import transaction
from kombu.exceptions import KombuError

from portal.jobs import runner, workers
from portal.jobs.models import Job
from portal.timekeeping import clock


@shared_task
def run_job(job_id: int) -> None:
    """Do one job, unless somebody else has it or it is finished."""
    runner.run(job_id, worker=workers.name(), at=clock.now(), clock=clock.now)


@shared_task
def sweep() -> None:
    """Nudge again whatever nobody took, and whatever a dead worker left."""
    _sweep(runner.PATIENCE)


@worker_ready.connect
def sweep_at_start(**_: Any) -> None:
    """A worker that starts asks for all open work: messages of an embedded broker may be lost by a restart."""
    _sweep(timedelta(0))


def nudge(*jobs: Job) -> None:
    """Tell the workers about queued jobs once the transaction commits. A lost nudge is repaired by the sweeper."""
    transaction.on_commit(lambda: _send(list(jobs)))


def _sweep(patience: timedelta) -> None:
    at = clock.now()
    runner.release_dead(at=at)
    _send(runner.overdue(at=at, patience=patience))


def _send(jobs: list[Job]) -> None:
    sent: list[int] = []
    for job in jobs:
        try:
            run_job.apply_async(args=[job.pk], queue=job.queue)
        except (KombuError, OSError):
            break
        sent.append(job.pk)
    Job.objects.filter(pk__in=sent).update(nudged_at=clock.now())
