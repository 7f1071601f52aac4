"""Slot and day messages (W4) from the latest published results of a day. Source: edi.md 5.1, 5.2; decisions 18, 22."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby

from edi import selectors
from edi.domain.profile import MessageKind, Scale
from edi.messages import columns, daily_energy, slot_energy
from edi.messages.blocks import Block
from edi.selectors import Earlier, Slot
from edi.services import issuing, ledger, receivers, shelf
from edi.services.issuing import Batch, Before, Built, Work
from edi.services.lines import Span
from edi.services.receivers import Receiver
from metering.frames import published
from metering.selectors import results
from metering.selectors.results import DayResult
from portal.actor import Actor
from portal.parameters import selectors as parameters
from portal.timekeeping.half_hours import HALF_HOUR, SLOTS_PER_DAY, starts_at

POINTS_AT_A_TIME = 5_000


def build(*, code: str, day: date, actor: Actor, at: datetime) -> Built:
    """Build the slot or day messages of ``day`` for all receivers, as far as results are published and slots are due.

    What says the same as before is not issued again; what differs gets the next revision, all splits of it.
    """
    values = parameters.at(day)
    profile = receivers.profile_with(values)
    kind = profile.kind(code)
    built = Built(code=code, day=day)
    result = results.in_force(day, day).get(day)
    slots = due_slots(kind, result, at=at, after_minutes=values.slot_file_after_min)
    if result is None or not slots:
        return built
    shelf.sweep(selectors.names_in_ledger)
    work = Work(
        message=ledger.Message(
            kind=kind,
            day=day,
            first_day=day,
            sender=receivers.sender(),
            profile=profile,
            publication_id=result.publication_id,
            created_at=result.published_at,
        ),
        span=Span(first_day=day),
        energy=published.energy(result.energy_keys),
        slots=slots,
        revision_alarm_from=values.revision_alarm_from,
        actor=actor,
        at=at,
        built=built,
    )
    _issue_what_differs(work)
    source = results.source_digest([result])
    issuing.consider(work, source=source, through_slot=slots[-1] or SLOTS_PER_DAY)
    return built


def due_slots(
    kind: MessageKind, result: DayResult | None, *, at: datetime, after_minutes: int
) -> tuple[Slot, ...]:
    """Which messages of a day can be built: slots settled and ``after_minutes`` past, or (None,) for the whole day."""
    if result is None:
        return ()
    if kind.scale is Scale.DAY:
        return (None,) if result.is_complete else ()
    past = (at - timedelta(minutes=after_minutes) - starts_at(result.day)) // HALF_HOUR
    return tuple(range(1, min(result.through_slot, past) + 1))


def _issue_what_differs(work: Work) -> None:
    found = issuing.recipients(work)
    before = issuing.before(work, found)
    changed = _changed(work, {one: before[one] for one in found if before[one]})
    wanted = {
        one: [s for s in work.slots if s not in before[one] or s in changed[one]] for one in found
    }
    work.built.unchanged += sum(len(work.slots) - len(slots) for slots in wanted.values())
    to_issue = [one for one in found if wanted[one]]
    for receiver, batches in _by_receiver(work, to_issue, before):
        revisions = issuing.next_revisions(work, receiver, wanted[receiver], before[receiver])
        if revisions:
            blocks = ((block, None) for block in _blocks(work, batches, list(revisions)))
            issuing.issue(work, receiver, blocks, revisions, before[receiver])


def _changed(work: Work, before: Before) -> Mapping[Receiver, set[Slot]]:
    """Slots whose message would say something else than its last revision: all is read once, nothing written."""
    changed: dict[Receiver, set[Slot]] = {one: set() for one in before}
    said: dict[Receiver, dict[Slot, list[tuple[int, str]]]] = {one: {} for one in before}
    for receiver, batches in _by_receiver(work, list(before), before):
        for block in _blocks(work, batches, list(before[receiver])):
            said[receiver].setdefault(block.slot, []).append((block.position, block.content))
    for receiver, earlier in before.items():
        changed[receiver] = {
            slot for slot, one in earlier.items() if _differs(one, said[receiver].get(slot, []))
        }
    return changed


def _differs(earlier: Earlier, contents: list[tuple[int, str]]) -> bool:
    return earlier.contents != tuple(content for _, content in sorted(contents))


def _by_receiver(
    work: Work, found: Iterable[Receiver], before: Before
) -> Iterator[tuple[Receiver, Iterator[Batch]]]:
    """Each receiver that has lines, with its lines and 48 columns of values."""
    day = work.span.first_day
    return groupby(
        issuing.batches(
            work,
            found,
            before,
            points_at_a_time=POINTS_AT_A_TIME,
            values=lambda energy, numbers: columns.by_slot(energy, numbers, day),
        ),
        key=lambda batch: batch.receiver,
    )


def _blocks(work: Work, batches: Iterable[Batch], slots: Sequence[Slot]) -> Iterator[Block]:
    chunks = ((batch.lines, batch.values) for batch in batches)
    profile = work.message.profile
    if work.kind.scale is Scale.DAY:
        return daily_energy.blocks(chunks, kind=work.kind, profile=profile)
    numbers = [slot for slot in slots if slot is not None]
    return slot_energy.blocks(chunks, kind=work.kind, slots=numbers, profile=profile)
