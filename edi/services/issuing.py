"""One message and day at work: revisions, alarms, and files issued receiver by receiver."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from edi import selectors
from edi.domain.lines import PointLine
from edi.domain.profile import MessageKind
from edi.messages import columns
from edi.messages.blocks import Block
from edi.messages.columns import Column, Energy
from edi.models import AlarmCode, Considered
from edi.selectors import Earlier, Slot
from edi.services import alarms, ledger, lines, receivers
from edi.services.ledger import Issue, Message, OutOfNumbers
from edi.services.lines import Span
from edi.services.receivers import VOLTAGES, Receiver
from metering.selectors import provision
from portal.actor import Actor
from portal.errors import Conflict

Before = Mapping[Receiver, Mapping[Slot, Earlier]]
Numbered = Iterable[tuple[Block, range | None]]  # blocks with their own split numbers, or None


@dataclass
class Built:
    """What one building did. ``unchanged`` counts messages that said the same as before and were not issued again."""

    code: str
    day: date
    files: int = 0
    size: int = 0
    rows: int = 0
    unchanged: int = 0
    alarms: int = 0
    overtaken: int = 0  # receivers whose message another process issued meanwhile

    def count(self, issue: Issue) -> None:
        """Add the files of one issue."""
        self.files += len(issue.files)
        self.size += issue.size
        self.rows += sum(file.rows for file in issue.files)


@dataclass(frozen=True, kw_only=True)
class Work:
    """What is needed to build one message and day; ``built`` counts on the way."""

    message: Message
    span: Span
    energy: Energy
    slots: tuple[Slot, ...]  # the messages to look at: slots, or None for a whole day or month
    revision_alarm_from: int
    actor: Actor
    at: datetime
    built: Built

    @property
    def kind(self) -> MessageKind:
        """The information code with its file rules."""
        return self.message.kind


class Batch(NamedTuple):
    """Some lines of one receiver with their values."""

    receiver: Receiver
    lines: list[PointLine]
    values: list[Column]


# --- who gets it, and what went before -----------------------------------
def recipients(work: Work) -> list[Receiver]:
    """Who gets this message: retailers with service in its days, and those who got it before.

    A receiver without a code in this area raises an alarm instead.
    """
    first, last = work.span.first_day, work.span.last_day
    ids = {
        *provision.retailers(first, last, VOLTAGES[work.kind.voltage]),
        *selectors.receivers_of(work.kind.code, work.message.day),
    }
    found = receivers.described(ids, work.message.day, work.message.profile)
    wanted = [one for one in found if one.switches.gets(work.kind.scale)]
    for one in wanted:
        if not one.party.code:
            detail = f"{one.party.name}: 事業者コードがないため電文を作成できません。"
            raise_alarm(work, AlarmCode.NO_CODE, one, detail)
    return [one for one in wanted if one.party.code]


def before(work: Work, found: Iterable[Receiver]) -> Before:
    """What went before, by receiver and slot."""
    return {
        one: {
            slot: earlier
            for slot, earlier in selectors.earlier(
                receiver_id=one.organization_id, code=work.kind.code, day=work.message.day
            ).items()
            if slot in work.slots
        }
        for one in found
    }


def batches(
    work: Work,
    found: Iterable[Receiver],
    went_before: Before,
    *,
    points_at_a_time: int,
    values: Callable[[Energy, list[str]], list[Column]],
) -> Iterator[Batch]:
    """The lines of each receiver in chunks, with ``values(energy, numbers)`` of each.

    Receivers share one look into the results, up to ``points_at_a_time`` points: many small receivers cost no more
    than one large one.
    """
    chunks = (
        (one, chunk)
        for one in found
        for chunk in lines.chunks(
            receiver=one, kind=work.kind, span=work.span, earlier=went_before[one]
        )
    )
    for group in _windows(chunks, points_at_a_time):
        numbers = {line.number for _, chunk in group for line in chunk}
        window = columns.window(work.energy, list(numbers), work.span.first_day, work.span.last_day)
        for receiver, chunk in group:
            yield Batch(receiver, chunk, values(window, [line.number for line in chunk]))


def _windows(
    chunks: Iterable[tuple[Receiver, list[PointLine]]], points: int
) -> Iterator[list[tuple[Receiver, list[PointLine]]]]:
    """``chunks`` in groups of at least ``points`` points; the last may be smaller."""
    group: list[tuple[Receiver, list[PointLine]]] = []
    size = 0
    for receiver, chunk in chunks:
        group.append((receiver, chunk))
        size += len(chunk)
        if size >= points:
            yield group
            group, size = [], 0
    if group:
        yield group


# --- issue ----------------------------------------------------------------
def next_revisions(
    work: Work, receiver: Receiver, slots: Sequence[Slot], earlier: Mapping[Slot, Earlier]
) -> dict[Slot, int]:
    """The revision that each message gets; a message whose numbers are used up is left out, with an alarm."""
    profile = work.message.profile
    revisions: dict[Slot, int] = {}
    for slot in slots:
        went_before = earlier.get(slot)
        revision = profile.first_revision if went_before is None else went_before.revision + 1
        if revision > profile.last_revision:
            detail = f"更新番号 {profile.last_revision} を使い切りました。訂正を送れません。"
            raise_alarm(work, AlarmCode.NO_REVISION, receiver, detail, slot)
            continue
        if revision >= work.revision_alarm_from:
            detail = f"更新番号 {revision}。残り {profile.last_revision - revision} です。"
            raise_alarm(work, AlarmCode.REVISIONS, receiver, detail, slot)
        revisions[slot] = revision
    return revisions


def issue(
    work: Work,
    receiver: Receiver,
    blocks: Numbered,
    revisions: Mapping[Slot, int],
    earlier: Mapping[Slot, Earlier],
) -> None:
    """Write ``blocks`` and publish them together, or nothing of them."""
    highest = -1
    try:
        with ledger.issuing(
            message=work.message,
            receiver=receiver,
            revisions=revisions,
            earlier=earlier,
            at=work.at,
        ) as issued:
            for block, splits in blocks:
                issued.add(block, splits)
                highest = max(highest, block.position if splits is None else -1)
            if issued.files:
                issued.publish(actor=work.actor, at=work.at)
                work.built.count(issued)
    except OutOfNumbers:
        detail = f"分割番号 {work.kind.splits.stop - 1} を超えます。電文を作成できません。"
        raise_alarm(work, AlarmCode.NO_SPLIT, receiver, detail)
        return
    except Conflict:
        work.built.overtaken += 1
        return
    left = len(work.kind.splits) - highest - 1
    if left <= work.message.profile.alarm_splits:
        raise_alarm(work, AlarmCode.SPLITS, receiver, f"分割番号の残り {left} です。")


def raise_alarm(
    work: Work, code: AlarmCode, receiver: Receiver, detail: str, slot: Slot = None
) -> None:
    """Raise an alarm of this building and count it."""
    work.built.alarms += alarms.raise_alarm(
        code,
        receiver=receiver,
        information_code=work.kind.code,
        day=work.message.day,
        detail=detail,
        slot=slot,
        actor=work.actor,
        at=work.at,
    )


def consider(work: Work, *, source: str, through_slot: int) -> None:
    """Remember that these results were looked at for this message."""
    Considered.objects.update_or_create(
        information_code=work.kind.code,
        day=work.message.day,
        defaults={"source": source, "through_slot": through_slot, "considered_at": work.at},
    )
