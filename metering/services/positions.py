"""The four places of a premises: who has which, from when to when (decisions 5, features A3)."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from metering.domain import registry_refusals as refusals
from metering.domain.registry_rules import check_span, free_place
from metering.domain.spans import Span
from metering.models import DevicePoint, PositionReservation, Premises
from metering.models.spans import InstantSpan
from metering.services.guards import lock_premises, one_transaction
from metering.services.span_ends import cut
from portal.actor import Actor
from portal.journal import recorder
from portal.records import create_with_history, update_with_history


def reserve_position(
    *,
    premises: Premises,
    starts_at: datetime,
    ends_at: datetime | None = None,
    reference: str,
    actor: Actor,
    at: datetime,
) -> PositionReservation:
    """Take the lowest free place of ``premises`` for the span; ``reference`` names the application that takes it.

    Raises Conflict E-POINT-04 where none of the four is free, pending ones counted.
    """
    check_span(starts_at, ends_at)
    with one_transaction():
        position = Places([premises.pk]).choose(premises.pk, Span(starts_at, ends_at))
        if position is None:
            raise refusals.no_free_place(premises.number, starts_at, ends_at)
        reservation = PositionReservation(
            premises=premises,
            position=position,
            starts_at=starts_at,
            ends_at=ends_at,
            reference=reference,
        )
        create_with_history([reservation], actor=actor, at=at)
        recorder.record(
            "position.reserved",
            actor=actor,
            at=at,
            subject=f"premises:{premises.number}",
            data={"position": position, "starts_at": starts_at, "reference": reference},
        )
    return reservation


def free_position(
    *,
    reservation: PositionReservation,
    freed_from: datetime | None = None,
    actor: Actor,
    at: datetime,
) -> None:
    """Give a place back, from ``freed_from`` on or altogether. What was taken stays in the history."""
    if freed_from is not None:
        check_span(freed_from, None)
    with one_transaction():
        lock_premises([reservation.premises_id])
        cut([reservation], freed_from or reservation.starts_at, actor=actor, at=at)
        recorder.record(
            "position.freed",
            actor=actor,
            at=at,
            subject=f"premises:{reservation.premises.number}",
            data={"position": reservation.position, "reference": reservation.reference},
        )


class Places:
    """Who has which place of some premises: as it stands in the database, and as the caller goes on taking.

    Locks the premises, so that nobody else takes a place before the caller's transaction ends. Two queries; ``write``
    adds one for what is new and one for what has changed.
    """

    def __init__(self, premises_ids: Iterable[int]) -> None:
        keys = set(premises_ids)
        lock_premises(keys)
        self._of_premises: dict[int, list[PositionReservation]] = defaultdict(list)
        self._of_point: dict[int, list[PositionReservation]] = defaultdict(list)
        self._new: list[PositionReservation] = []
        self._changed: dict[int, PositionReservation] = {}
        for row in PositionReservation.objects.filter(premises__in=keys).order_by("starts_at"):
            self._count(row)

    def choose(
        self,
        premises_id: int,
        span: Span[datetime],
        *,
        first_choice: int = 0,
        besides: PositionReservation | None = None,
    ) -> int | None:
        """``first_choice`` if free, else the lowest free place, else None; ``besides`` is about to move anyway."""
        taken: dict[int, list[Span[datetime]]] = defaultdict(list)
        for row in self._of_premises[premises_id]:
            if row is not besides:
                taken[row.position].append(span_of(row))
        return free_place(span, taken, first_choice=first_choice)

    def take_for(self, point: DevicePoint, span: Span[datetime], *, position: int = 0) -> bool:
        """A place for ``point`` in all of ``span``; False where there is none.

        One that it has already is stretched, else its last one is tried first. ``position`` asks for a certain one.
        """
        own = self._of_point[point.pk]
        mine = next((row for row in own if span_of(row).overlaps(span)), None)
        wanted = position or (mine or own[-1]).position if own else position
        whole = _joined(span_of(mine), span) if mine else span
        chosen = self.choose(point.premises_id, whole, first_choice=wanted, besides=mine)
        if chosen is None or (position and chosen != position):
            return False
        if mine is not None:
            self._move(mine, chosen, whole)
            return True
        row = PositionReservation(
            premises_id=point.premises_id,
            position=chosen,
            device_point=point,
            starts_at=span.start,
            ends_at=span.end,
        )
        self._new.append(row)
        self._count(row)
        return True

    def end_for(self, point: DevicePoint, span: Span[datetime]) -> None:
        """The place that ``point`` has had since the start of ``span`` ends with it."""
        for row in self._of_point[point.pk]:
            if row.starts_at == span.start and row.ends_at != span.end:
                row.ends_at = span.end
                self._changed[row.pk] = row

    def write(self, *, actor: Actor, at: datetime) -> None:
        """Write what has been taken, with history."""
        fields = ["position", "starts_at", "ends_at"]
        update_with_history(list(self._changed.values()), fields, actor=actor, at=at)
        create_with_history(self._new, actor=actor, at=at)
        self._new, self._changed = [], {}

    def _move(self, row: PositionReservation, position: int, span: Span[datetime]) -> None:
        if (position, span) == (row.position, span_of(row)):
            return
        row.position, row.starts_at, row.ends_at = position, span.start, span.end
        if row.pk:  # a new one is written once, as it ends up
            self._changed[row.pk] = row

    def _count(self, row: PositionReservation) -> None:
        self._of_premises[row.premises_id].append(row)
        if row.device_point_id:
            self._of_point[row.device_point_id].append(row)


def span_of(row: InstantSpan) -> Span[datetime]:
    """The span of a row as a plain value."""
    return Span(row.starts_at, row.ends_at)


def _joined(one: Span[datetime], other: Span[datetime]) -> Span[datetime]:
    ends = [one.end, other.end]
    known = [end for end in ends if end is not None]
    return Span(min(one.start, other.start), max(known) if len(known) == len(ends) else None)
