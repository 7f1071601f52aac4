"""Build messages from published results: find what is new, and build it.

Upper floors pull (house.md 5.11): nothing tells edi that there are results, it looks for publications that it has not
considered. Everything here may run twice or be killed at any point: what was issued stays, what was not is made again
with the same bytes, because the time in a file is that of the publication.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from edi import selectors
from edi.domain.profile import PROFILE, MessageKind, Scale
from edi.models import Considered
from edi.services import half_hours, months, withdrawal
from edi.services.issuing import Built
from metering.selectors import periods, results
from portal.actor import Actor
from portal.jobs import runner
from portal.jobs.models import Job, JobState
from portal.parameters import selectors as parameters
from portal.timekeeping.half_hours import JST, SLOTS_PER_DAY, day_of

JOB = "build_message"
QUEUE = "settlement"  # its workers do not fork, and Polars must not be used in a forked one

# Publications older than this are built on demand only (build_edi --day).
LOOK_BACK = timedelta(days=62)


State = tuple[str, int]  # digest of the results, last slot that is due


@dataclass(frozen=True, order=True)
class Due:
    """One message and day with results that were not looked at yet."""

    code: str
    day: date


def build(*, code: str, day: date, actor: Actor, at: datetime) -> Built:
    """Build one message of one day (for W5: of one 検針日) for all its receivers, as far as there are results."""
    if PROFILE.kind(code).scale is Scale.MONTH:
        return months.build(code=code, reading_day=day, actor=actor, at=at)
    return half_hours.build(code=code, day=day, actor=actor, at=at)


def build_day(*, day: date, actor: Actor, at: datetime) -> list[Built]:
    """Build every message of ``day``, due or not: slots and day of it, and fixed usage where it is a 検針日."""
    withdrawal.notice_changes(actor=actor, at=at)
    return [build(code=code, day=day, actor=actor, at=at) for code in PROFILE.kinds]


def build_due(*, actor: Actor, at: datetime) -> list[Built]:
    """Notice what changed in the masters, then build everything that :func:`due` finds."""
    withdrawal.notice_changes(actor=actor, at=at)
    return [build(code=one.code, day=one.day, actor=actor, at=at) for one in due(at)]


def enqueue_due(*, actor: Actor, at: datetime) -> list[Job]:
    """Notice what changed in the masters, and queue a job for each message that is due and has none open yet."""
    withdrawal.notice_changes(actor=actor, at=at)
    open_jobs = Job.objects.filter(kind=JOB, state__in=[JobState.QUEUED, JobState.RUNNING])
    queued = {(one["code"], one["day"]) for one in open_jobs.values_list("arguments", flat=True)}
    wanted = [one for one in due(at) if (one.code, str(one.day)) not in queued]
    return runner.enqueue_all(
        (
            (f"edi:{one.code}:{one.day}:{at.isoformat()}", {"code": one.code, "day": str(one.day)})
            for one in wanted
        ),
        kind=JOB,
        actor=actor,
        at=at,
        queue=QUEUE,
    )


def due(at: datetime) -> list[Due]:
    """Messages with published results that were not considered yet, slot messages first.

    A fixed number of queries, whatever there is to do.
    """
    states = [*_half_hours(at), *_months(at)]
    first = min((one.day for one, _ in states), default=day_of(at))
    considered = {
        Due(row.information_code, row.day): (row.source, row.through_slot)
        for row in Considered.objects.filter(day__gte=first)
    }
    order = {scale: place for place, scale in enumerate(Scale)}
    return sorted(
        (one for one, state in states if considered.get(one) != state),
        key=lambda one: (order[PROFILE.kind(one.code).scale], one),
    )


def _half_hours(at: datetime) -> Iterator[tuple[Due, State]]:
    """Days with results, and what of them is due now."""
    days = results.days_published_since(at - LOOK_BACK)
    in_force = results.in_force(days[0], days[-1]) if days else {}
    values = parameters.at(day_of(at))
    recent = day_of(at) - timedelta(days=values.slot_file_days)
    for kind in _kinds(Scale.SLOT, Scale.DAY):
        for day in _wanted_days(kind, days, recent):
            result = in_force[day]
            slots = half_hours.due_slots(
                kind, result, at=at, after_minutes=values.slot_file_after_min
            )
            if slots and (kind.scale is Scale.SLOT or at >= _morning_after(result.day)):
                source = results.source_digest([result])
                yield Due(kind.code, result.day), (source, slots[-1] or SLOTS_PER_DAY)


def _wanted_days(kind: MessageKind, days: list[date], recent: date) -> list[date]:
    """Slot messages are news: of days before ``recent`` only those already sent are kept up to date (docs/adr/0005)."""
    if kind.scale is not Scale.SLOT or not days:
        return days
    sent = selectors.days_sent(kind.code, days[0])
    return [day for day in days if day >= recent or day in sent]


def _morning_after(day: date) -> datetime:
    """When the day message is first made: after the morning run of yesterday, before it is due at 07:00 (edi.md 7)."""
    return datetime.combine(day + timedelta(days=1), PROFILE.day_message_from, tzinfo=JST)


def _months(at: datetime) -> Iterator[tuple[Due, State]]:
    """検針日 whose settlement periods have final results on every day."""
    recent = day_of(at - LOOK_BACK)
    known = [p for p in periods.periods() if recent <= p.reading_day <= day_of(at)]
    if not known:
        return
    first, last = min(p.first_day for p in known), max(p.last_day for p in known)
    in_force = results.in_force(first, last, results.FINAL)
    for reading_day in sorted({period.reading_day for period in known}):
        span = months.span_of(reading_day, known)
        found = months.finals(span, in_force) if span else None
        if found:
            for kind in _kinds(Scale.MONTH):
                yield Due(kind.code, reading_day), (results.source_digest(found), SLOTS_PER_DAY)


def _kinds(*scales: Scale) -> list[MessageKind]:
    return [kind for kind in PROFILE.kinds.values() if kind.scale in scales]
