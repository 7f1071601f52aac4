"""Celery doors of edi: each knows who acts and what time it is, makes one call, and may run twice."""

from datetime import date, timedelta
from typing import Any

from celery import shared_task

from edi.services import building, completeness, internal
from portal.actor import system
from portal.jobs import runner
from portal.jobs import tasks as jobs
from portal.jobs.context import JobContext
from portal.timekeeping.clock import now
from portal.timekeeping.half_hours import day_of


@shared_task
def build_due(entry_id: int | None = None) -> None:
    """Put a job in the queue for every message with results that were not looked at yet.

    Wakes by the clock, and by the journal when a run is published (``entry_id``); both only make it look.
    """
    jobs.nudge(*building.enqueue_due(actor=system("edi"), at=now()))


@runner.handler(building.JOB)
def build_message(context: JobContext, *, code: str, day: str) -> dict[str, Any]:
    """One message of one day for all its receivers."""
    built = building.build(
        code=code, day=date.fromisoformat(day), actor=context.actor, at=context.at
    )
    return {"files": built.files, "bytes": built.size, "alarms": built.alarms}


@runner.handler("check_completeness")
def check_completeness(context: JobContext, *, day: str) -> dict[str, Any]:
    """The completeness statement of one day; alarms where a point has no line."""
    made = completeness.check(day=date.fromisoformat(day), actor=context.actor, at=context.at)
    return {"receivers": len(made), "incomplete": sum(not one.is_complete for one in made)}


@runner.handler("export_internal")
def export_internal(context: JobContext, *, day: str) -> dict[str, Any]:
    """Pattern 1 results of one day to the internal interface."""
    exported = internal.export(day=date.fromisoformat(day), actor=context.actor, at=context.at)
    return {"folder": exported.folder.name, "new": exported.is_new}


@shared_task
def close_yesterday() -> None:
    """Every morning after the day messages: is yesterday complete, and its pattern 1 results to the internal interface."""
    at = now()
    yesterday = day_of(at) - timedelta(days=1)
    for kind in ("check_completeness", "export_internal"):
        job = runner.enqueue(
            kind=kind,
            arguments={"day": str(yesterday)},
            actor=system("edi"),
            at=at,
            key=f"{kind}:{yesterday}",
            queue=building.QUEUE,
        )
        jobs.nudge(job)
