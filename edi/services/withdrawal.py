"""Notice that masters changed: withdraw unfetched files that tell too much, and have the days looked at again.

Rights, service, contracts and occupants are written by others, who know nothing of messages. Their history rows say what
changed since we looked last (:class:`edi.models.Cursor`): the earliest instant for which the answer may differ, and the
device points concerned. Source: decisions 2, 22.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime
from itertools import groupby, pairwise
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Max, Q, QuerySet

from edi import selectors
from edi.models import Considered, Cursor, FileState, OutboundMessage
from edi.services import delivery
from metering.models import DevicePoint, Occupancy, ProvisionRight, ServicePeriod, SupplyContract
from portal.actor import Actor
from portal.timekeeping.half_hours import day_of

POINTS_AT_A_TIME = 2_000

# Models whose changes may change a message: how a row names its device points, and its span.
WATCHED: tuple[tuple[Any, str, tuple[str, str]], ...] = (
    (ProvisionRight, "device_point_id", ("starts_at", "ends_at")),
    (ServicePeriod, "device_point_id", ("starts_at", "ends_at")),
    (SupplyContract, "supply_point_id", ("starts_on", "ends_on")),
    (Occupancy, "supply_point_id", ("starts_on", "ends_on")),
)


class Version(NamedTuple):
    """One state of one row."""

    row_id: int
    history_id: int
    change: str  # "+", "~" or "-"
    owner: int
    start: Any  # day or instant
    end: Any


def notice_changes(*, actor: Actor, at: datetime) -> int:
    """Act on what changed in the masters since the last time; how many files were withdrawn.

    Before the first message there is nothing to act on: only the place to read on from is remembered.
    """
    with transaction.atomic():
        is_first = not Considered.objects.exists() and not OutboundMessage.objects.exists()
        cursors = {one.name: one for one in Cursor.objects.select_for_update()}
        since: list[date] = []
        concerned = Q(pk__in=[])
        for model, owner, span in WATCHED:
            cursor = cursors.get(model._meta.label, Cursor(name=model._meta.label))
            position = _from_position(cursor, day_of(at))
            new = model.history.filter(history_id__gt=position)
            cursor.position = new.aggregate(last=Max("history_id"))["last"] or position
            cursor.save()
            if cursor.position > position and not is_first:
                since += _days(_versions(model, owner, span, new), position)
                column = "pk" if owner == "device_point_id" else "supply_point"
                concerned |= Q(**{f"{column}__in": new.values(owner)})
        first = min(since, default=None)
        if first is None or first > day_of(at):
            return 0
        Considered.objects.filter(day__gte=first).delete()
        return _withdraw_what_tells_too_much(concerned, first, actor, at)


def _from_position(cursor: Cursor, today: date) -> int:
    """Where to read on; on the first look of a day once more from where the day before began."""
    if cursor.looked_on == today:
        return cursor.position
    start = cursor.earlier_position
    cursor.earlier_position, cursor.looked_on = cursor.position, today
    return start


def _versions(model: Any, owner: str, span: tuple[str, str], new: Any) -> Iterator[Version]:
    """All states of the rows that have a new one, row by row in their order."""
    touched = model.history.filter(id__in=new.values("id")).order_by("id", "history_id")
    columns = ("id", "history_id", "history_type", owner, *span)
    return (Version(*row) for row in touched.values_list(*columns).iterator())


def _days(versions: Iterator[Version], position: int) -> list[date]:
    """The earliest day for which a change after ``position`` may make a difference; none or one."""
    moments = (
        moment
        for _, states in groupby(versions, key=lambda state: state.row_id)
        for moment in _moments(list(states), position)
    )
    days = (day_of(one) if isinstance(one, datetime) else one for one in moments)
    first = min(days, default=None)
    return [] if first is None else [first]


def _moments(states: list[Version], position: int) -> Iterator[Any]:
    if states[0].history_id > position:
        yield states[0].start
    for before, after in pairwise(states):
        if after.history_id > position:
            yield _difference(before, after)


def _difference(before: Version, after: Version) -> Any:
    """From when on two states of a row differ; from its start where another column changed, such as the customer."""
    is_same_span = (before.start, before.end) == (after.start, after.end)
    if after.change == "-" or before.start != after.start or is_same_span:
        return min(before.start, after.start)
    return min(end for end in (before.end, after.end) if end is not None)


def _withdraw_what_tells_too_much(concerned: Q, since: date, actor: Actor, at: datetime) -> int:
    files = OutboundMessage.objects.filter(state=FileState.LISTED, day__gte=since)
    if not files.exists():
        return 0
    points = DevicePoint.objects.filter(concerned).order_by("number")
    withdrawn, after = 0, ""
    while numbers := list(
        points.filter(number__gt=after).values_list("number", flat=True)[:POINTS_AT_A_TIME]
    ):
        after = numbers[-1]
        found = _telling_too_much(files, numbers)
        withdrawn += len(delivery.withdraw(found, reason="right_ended", actor=actor, at=at))
    return withdrawn


def _telling_too_much(
    files: QuerySet[OutboundMessage, OutboundMessage], numbers: list[str]
) -> list[OutboundMessage]:
    """Of the files that hold one of ``numbers`` those that tell more of it than they may now."""
    messages: dict[tuple[int, str, date, date], list[OutboundMessage]] = defaultdict(list)
    for row in selectors.holding(files, numbers):
        messages[row.receiver_id, row.information_code, row.day, row.first_day].append(row)
    found: list[OutboundMessage] = []
    for rows in messages.values():
        now = delivery.current_lines(rows, numbers)
        found += [row for row in rows if delivery.tells(row, now, numbers)]
    return found
