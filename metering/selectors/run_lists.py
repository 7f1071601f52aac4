"""Runs of the settlement for people: lists with their progress, and the parts of one run by day."""

from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet

from metering.models import RunPart, RunState, SettlementRun
from portal.jobs.models import Job, JobState


def listed(*, stage: str = "", state: str = "") -> QuerySet[SettlementRun]:
    """Runs, newest first, each with ``part_count`` and ``part_done``; filtered by stage and state where given."""
    runs = SettlementRun.objects.select_related("publication").annotate(
        part_count=Count("parts"), part_done=Count("parts", filter=Q(parts__result__isnull=False))
    )
    if stage:
        runs = runs.filter(stage=stage)
    if state:
        runs = runs.filter(state=state)
    return runs.order_by("-pk")


def eventful(limit: int) -> QuerySet[SettlementRun]:
    """The latest runs that did something: a repeat without a change is left out."""
    return listed().exclude(state=RunState.UNCHANGED)[:limit]


def days_of(run: SettlementRun) -> list[dict[str, Any]]:
    """The days of ``run`` in order. One query.

    Of each: how many parts there are, are done and reused, and what is done holds: device points, slots by quality.
    """
    parts = RunPart.objects.filter(run=run).order_by("day")
    days: dict[date, dict[str, Any]] = {}
    for day, was_reused, result, counts in parts.values_list(
        "day", "was_reused", "result", "result__counts"
    ):
        found = days.setdefault(day, _empty_day(day))
        found["parts"] += 1
        found["done"] += result is not None
        found["reused"] += was_reused
        found["points"] += (counts or {}).get("device_points", 0)
        found["quality"].update(_whole_numbers((counts or {}).get("quality", {})))
    return list(days.values())


def _empty_day(day: date) -> dict[str, Any]:
    return {"day": day, "parts": 0, "done": 0, "reused": 0, "points": 0, "quality": Counter()}


def _whole_numbers(counts: Mapping[str, int]) -> dict[int, int]:
    """JSON turns the numbers of qualities into text; here they are numbers again."""
    return {int(key): value for key, value in counts.items()}


def parts_of(run: SettlementRun, day: date) -> QuerySet[RunPart]:
    """The parts of one day of ``run``, in order of their buckets."""
    return RunPart.objects.filter(run=run, day=day).select_related("result").order_by("bucket")


def job_states(run: SettlementRun) -> dict[str, int]:
    """How many of the run's jobs are waiting, running, done, failed or cancelled."""
    jobs = Job.objects.filter(key__startswith=f"settle:{run.pk}:")
    counted = jobs.values_list("state").annotate(jobs=Count("pk")).order_by()
    found = dict(counted)
    return {state: found.get(state, 0) for state in JobState.values}
