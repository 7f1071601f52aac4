"""Published results by day: which parts are in force, since when, and how far into the day they go."""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import cast

from django.db.models import Q

from metering.domain.rules import Stage
from metering.models import Publication, RunPart
from portal.timekeeping.half_hours import HALF_HOUR, SLOTS_PER_DAY, days_between, starts_at

ANY_STAGE: tuple[Stage, ...] = ("provisional", "final")
FINAL: tuple[Stage, ...] = ("final",)


@dataclass(frozen=True, kw_only=True)
class DayResult:
    """The results of one day that are in force.

    ``through_slot`` is the last slot the run was to settle: 48, or less where the run was cut at the slot just ended.
    ``energy_keys`` are the parts in the store; equal keys are equal bytes.
    """

    day: date
    stage: Stage
    publication_id: int
    run_identity: str
    published_at: datetime
    through_slot: int
    energy_keys: tuple[str, ...]
    sites_keys: tuple[str, ...] = ()  # pattern 1, never for retailers

    @property
    def is_complete(self) -> bool:
        """Whether the whole day is settled."""
        return self.through_slot == SLOTS_PER_DAY


def in_force(
    first_day: date, last_day: date, stages: Collection[Stage] = ANY_STAGE
) -> dict[date, DayResult]:
    """Per day the results of the latest publication of ``stages`` that holds it; days without any are left out.

    Two queries, whatever the number of days.
    """
    publications = (
        Publication.objects.covering(first_day, last_day)
        .filter(run__stage__in=stages)
        .select_related("run")
        .order_by("pk")
    )
    latest: dict[date, Publication] = {}
    for publication in publications:
        first = max(first_day, publication.run.first_day)
        for day in days_between(first, min(last_day, publication.run.last_day)):
            latest[day] = publication
    keys = _keys(latest)
    return {day: _day_result(day, found, keys[day]) for day, found in latest.items()}


def days_published_since(instant: datetime, stages: Collection[Stage] = ANY_STAGE) -> list[date]:
    """Days held by a publication made at or after ``instant``, in order. One query."""
    runs = Publication.objects.filter(published_at__gte=instant, run__stage__in=stages)
    spans = runs.order_by().values_list("run__first_day", "run__last_day").distinct()
    return sorted({day for first, last in spans for day in days_between(first, last)})


def source_digest(results: Iterable[DayResult]) -> str:
    """One digest of everything in force in ``results``: equal where no value can have changed."""
    text = "\n".join(key for result in results for key in (str(result.day), *result.energy_keys))
    return hashlib.sha256(text.encode()).hexdigest()


def _keys(latest: dict[date, Publication]) -> dict[date, list[tuple[str, str]]]:
    """Energy and sites of the chosen run of each day, in order of the buckets."""
    by_run: dict[int, list[date]] = defaultdict(list)
    for day, publication in latest.items():
        by_run[publication.run_id].append(day)
    wanted = Q(pk__in=[])
    for run_id, run_days in by_run.items():
        wanted |= Q(run_id=run_id, day__range=(min(run_days), max(run_days)))
    parts = RunPart.objects.filter(wanted).order_by("day", "bucket")
    keys: dict[date, list[tuple[str, str]]] = defaultdict(list)
    columns = ("run_id", "day", "result__energy_key", "result__sites_key")
    for run_id, day, energy, sites in parts.values_list(*columns):
        if latest[day].run_id == run_id:
            keys[day].append((energy or "", sites or ""))
    return keys


def _day_result(day: date, publication: Publication, keys: list[tuple[str, str]]) -> DayResult:
    run = publication.run
    end = starts_at(day + timedelta(days=1))
    settled_until = run.until if run.until is not None and day == run.last_day else end
    return DayResult(
        day=day,
        stage=cast("Stage", run.stage),
        publication_id=publication.pk,
        run_identity=run.identity,
        published_at=publication.published_at,
        through_slot=min(SLOTS_PER_DAY, (settled_until - starts_at(day)) // HALF_HOUR),
        energy_keys=tuple(energy for energy, _ in keys if energy),
        sites_keys=tuple(sites for _, sites in keys if sites),
    )
