"""The completeness statement (features H6): per receiver and day, expected = sent + held + missing, each with its list.

The four come from four places, so that they can disagree: *expected* from the registry (pattern 2 service under the
receiver's contract), *sent* from the files themselves, read back; *held* from holds and rights; *missing* from the
published results. What is left over, or said twice, is the finding.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from edi import selectors
from edi.domain import coverage
from edi.domain.lines import PointLine
from edi.domain.profile import PROFILE, MessageKind, Scale, Voltage
from edi.messages import archive, columns, scanning
from edi.messages.columns import Column
from edi.models import AlarmCode, OutboundMessage
from edi.services import alarms, lines, receivers, shelf
from edi.services.lines import Span
from edi.services.receivers import VOLTAGES, Receiver
from metering.frames import published
from metering.selectors import provision, results
from portal.actor import Actor
from portal.parameters import selectors as parameters
from portal.timekeeping.half_hours import HALF_HOUR, SLOTS_PER_DAY, starts_at


@dataclass
class Slots:
    """Some slots of some points: a list with its totals."""

    by_point: dict[str, int] = field(default_factory=dict)

    def add(self, number: str, slots: int) -> None:
        """Add slots of a point; none adds nothing."""
        if slots:
            self.by_point[number] = self.by_point.get(number, 0) | slots

    @property
    def points(self) -> int:
        """How many points are in the list."""
        return len(self.by_point)

    @property
    def slots(self) -> int:
        """How many slots are in the list."""
        return sum(slots.bit_count() for slots in self.by_point.values())


@dataclass
class Statement:
    """What one receiver should have got of one day, and what became of it.

    ``unexplained`` has a value that was not sent; ``contradicted`` was sent though held or missing, or though not
    expected; ``without_line`` are points whose slots should have a record and have none in any file.
    """

    receiver: Receiver
    day: date
    through_slot: int  # the last slot that is due
    expected: Slots = field(default_factory=Slots)
    sent: Slots = field(default_factory=Slots)
    held: Slots = field(default_factory=Slots)
    missing: Slots = field(default_factory=Slots)
    unexplained: Slots = field(default_factory=Slots)
    contradicted: Slots = field(default_factory=Slots)
    without_line: Slots = field(default_factory=Slots)

    @property
    def is_complete(self) -> bool:
        """Whether expected = sent + held + missing, slot by slot, and every point has its line."""
        left_over = (self.unexplained, self.contradicted, self.without_line)
        return not any(one.by_point for one in left_over)


def statements(*, day: date, at: datetime) -> list[Statement]:
    """The statements of all receivers of half-hour messages of ``day``, in order of their codes."""
    ids = {
        *provision.retailers(day, day, [one for group in VOLTAGES.values() for one in group]),
        *(one for kind in _kinds() for one in selectors.receivers_of(kind.code, day)),
    }
    found = receivers.described(ids, day, PROFILE)
    return [
        statement(receiver=one, day=day, at=at)
        for one in found
        if one.switches.slot_messages or one.switches.day_messages
    ]


def check(*, day: date, actor: Actor, at: datetime) -> list[Statement]:
    """The statements of ``day``, with an alarm for each receiver that has points without any line."""
    made = statements(day=day, at=at)
    for one in made:
        if one.without_line.by_point:
            alarms.raise_alarm(
                AlarmCode.NO_LINE,
                receiver=one.receiver,
                information_code=PROFILE.kind_of(Scale.DAY, Voltage.LOW).code,
                day=day,
                detail=f"{one.without_line.points} 機器点: {', '.join(list(one.without_line.by_point)[:3])}",
                actor=actor,
                at=at,
            )
    return made


def statement(*, receiver: Receiver, day: date, at: datetime) -> Statement:
    """The statement of one receiver: of the whole day once it is over, before that of the slots whose files are due."""
    made = Statement(receiver=receiver, day=day, through_slot=_due(day, at))
    due = (1 << made.through_slot) - 1
    for voltage in Voltage:
        said = _said(receiver, day, voltage)
        for line, held, settled in _expected(receiver, day, voltage):
            listed, told = said.pop(line.number, (0, 0))
            _judge(made, line, due=due, held=held, settled=settled, listed=listed, told=told)
        for number, (_, told) in said.items():  # sent, and not expected at all
            made.contradicted.add(number, told)
    return made


def _judge(
    made: Statement, line: PointLine, *, due: int, held: int, settled: int, listed: int, told: int
) -> None:
    """Sort the expected slots of one point."""
    expected = line.listed & due
    held = expected & (held | ~line.provided)
    missing = expected & ~held & ~settled
    made.expected.add(line.number, expected)
    made.sent.add(line.number, told & expected)
    made.held.add(line.number, held)
    made.missing.add(line.number, missing)
    made.unexplained.add(line.number, expected & ~held & ~missing & ~told)
    made.contradicted.add(line.number, told & (held | missing | ~line.listed))
    made.without_line.add(line.number, expected & ~listed)


def _due(day: date, at: datetime) -> int:
    patience = timedelta(minutes=parameters.at(day).preliminary_sla_min)
    return max(0, min(SLOTS_PER_DAY, (at - patience - starts_at(day)) // HALF_HOUR))


# --- expected: the registry; held: holds; settled: the results ------------
def _expected(
    receiver: Receiver, day: date, voltage: Voltage
) -> Iterator[tuple[PointLine, int, int]]:
    """Each line with the slots that are held and those that have a value."""
    result = results.in_force(day, day).get(day)
    energy = published.energy(result.energy_keys if result else ())
    kind = PROFILE.kind_of(Scale.DAY, voltage)
    for chunk in lines.chunks(receiver=receiver, kind=kind, span=Span(first_day=day), earlier={}):
        numbers = [line.number for line in chunk]
        holds = provision.holds(numbers[0], numbers[-1], day)
        settled = _settled(columns.by_slot(energy, numbers, day), len(numbers))
        for line, slots in zip(chunk, settled, strict=True):
            spans = holds.get(line.number, ())
            held = coverage.union(coverage.between(*span, first_day=day) for span in spans)
            yield line, held, slots


def _settled(values: list[Column], count: int) -> list[int]:
    """By point the slots with a value, as a set."""
    found = [0] * count
    for slot, column in enumerate(values):
        for place, value in enumerate(column):
            if value is not None:
                found[place] |= 1 << slot
    return found


# --- said: the files, read back --------------------------------------------
def _kinds(voltage: Voltage | None = None) -> list[MessageKind]:
    """Slot and day messages, of one voltage or of both."""
    return [
        kind
        for kind in PROFILE.kinds.values()
        if kind.scale is not Scale.MONTH and voltage in (None, kind.voltage)
    ]


def _said(receiver: Receiver, day: date, voltage: Voltage) -> dict[str, tuple[int, int]]:
    """By number the slots with a line and those with a value: of the day message, before there is one of the slots'."""
    by_kind = {kind.scale: _latest(receiver, kind, day) for kind in _kinds(voltage)}
    rows = by_kind[Scale.DAY] or by_kind[Scale.SLOT]
    said: dict[str, tuple[int, int]] = {}
    for row in rows:
        document = archive.unpacked((shelf.folder(row.receiver_code) / row.name).read_bytes())
        found = scanning.availability(document)
        for number, (listed, told) in found.items():
            before = said.get(number, (0, 0))
            said[number] = (before[0] | listed, before[1] | told)
    return said


def _latest(receiver: Receiver, kind: MessageKind, day: date) -> list[OutboundMessage]:
    """The standing files of the last revision of each message of the day."""
    rows = OutboundMessage.objects.of_message(kind.code, day).filter(
        receiver=receiver.organization_id
    )
    latest = dict(rows.order_by("revision").values_list("slot", "revision"))
    return [row for row in rows.standing() if row.revision == latest[row.slot]]
