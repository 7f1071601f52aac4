"""Celery doors of metering: each knows who acts and what time it is, makes one call, and may run twice."""

from datetime import date, timedelta

from celery import shared_task

from metering.services import readings, settlement
from portal.actor import system
from portal.jobs import runner
from portal.jobs import tasks as jobs
from portal.jobs.context import JobContext
from portal.timekeeping.clock import now
from portal.timekeeping.half_hours import day_of, slot_before


@runner.handler(settlement.PART_JOB)
def settle_part(context: JobContext, *, run_id: int, day: str, bucket: int) -> dict[str, int]:
    """One part (day, bucket) of a run."""
    result = settlement.calculate_part(
        run_id=run_id,
        day=date.fromisoformat(day),
        bucket=bucket,
        actor=context.actor,
        at=context.at,
    )
    return {"part_result": result.pk}


@shared_task
def take_in_inbox() -> None:
    """Take in whatever stands in the watched folder, each file once."""
    readings.watch_inbox(actor=system("inbox"), at=now())


@shared_task
def sweep_orphans() -> None:
    """Remove what killed processes left in the store and no row names."""
    readings.sweep_orphans(at=now())


@shared_task
def settle_latest_slot() -> None:
    """A provisional run of the day of the slot that has just ended, cut there."""
    at = now()
    slot = slot_before(at)
    run = settlement.start(
        first_day=slot.day,
        last_day=slot.day,
        stage="provisional",
        until=slot.ends_at,
        actor=system("beat"),
        at=at,
    )
    jobs.nudge(*settlement.open_jobs(run))


@shared_task
def settle_yesterday() -> None:
    """The whole of yesterday, provisionally: the day files are made from it in the morning."""
    at = now()
    yesterday = day_of(at) - timedelta(days=1)
    run = settlement.start(
        first_day=yesterday, last_day=yesterday, stage="provisional", actor=system("beat"), at=at
    )
    jobs.nudge(*settlement.open_jobs(run))


@shared_task
def settle_due_finals() -> None:
    """The final runs of the settlement periods that are due today (4 business days from the 検針日)."""
    at = now()
    for run in settlement.start_due_finals(actor=system("beat"), at=at):
        jobs.nudge(*settlement.open_jobs(run))
