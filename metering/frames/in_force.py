"""Results in force as frames, for exports and explanations: of each day the final ones, else the provisional ones."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

import polars as pl

from metering.domain.rules import Stage
from metering.frames.stores import bucket_count, store
from metering.models import RunPart
from metering.selectors import known, runs
from metering.settlement import schemas
from metering.store import reader

STAGES: tuple[Stage, ...] = ("final", "provisional")  # the stronger first


@dataclass(frozen=True, kw_only=True)
class Published:
    """Energy of the days asked for (schema ``ENERGY``), and which stage each day comes from; unpublished days are absent."""

    energy: pl.DataFrame
    stages: dict[date, Stage]


def read_energy(
    *,
    first_day: date,
    last_day: date,
    device_points: Collection[str] | None = None,
    stage: Stage | None = None,
) -> Published:
    """Energy in force from ``first_day`` to ``last_day``: of some device points, or of all (None).

    Of each day the final result counts, else the provisional one; ``stage`` asks for one of them alone.
    """
    days = _in_force(first_day, last_day, stage)
    rows = _rows(days.values(), "energy_key", schemas.ENERGY, device_points)
    return Published(
        energy=rows.sort(schemas.ENERGY_ORDER).collect(),
        stages={day: found.stage for day, found in days.items()},
    )


def read_findings(
    *, first_day: date, last_day: date, device_points: Collection[str], stage: Stage | None = None
) -> pl.DataFrame:
    """Findings of the runs in force about these device points (schema ``FINDINGS``), in their order."""
    days = _in_force(first_day, last_day, stage)
    rows = _rows(days.values(), "findings_key", schemas.FINDINGS, device_points)
    return rows.sort(schemas.FINDINGS_ORDER).collect()


@dataclass(frozen=True)
class _Day:
    stage: Stage
    parts: list[RunPart]


def _in_force(first_day: date, last_day: date, stage: Stage | None) -> dict[date, _Day]:
    """Parts in force by day, of the strongest stage published for the day. One query per stage."""
    by_day: dict[date, _Day] = {}
    for asked in (stage,) if stage else STAGES:
        parts = runs.published_parts(first_day=first_day, last_day=last_day, stage=asked)
        found: dict[date, _Day] = {}
        for part in parts.select_related("result"):
            found.setdefault(part.day, _Day(asked, [])).parts.append(part)
        by_day = found | by_day
    return by_day


def _rows(
    days: Iterable[_Day], key: str, schema: pl.Schema, numbers: Collection[str] | None
) -> pl.LazyFrame:
    buckets = None if numbers is None else _buckets(numbers)
    keys = [
        getattr(part.result, key)
        for day in days
        for part in day.parts
        if buckets is None or part.bucket in buckets
    ]
    rows = reader.scan(store(), [key for key in keys if key], schema)
    return rows if numbers is None else reader.only(rows, "device_point_number", numbers)


def _buckets(numbers: Collection[str]) -> set[int]:
    """The buckets in which these device points lie. One query."""
    return {key % bucket_count() for _, key in known.device_points(list(numbers))}
