"""Hand files over: what a receiver may list, and one file read once more against the right to provide (decisions 2).

Every reading is told in the journal. A file whose values may not be told any more is withdrawn when nobody has fetched
it; the next building makes the message again without them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_

from django.db import transaction
from django.db.models import Q

from edi import selectors
from edi.domain import coverage
from edi.domain.point_lists import Entry
from edi.domain.profile import PROFILE
from edi.messages import archive
from edi.models import Considered, FileState, OutboundMessage, OutboundMessageQuerySet
from edi.services import lines, receivers, shelf
from edi.services.lines import Span
from edi.services.receivers import Receiver
from portal.actor import Actor, Scope
from portal.errors import Conflict, NotFound, Text
from portal.journal import recorder


@dataclass(frozen=True, kw_only=True)
class Delivered:
    """One file as it is handed over."""

    name: str
    content: bytes
    digest: str


def listed(*, actor: Actor) -> OutboundMessageQuerySet:
    """The files that ``actor`` may fetch, in order of their names: its own, and none that was withdrawn."""
    return OutboundMessage.objects.visible_to(actor).standing().order_by("receiver_code", "name")


def fetch(*, file_id: int, actor: Actor, at: datetime) -> Delivered:
    """Read one file for ``actor``. Refused where it is not theirs, was withdrawn, or may not be told any more.

    The first reading by the receiver marks the file as fetched; what the operator's staff reads is told and marks nothing.
    """
    row = OutboundMessage.objects.visible_to(actor).filter(pk=file_id).first()
    if row is None:
        raise NotFound(
            "E-EDI-05",
            Text(ja="ファイルが見つかりません。", en="There is no such file."),
            remedy=Text(ja="一覧から選んでください。", en="Choose one of the list."),
        )
    if row.state != FileState.WITHDRAWN and not may_be_told(row):
        withdraw([row], reason="right_ended", actor=actor, at=at)
        row.refresh_from_db()
        raise _not_any_more()
    if row.state == FileState.WITHDRAWN:
        raise _not_any_more()
    content = _read(row)
    with transaction.atomic():
        if actor.scope is Scope.OWN:
            OutboundMessage.objects.filter(pk=row.pk, state=FileState.LISTED).update(
                state=FileState.FETCHED, fetched_at=at
            )
        recorder.record(
            "message.fetched",
            actor=actor,
            at=at,
            subject=subject_of(row),
            data={"digest": row.digest, "size": row.size},
            personal_data_read=True,
        )
    return Delivered(name=row.name, content=content, digest=row.digest)


def subject_of(row: OutboundMessage) -> str:
    """How the journal names a file."""
    return f"edi_file:{row.receiver_code}/{row.name}"


def _read(row: OutboundMessage) -> bytes:
    path = shelf.folder(row.receiver_code) / row.name
    content = path.read_bytes() if path.exists() else b""
    if archive.digest(content) != row.digest:
        raise Conflict(
            "E-EDI-06",
            Text(
                ja=f"ファイル {row.name} が保管時と一致しません。",
                en=f"File {row.name} is not what was stored.",
            ),
            remedy=Text(
                ja="一般送配電事業者へ連絡してください。", en="Please tell the grid operator."
            ),
        )
    return content


# --- the right to tell, asked again ---------------------------------------
def may_be_told(row: OutboundMessage) -> bool:
    """Whether every value in the file may still be told to its receiver. A fixed number of queries."""
    told = {entry.number: _slots(entry, row) for entry in selectors.entries(row.point_list)}
    told = {number: slots for number, slots in told.items() if slots}
    now = current_lines([row], told)
    return all(number in now and not slots & ~now[number] for number, slots in told.items())


def current_lines(rows: list[OutboundMessage], numbers: Iterable[str]) -> Mapping[str, int]:
    """The slots that may be told now, by number. ``rows`` are files of one receiver, message and day."""
    row = rows[0]
    span = Span(first_day=row.first_day, days=max(1, (row.day - row.first_day).days))
    receiver = receivers.described([row.receiver_id], row.day, PROFILE)[0]
    return _provided(receiver, row, span, list(numbers))


def _provided(
    receiver: Receiver, row: OutboundMessage, span: Span, numbers: list[str]
) -> Mapping[str, int]:
    kind = PROFILE.kind(row.information_code)
    found = lines.current(receiver=receiver, kind=kind, span=span, numbers=numbers)
    return {number: line.provided for number, line in found.items()}


def _slots(entry: Entry, row: OutboundMessage) -> int:
    """The slots whose values of this point the file tells."""
    if entry.provided is not None:
        return entry.provided
    if row.slot is not None:
        return coverage.one(row.slot)
    return coverage.full(max(1, (row.day - row.first_day).days))


def tells(row: OutboundMessage, now: Mapping[str, int], numbers: Iterable[str]) -> bool:
    """Whether the file tells something of one of ``numbers`` that may not be told ``now``."""
    wanted = set(numbers)
    return any(
        _slots(entry, row) & ~now.get(entry.number, 0)
        for entry in selectors.entries(row.point_list)
        if entry.number in wanted
    )


# --- withdrawal -----------------------------------------------------------
def withdraw(
    rows: Iterable[OutboundMessage], *, reason: str, actor: Actor, at: datetime
) -> list[OutboundMessage]:
    """Withdraw files that nobody has fetched, and have their messages looked at again; the files withdrawn.

    A fetched file stays what it is: the receiver has it, and the next revision takes the values back.
    """
    rows = list(rows)
    with transaction.atomic():
        open_rows = OutboundMessage.objects.select_for_update().filter(
            pk__in=[row.pk for row in rows], state=FileState.LISTED
        )
        taken = list(open_rows)
        OutboundMessage.objects.filter(pk__in=[row.pk for row in taken]).update(
            state=FileState.WITHDRAWN
        )
        recorder.record_all(
            (
                recorder.Event(
                    "message.withdrawn", subject_of(row), {"digest": row.digest, "reason": reason}
                )
                for row in taken
            ),
            actor=actor,
            at=at,
        )
        messages = {(row.information_code, row.day) for row in rows}
        asked = (Q(information_code=code, day=day) for code, day in messages)
        Considered.objects.filter(reduce(or_, asked, Q(pk__in=[]))).delete()
        transaction.on_commit(lambda: _unlink(taken))
    return taken


def _unlink(rows: Iterable[OutboundMessage]) -> None:
    """Withdrawn files leave the receiver's folder. Should this be missed, nobody lists or reads them all the same."""
    for row in rows:
        (shelf.folder(row.receiver_code) / row.name).unlink(missing_ok=True)


def _not_any_more() -> Conflict:
    return Conflict(
        "E-EDI-07",
        Text(
            ja="このファイルは取り下げられました。",
            en="This file was withdrawn.",
        ),
        remedy=Text(
            ja="新しい更新番号のファイルを受け取ってください。",
            en="Fetch the file of the next revision.",
        ),
    )
