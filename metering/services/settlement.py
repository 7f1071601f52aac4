"""Start, calculate, close and publish runs of the settlement.

A run is rows: its parts (day, bucket), and one job per part. Whoever works the jobs (a worker, a command, the sweeper
after a crash) calls :func:`calculate_part`; the last one closes the run and publishes it. Every step may be repeated or
doubled: results are addressed by what they were made from, states change by conditional updates, and a publication is
one inserted row. Source: settlement.md, decisions.md 8 and 17, house.md 3.5.
"""

import json
from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime
from hashlib import sha256
from typing import Any, cast

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from metering import frames
from metering.domain.rules import Rules, Stage
from metering.models import PartResult, Publication, RunPart, RunState, SettlementRun
from metering.selectors import periods, rules, runs
from portal.actor import Actor
from portal.errors import Conflict, DomainError, Invalid, Text
from portal.jobs import runner
from portal.jobs.models import Job, JobState
from portal.journal import recorder
from portal.timekeeping.half_hours import day_of, days_between

PART_JOB = "settle_part"
QUEUE = "settlement"


def start(
    *,
    first_day: date,
    last_day: date,
    stage: Stage,
    actor: Actor,
    at: datetime,
    until: datetime | None = None,
    publishes: bool = True,
) -> SettlementRun:
    """Open a run of the days ``first_day`` to ``last_day`` with a job for each part, or join the one that is open.

    ``until`` (a slot boundary) cuts the last day at the slot just ended. With ``publishes`` the run is published
    as soon as it is calculated and differs from what is published. Raises :class:`Invalid` for days in the wrong order.
    """
    if last_day < first_day:
        raise _wrong_order(first_day, last_day)
    request = f"{stage}:{first_day}:{last_day}:{until.isoformat() if until else ''}"
    run = SettlementRun(
        request=request,
        stage=stage,
        first_day=first_day,
        last_day=last_day,
        until=until,
        publishes=publishes,
        rules={
            day.isoformat(): found.as_dict()
            for day, found in rules.between(first_day, last_day).items()
        },
        code_version=frames.CODE_VERSION,
        planned_at=at,
        actor_label=actor.label,
    )
    try:
        with transaction.atomic():
            run.save()
            _add_parts(run, actor, at)
            recorder.record(
                "settlement.started",
                actor=actor,
                at=at,
                subject=f"run:{run.pk}",
                data={"request": request},
            )
    except IntegrityError:  # somebody has the same request open
        return _join(request, actor, at)
    return run


def _join(request: str, actor: Actor, at: datetime) -> SettlementRun:
    """The open run of ``request``; what failed of it by accident is tried again."""
    run = SettlementRun.objects.get(request=request, state=RunState.CALCULATING)
    for job in _jobs(run).filter(state__in=[JobState.FAILED, JobState.CANCELLED]):
        runner.retry(job.pk, actor=actor, at=at)
    return run


def start_due_finals(*, actor: Actor, at: datetime) -> list[SettlementRun]:
    """Open the final runs of the settlement periods that are due and not settled finally yet (decisions 18).

    A period begins no earlier than the first service of the area.
    """
    first_service = periods.first_service_day()
    if first_service is None:
        return []
    done = set(
        SettlementRun.objects.filter(stage="final")
        .exclude(state=RunState.FAILED)
        .values_list("first_day", "last_day")
    )
    due = {
        (max(period.first_day, first_service), period.last_day)
        for period in periods.due_for_final(day_of(at))
        if period.last_day >= first_service
    }
    return [
        start(first_day=first_day, last_day=last_day, stage="final", actor=actor, at=at)
        for first_day, last_day in sorted(due - done)
    ]


def _add_parts(run: SettlementRun, actor: Actor, at: datetime) -> None:
    parts = [
        RunPart(run=run, day=day, bucket=bucket)
        for day in days_between(run.first_day, run.last_day)
        for bucket in range(frames.bucket_count())
    ]
    RunPart.objects.bulk_create(parts, batch_size=2_000)
    runner.enqueue_all(
        (
            (
                f"settle:{run.pk}:{part.day}:{part.bucket}",
                {"run_id": run.pk, "day": part.day.isoformat(), "bucket": part.bucket},
            )
            for part in parts
        ),
        kind=PART_JOB,
        actor=actor,
        at=at,
        queue=QUEUE,
    )


def open_jobs(run: SettlementRun) -> list[Job]:
    """The jobs of ``run`` that nobody has finished, for a doorway to nudge."""
    return list(_jobs(run).filter(state__in=[JobState.QUEUED, JobState.RUNNING]))


def _jobs(run: SettlementRun) -> QuerySet[Job]:
    return Job.objects.filter(kind=PART_JOB, key__startswith=f"settle:{run.pk}:")


def _wrong_order(first_day: date, last_day: date) -> Invalid:
    return Invalid(
        "E-RUN-01",
        Text(
            ja=f"終了日 {last_day} が開始日 {first_day} より前です。",
            en=f"The last day {last_day} is before the first day {first_day}.",
        ),
        remedy=Text(ja="日付の順を確かめてください。", en="Check the order of the days."),
    )


def calculate_part(
    *, run_id: int, day: date, bucket: int, actor: Actor, at: datetime
) -> PartResult:
    """Give one part of a run its result: an earlier one made from the same inputs, else a calculated one.

    The last part closes the run. Refused inputs fail the run with the refusal's text and are raised again.
    """
    part = RunPart.objects.select_related("run", "result").get(
        run_id=run_id, day=day, bucket=bucket
    )
    if part.result is None:
        try:
            result, was_reused = _earlier_result(part), True
            if result is None:
                result, was_reused = _calculate(part, at), False
        except DomainError as refusal:
            fail(run=part.run, reason=str(refusal), actor=actor, at=at)
            raise
        RunPart.objects.filter(pk=part.pk, result=None).update(result=result, was_reused=was_reused)
        part.result = result
    close_if_complete(run=part.run, actor=actor, at=at)
    return part.result


def _earlier_result(part: RunPart) -> PartResult | None:
    """The latest result of the same part whose inputs, over the days that it read, are still the same."""
    run = part.run
    latest = (
        PartResult.objects.filter(stage=run.stage, day=part.day, bucket=part.bucket)
        .order_by("-pk")
        .first()
    )
    if latest is None:
        return None
    inputs = frames.input_digest(
        day=part.day, bucket=part.bucket, reads_from=latest.reads_from, reads_to=latest.reads_to
    )
    return latest if latest.identity == _identity(part, inputs) else None


def _calculate(part: RunPart, at: datetime) -> PartResult:
    run = part.run
    made = frames.settle_part(
        day=part.day,
        bucket=part.bucket,
        stage=cast("Stage", run.stage),
        rules=Rules(**_rules_of(part)),
        until=run.until,
    )
    # Another worker may have made the same result meanwhile: the identity decides, and the bytes are the same.
    result, _ = PartResult.objects.get_or_create(
        identity=_identity(part, made.input_digest),
        defaults={
            "stage": run.stage,
            "day": part.day,
            "bucket": part.bucket,
            "reads_from": made.reads_from,
            "reads_to": made.reads_to,
            "energy_key": made.energy_key,
            "sites_key": made.sites_key,
            "findings_key": made.findings_key,
            "counts": made.counts,
            "calculated_at": at,
        },
    )
    return result


def _rules_of(part: RunPart) -> dict[str, Any]:
    """The rules that hold on the part's day: the latest of the run's that begin no later (ISO days sort as text)."""
    rules_by_day: dict[str, dict[str, Any]] = part.run.rules
    return rules_by_day[max(day for day in rules_by_day if day <= part.day.isoformat())]


def _identity(part: RunPart, inputs: str) -> str:
    run = part.run
    cut = run.until.isoformat() if run.until and part.day == run.last_day else ""
    return _digest(
        [inputs, _rules_of(part), run.code_version, run.stage, str(part.day), part.bucket, cut]
    )


def _digest(value: Any) -> str:
    return sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def close_if_complete(*, run: SettlementRun, actor: Actor, at: datetime) -> SettlementRun:
    """Close ``run`` when all its parts have results, and publish it if it asks for that and changes anything."""
    if RunPart.objects.filter(run=run, result=None).exists():
        return run
    results = list(PartResult.objects.filter(run_parts__run=run).order_by("day", "bucket"))
    reused = RunPart.objects.filter(run=run, was_reused=True).count()
    changed = runs.differs_from_published(run, (result.pk for result in results))
    with transaction.atomic():
        closed = SettlementRun.objects.filter(pk=run.pk, state=RunState.CALCULATING).update(
            state=RunState.CALCULATED if changed else RunState.UNCHANGED,
            identity=_digest([result.identity for result in results]),
            calculated_at=at,
            counts={**total_counts(results), "parts": len(results), "parts_reused": reused},
        )
        run.refresh_from_db()
        if closed and changed and run.publishes:
            publish(run=run, actor=actor, at=at)
    return run


def total_counts(results: Iterable[PartResult]) -> dict[str, Any]:
    """Counts of all parts together: device points, slots by quality, findings by code, rows read, kWh are never here."""
    total: dict[str, Any] = {"quality": Counter(), "findings": Counter()}
    for result in results:
        for name, value in result.counts.items():
            if isinstance(value, dict):
                total[name].update(value)
            else:
                total[name] = total.get(name, 0) + value
    return total


def publish(*, run: SettlementRun, actor: Actor, at: datetime) -> Publication:
    """Make ``run`` the one in force for its days, by one inserted row. Publishing twice answers the first time."""
    if run.state != RunState.CALCULATED:
        raise Conflict(
            "E-RUN-02",
            Text(
                ja=f"ラン {run.pk} は「{run.get_state_display()}」のため公表できません。",
                en=f"Run {run.pk} cannot be published: its state is {run.state}.",
            ),
            remedy=Text(
                ja="計算済のランを公表してください。", en="Publish a run that is calculated."
            ),
        )
    with transaction.atomic():
        publication, made = Publication.objects.get_or_create(
            run=run, defaults={"published_at": at, "actor_label": actor.label}
        )
        if made:
            recorder.record(
                "settlement.published",
                actor=actor,
                at=at,
                subject=f"run:{run.pk}",
                data={"identity": run.identity, "stage": run.stage},
            )
    return publication


def fail(*, run: SettlementRun, reason: str, actor: Actor, at: datetime) -> None:
    """Stop ``run`` with ``reason``; nothing of it was or will be visible. Starting it again makes a new run."""
    with transaction.atomic():
        failed = SettlementRun.objects.filter(pk=run.pk, state=RunState.CALCULATING).update(
            state=RunState.FAILED, failure=reason
        )
        if failed:
            recorder.record(
                "settlement.failed",
                actor=actor,
                at=at,
                subject=f"run:{run.pk}",
                data={"reason": reason},
            )
