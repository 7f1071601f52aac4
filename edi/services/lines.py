"""The lines of a message: from spans in the tables to slots, point by point, with those that vanished since.

A point has a line in the slots of its pattern 2 service under the receiver's own supply contract; its value is told
where there is also a right to provide (decisions 2, 31). Who lives there is said only where something is told: the
occupant of the last of those slots, which for 1220 is the end of the receiver's part of the period (decisions 23).
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from edi import selectors
from edi.domain import coverage
from edi.domain.lines import PointLine, with_vanished
from edi.domain.profile import MessageKind, Scale
from edi.selectors import Earlier, ListSpan, Slot
from edi.services.receivers import VOLTAGES, Receiver
from metering.selectors import provision
from metering.selectors.provision import Provision, Resident
from portal.timekeeping.half_hours import SLOTS_PER_DAY

CHUNK = {Scale.SLOT: 5_000, Scale.DAY: 5_000, Scale.MONTH: 1_000}


@dataclass(frozen=True, kw_only=True)
class Span:
    """The days a message covers.

    ``starts`` are the first days of the settlement periods by reading schedule (1220 only): the points of other
    schedules are not in the message.
    """

    first_day: date
    days: int = 1
    starts: Mapping[int, date] | None = None

    @property
    def last_day(self) -> date:
        """The last day of the data."""
        return self.first_day + timedelta(days=self.days - 1)

    @property
    def slots(self) -> int:
        """All slots of the span as a set."""
        return coverage.full(self.days)

    def skipped_days(self, schedule_id: int | None) -> int:
        """Days before the own settlement period of a point of this schedule."""
        if self.starts is None or schedule_id is None:
            return 0
        return (self.starts[schedule_id] - self.first_day).days


def chunks(
    *, receiver: Receiver, kind: MessageKind, span: Span, earlier: Mapping[Slot, Earlier]
) -> Iterator[list[PointLine]]:
    """The lines of one receiver in order of number, in chunks; never an empty chunk.

    Lines that were sent before and are gone come with them, without values (decisions 22).
    """
    groups = _lists_by_slots(earlier, span)
    after = ""
    for found in provision.chunks(
        retailer_id=receiver.organization_id,
        first_day=span.first_day,
        last_day=span.last_day,
        voltages=VOLTAGES[kind.voltage],
        schedules=None if span.starts is None else span.starts.keys(),
        size=CHUNK[kind.scale],
    ):
        upto = found[-1].number
        lines = _lines(found, span, names=receiver.switches.customer_names)
        yield from _with_vanished(lines, groups, after, upto, kind.scale)
        after = upto
    yield from _with_vanished([], groups, after, None, kind.scale)


def current(
    *, receiver: Receiver, kind: MessageKind, span: Span, numbers: Collection[str]
) -> dict[str, PointLine]:
    """The lines of these points as they stand now, by number; points without one are left out."""
    found = provision.chunks(
        retailer_id=receiver.organization_id,
        first_day=span.first_day,
        last_day=span.last_day,
        voltages=VOLTAGES[kind.voltage],
        schedules=None if span.starts is None else span.starts.keys(),
        numbers=numbers,
    )
    return {line.number: line for chunk in found for line in _lines(chunk, span, names=False)}


def _lines(found: list[Provision], span: Span, *, names: bool) -> list[PointLine]:
    lines = (_line(one, span, names=names) for one in found)
    return [line for line in lines if line.listed]


def _line(one: Provision, span: Span, *, names: bool) -> PointLine:
    first_day, days = span.first_day, span.days
    skipped = span.skipped_days(one.schedule_id)
    service = coverage.union(_between(*part, first_day, days) for part in one.services)
    contract = coverage.union(_of_days(*part, first_day, days) for part in one.contracts)
    listed = service & contract & ~coverage.full(skipped)
    right = coverage.union(_between(*part, first_day, days) for part in one.rights)
    told = listed & right
    resident = _resident(one.residents, told, first_day)
    number = resident.customer_number if resident else ""
    return PointLine(
        number=one.number,
        control_number=one.control_number,
        customer_number=number,
        shown_name=(resident.customer_name if resident and names else "") or number or one.number,
        listed=listed,
        provided=told,
        skipped_days=skipped,
    )


def _resident(residents: tuple[Resident, ...], told: int, first_day: date) -> Resident | None:
    """Who lived there in the last slot that is told; nobody where nothing is."""
    if not told:
        return None
    day = first_day + timedelta(days=(told.bit_length() - 1) // SLOTS_PER_DAY)
    return next(
        (
            one
            for one in reversed(residents)
            if one.starts_on <= day and (one.ends_on is None or day < one.ends_on)
        ),
        None,
    )


@lru_cache(maxsize=4096)
def _between(start: datetime, end: datetime | None, first_day: date, days: int) -> int:
    return coverage.between(start, end, first_day=first_day, days=days)


@lru_cache(maxsize=4096)
def _of_days(start: date, end: date | None, first_day: date, days: int) -> int:
    return coverage.of_days(start, end, first_day=first_day, days=days)


# --- lines that were sent before ----------------------------------------
def _lists_by_slots(
    earlier: Mapping[Slot, Earlier], span: Span
) -> list[tuple[tuple[ListSpan, ...], int]]:
    """Earlier lists with the slots they were sent for; slots with the same lists together, mostly all 48."""
    groups: dict[tuple[ListSpan, ...], int] = defaultdict(int)
    for slot, went_before in earlier.items():
        groups[went_before.lists] |= coverage.one(slot) if slot else span.slots
    return list(groups.items())


def _with_vanished(
    lines: list[PointLine],
    groups: list[tuple[tuple[ListSpan, ...], int]],
    after: str,
    upto: str | None,
    scale: Scale,
) -> Iterator[list[PointLine]]:
    """``lines`` and what vanished between these numbers. Day and month messages have a point in all slots or not at all."""
    everything = groups[0][1] if groups and scale is not Scale.SLOT else 0
    listed = {line.number: line.listed | everything for line in lines}
    vanished: dict[str, int] = defaultdict(int)
    for lists, slots in groups:
        for number in selectors.numbers_between(lists, after, upto):
            gone = slots & ~listed.get(number, 0)
            if gone:
                vanished[number] |= gone
    strangers = [number for number in vanished if number not in listed]
    lines = with_vanished(lines, vanished, _described(strangers))
    if lines:
        yield lines


def _described(numbers: list[str]) -> list[PointLine]:
    """Points of which nothing but the number may be said any more."""
    if not numbers:
        return []
    return [
        PointLine(
            number=number,
            control_number=control_number,
            customer_number="",
            shown_name=number,
            listed=0,
            provided=0,
        )
        for number, control_number in provision.control_numbers(numbers).items()
    ]
