"""Runs of the settlement and what is published of them."""

from collections.abc import Iterable
from datetime import date

from django.db.models import OuterRef, QuerySet, Subquery

from metering.domain.rules import Stage
from metering.models import Publication, RunPart, SettlementRun


def published_parts(*, first_day: date, last_day: date, stage: str) -> QuerySet[RunPart]:
    """The parts in force: for each day those of the latest published run of ``stage`` holding it. One query."""
    latest = Publication.objects.filter(
        run__stage=stage, run__first_day__lte=OuterRef("day"), run__last_day__gte=OuterRef("day")
    ).order_by("-pk")
    return (
        RunPart.objects.filter(day__range=(first_day, last_day), run__stage=stage)
        .filter(run_id=Subquery(latest.values("run_id")[:1]))
        .order_by("day", "bucket")
    )


def differs_from_published(run: SettlementRun, result_ids: Iterable[int]) -> bool:
    """Whether publishing ``run`` would change anything: some day has other results in force, or none."""
    in_force = published_parts(first_day=run.first_day, last_day=run.last_day, stage=run.stage)
    return sorted(in_force.values_list("result_id", flat=True)) != sorted(result_ids)


def published_stage(day: date) -> Stage | None:
    """The strongest stage published for ``day``: final before provisional; None where nothing is. One query."""
    stages = set(Publication.objects.covering(day, day).values_list("run__stage", flat=True))
    if "final" in stages:
        return "final"
    return "provisional" if "provisional" in stages else None
