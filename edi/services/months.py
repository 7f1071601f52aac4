"""Fixed usage (W5) from the final results of settlement periods. Source: edi.md 5.3; decisions 18, 19, 22."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from itertools import chain, groupby

from edi import selectors
from edi.domain.profile import MessageKind
from edi.messages import columns, monthly_energy
from edi.messages.blocks import Block
from edi.messages.monthly_energy import Record
from edi.services import issuing, ledger, receivers, shelf
from edi.services.issuing import Batch, Before, Built, Work
from edi.services.lines import Span
from edi.services.receivers import Receiver
from metering.frames import published
from metering.selectors import periods, results
from metering.selectors.periods import SettlementPeriod
from metering.selectors.results import DayResult
from portal.actor import Actor
from portal.parameters import selectors as parameters
from portal.timekeeping.half_hours import SLOTS_PER_DAY, days_between

POINTS_AT_A_TIME = 1_000


def build(*, code: str, reading_day: date, actor: Actor, at: datetime) -> Built:
    """Build the fixed usage of the settlement periods that ``reading_day`` (検針日) closes, for all receivers.

    Nothing is built before every day of the periods has final results. A later revision holds the changed records only.
    """
    built = Built(code=code, day=reading_day)
    span = span_of(reading_day, periods.periods())
    if span is None:
        return built
    found = finals(span, results.in_force(span.first_day, span.last_day, results.FINAL))
    if found is None:
        return built
    shelf.sweep(selectors.names_in_ledger)
    work = _work(code, reading_day, span, found, built=built, actor=actor, at=at)
    recipients = issuing.recipients(work)
    before = issuing.before(work, recipients)
    for receiver, batches in _by_receiver(work, recipients, before):
        _issue_what_differs(work, receiver, batches, before)
    source = results.source_digest(found)
    issuing.consider(work, source=source, through_slot=SLOTS_PER_DAY)
    return built


def span_of(reading_day: date, known: Iterable[SettlementPeriod]) -> Span | None:
    """The days that messages of this 検針日 cover, from the earliest start of its settlement periods; None without any."""
    starts = {
        period.schedule_id: period.first_day
        for period in known
        if period.reading_day == reading_day
    }
    if not starts:
        return None
    first_day = min(starts.values())
    return Span(first_day=first_day, days=(reading_day - first_day).days, starts=starts)


def finals(span: Span, in_force: Mapping[date, DayResult]) -> list[DayResult] | None:
    """The final results of every day of the span, None while one is wanting."""
    found = [in_force.get(day) for day in days_between(span.first_day, span.last_day)]
    complete = [result for result in found if result and result.is_complete]
    return complete if len(complete) == span.days else None


def _work(
    code: str,
    reading_day: date,
    span: Span,
    found: list[DayResult],
    *,
    built: Built,
    actor: Actor,
    at: datetime,
) -> Work:
    values = parameters.at(reading_day)
    profile = receivers.profile_with(values)
    latest = max(found, key=lambda result: result.publication_id)
    return Work(
        message=ledger.Message(
            kind=profile.kind(code),
            day=reading_day,
            first_day=span.first_day,
            sender=receivers.sender(),
            profile=profile,
            publication_id=latest.publication_id,
            created_at=latest.published_at,
        ),
        span=span,
        energy=published.energy([key for result in found for key in result.energy_keys]),
        slots=(None,),
        revision_alarm_from=values.revision_alarm_from,
        actor=actor,
        at=at,
        built=built,
    )


def _by_receiver(
    work: Work, found: Iterable[Receiver], before: Before
) -> Iterator[tuple[Receiver, Iterator[Batch]]]:
    """Each receiver that has lines, with its lines and one column of values per point."""
    first_day, last_day = work.span.first_day, work.span.last_day
    return groupby(
        issuing.batches(
            work,
            found,
            before,
            points_at_a_time=POINTS_AT_A_TIME,
            values=lambda energy, numbers: columns.by_point(energy, numbers, first_day, last_day),
        ),
        key=lambda batch: batch.receiver,
    )


def _issue_what_differs(
    work: Work, receiver: Receiver, batches: Iterable[Batch], before: Before
) -> None:
    said: Mapping[str, str] = {}
    if before[receiver]:
        said = selectors.record_digests(
            receiver_id=receiver.organization_id, code=work.kind.code, day=work.message.day
        )
    records = (one for one in _records(work, batches) if said.get(one.line.number) != one.digest)
    first = next(records, None)
    if first is None:
        work.built.unchanged += 1
        return
    revisions = issuing.next_revisions(work, receiver, [None], before[receiver])
    if revisions:
        blocks = _blocks(work.kind, work.span.days, chain([first], records))
        issuing.issue(work, receiver, blocks, revisions, before[receiver])


def _records(work: Work, batches: Iterable[Batch]) -> Iterator[Record]:
    for batch in batches:
        for line, values in zip(batch.lines, batch.values, strict=True):
            yield monthly_energy.record(
                line,
                values,
                first_day=work.span.first_day,
                kind=work.kind,
                profile=work.message.profile,
            )


def _blocks(
    kind: MessageKind, days: int, records: Iterable[Record]
) -> Iterator[tuple[Block, range | None]]:
    """Files of ordinary records, and files of records of a single day with split numbers of their own."""
    ordinary = monthly_energy.cutter(kind, days)
    single = monthly_energy.cutter(kind, days)
    for one in records:
        if one.is_available and monthly_energy.is_single_day(one.line, days):
            yield from ((b, kind.single_day_splits) for b in single.feed([one.line], [one]))
        else:
            yield from ((b, None) for b in ordinary.feed([one.line], [one]))
    yield from ((block, None) for block in ordinary.rest())
    yield from ((block, kind.single_day_splits) for block in single.rest())
