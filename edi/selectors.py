"""Reads of the ledger: what was sent before, which files hold a point, what an actor may see."""

import zlib
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from django.db.models import QuerySet

from edi.domain import point_lists
from edi.domain.point_lists import Entry
from edi.models import FileState, OutboundMessage, PointList

Slot = int | None


class ListSpan(NamedTuple):
    """A point list of an earlier file and the numbers it reaches over."""

    first_number: str
    last_number: str
    digest: str


@dataclass(frozen=True, kw_only=True)
class Earlier:
    """What went before for one receiver, message, day and slot.

    ``revision`` is the last number used, withdrawn files included; ``contents`` the digests of that revision in order of
    splits, None where a file of it was withdrawn, so that it must be made again whatever it says. ``lists`` are those
    of all files that the receiver has or may fetch; ``files`` the ids of the last revision by split.
    """

    revision: int
    contents: tuple[str, ...] | None
    lists: tuple[ListSpan, ...]
    files: dict[int, int] = field(hash=False)


def earlier(*, receiver_id: int, code: str, day: date) -> dict[Slot, Earlier]:
    """What went before, by slot (None for messages of a whole day or month). One query."""
    rows = OutboundMessage.objects.filter(
        receiver=receiver_id, information_code=code, day=day
    ).order_by("revision", "split")
    by_slot: dict[Slot, list[_File]] = defaultdict(list)
    columns = ("slot", "revision", "split", "pk", "state", "content_digest")
    reach = ("first_number", "last_number", "point_list__digest")
    for slot, revision, split, pk, state, content, *span in rows.values_list(*columns, *reach):
        by_slot[slot].append(_File(revision, split, pk, state, content, ListSpan(*span)))
    return {slot: _earlier(files) for slot, files in by_slot.items()}


class _File(NamedTuple):
    revision: int
    split: int
    pk: int
    state: str
    content: str
    span: ListSpan


def _earlier(files: list[_File]) -> Earlier:
    revision = files[-1].revision
    last = [file for file in files if file.revision == revision]
    standing = [file for file in files if file.state != FileState.WITHDRAWN]
    spans = {file.span for file in standing}
    is_whole = all(file.state != FileState.WITHDRAWN for file in last)
    return Earlier(
        revision=revision,
        contents=tuple(file.content for file in last) if is_whole else None,
        lists=tuple(sorted(spans)),
        files={file.split: file.pk for file in last},
    )


def days_sent(code: str, since: date) -> set[date]:
    """Days from ``since`` on of which a message of this kind was ever sent. One query."""
    files = OutboundMessage.objects.order_by().filter(information_code=code, day__gte=since)
    return set(files.values_list("day", flat=True).distinct())


def record_digests(*, receiver_id: int, code: str, day: date) -> dict[str, str]:
    """What the latest standing record of each point says, by number: fixed usage only."""
    rows = (
        OutboundMessage.objects.standing()
        .filter(receiver=receiver_id, information_code=code, day=day)
        .select_related("point_list")
        .order_by("revision", "split")
    )
    latest: dict[str, str] = {}
    for row in rows:
        digests = row.record_digests.split("\n")
        latest |= {
            entry.number: digest
            for entry, digest in zip(entries(row.point_list), digests, strict=True)
        }
    return latest


def receivers_of(code: str, day: date) -> list[int]:
    """Organizations that were sent this message of this day before, by id."""
    sent = OutboundMessage.objects.standing().filter(information_code=code, day=day)
    return sorted(sent.order_by().values_list("receiver_id", flat=True).distinct())


def entries(point_list: PointList) -> list[Entry]:
    """The points of a list, in order of number."""
    return list(point_lists.read(zlib.decompress(point_list.packed).decode()))


@lru_cache(maxsize=64)
def _numbers(digest: str) -> tuple[str, ...]:
    """The numbers of a list; a digest always means the same list, so they may be kept."""
    return tuple(entry.number for entry in entries(PointList.objects.get(digest=digest)))


def numbers_between(lists: Iterable[ListSpan], after: str, upto: str | None) -> Iterator[str]:
    """Numbers in ``lists`` above ``after`` and not above ``upto`` (None = no end); some more than once."""
    for span in lists:
        if span.last_number > after and (upto is None or span.first_number <= upto):
            numbers = _numbers(span.digest)
            end = len(numbers) if upto is None else bisect_right(numbers, upto)
            yield from numbers[bisect_right(numbers, after) : end]


def files_holding(number: str) -> list[OutboundMessage]:
    """Files that nobody has fetched with a record of the point, whatever it says (decisions 2)."""
    return holding(OutboundMessage.objects.filter(state=FileState.LISTED), [number])


def holding(files: QuerySet[OutboundMessage], numbers: Sequence[str]) -> list[OutboundMessage]:
    """Those of ``files`` with a record of one of ``numbers`` (ascending, at least one). Two queries; lists are read once."""
    reach = files.filter(first_number__lte=numbers[-1], last_number__gte=numbers[0])
    wanted = set(numbers)
    lists = PointList.objects.filter(pk__in=reach.order_by().values("point_list").distinct())
    found = [
        one.pk
        for one in lists.iterator(chunk_size=200)
        if any(entry.number in wanted for entry in entries(one))
    ]
    return list(reach.filter(point_list__in=found).select_related("point_list"))


def names_in_ledger(receiver_code: str, names: Collection[str]) -> set[str]:
    """Which of ``names`` stand in the ledger."""
    found: set[str] = set()
    ordered = sorted(names)
    for start in range(0, len(ordered), 500):
        rows = OutboundMessage.objects.filter(
            receiver_code=receiver_code, name__in=ordered[start : start + 500]
        )
        found.update(rows.values_list("name", flat=True))
    return found
