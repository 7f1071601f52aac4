"""Which parts of the store hold what a reader needs, in the order of delivery. One query per question."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Max, Min, Q

from metering.models import StorePart


@dataclass(frozen=True)
class PartFound:
    """One part in force."""

    kind: str
    day: date
    key: str
    digest: str


@dataclass(frozen=True)
class Span:
    """Instants from ``start`` to ``end``, both included and aware; None = open."""

    start: datetime | None
    end: datetime | None

    def condition(self) -> Q:
        """Parts that may hold an instant of the span."""
        touching = Q()
        if self.start is not None:
            touching &= Q(last_at__gte=self.start)
        if self.end is not None:
            touching &= Q(first_at__lte=self.end)
        return touching


def of_span(kinds: Sequence[str], *, bucket: int, span: Span) -> list[PartFound]:
    """Parts of kinds with instants that touch ``span``."""
    return _found(Q(kind__in=kinds, bucket=bucket) & span.condition())


def days_of_span(kinds: Sequence[str], *, bucket: int, span: Span) -> list[date]:
    """The days of those parts, in their order."""
    found = StorePart.objects.in_force().filter(Q(kind__in=kinds, bucket=bucket) & span.condition())
    return list(found.order_by("day").values_list("day", flat=True).distinct())


def of_days(kinds: Sequence[str], *, bucket: int, first: date, last: date) -> list[PartFound]:
    """Parts of the days ``first`` to ``last``."""
    return _found(Q(kind__in=kinds, bucket=bucket, day__range=(first, last)))


def _found(condition: Q) -> list[PartFound]:
    rows = (
        StorePart.objects.in_force()
        .filter(condition)
        .in_order()
        .values_list("kind", "day", "key", "digest")
    )
    return [PartFound(*row) for row in rows]


def days_of(kind: str) -> tuple[date, date] | None:
    """The first and the last day with parts of ``kind``; None where there are none. One query."""
    found = StorePart.objects.in_force().filter(kind=kind).aggregate(Min("day"), Max("day"))
    return (found["day__min"], found["day__max"]) if found["day__min"] else None
