"""Spans of days or of instants as plain values: half-open, an open end is None. Works on either kind, never mixed.

``portal.timekeeping.periods`` is the fuller type for instants; registry rows come in both kinds and in large numbers.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Generic, TypeVar

Edge = date | datetime
EdgeT = TypeVar("EdgeT", date, datetime)


@dataclass(frozen=True, slots=True)
class Span(Generic[EdgeT]):
    """From ``start`` (included) to ``end`` (excluded; None = open)."""

    start: EdgeT
    end: EdgeT | None = None

    def overlaps(self, other: "Span[EdgeT]") -> bool:
        """Whether the two have a moment in common; touching is not overlapping."""
        return (other.end is None or self.start < other.end) and (
            self.end is None or other.start < self.end
        )

    def contains(self, moment: EdgeT) -> bool:
        """Whether ``moment`` lies inside; the end itself does not."""
        return self.start <= moment and (self.end is None or moment < self.end)

    def covers(self, other: "Span[EdgeT]") -> bool:
        """Whether all of ``other`` lies inside."""
        ends_inside = self.end is None or (other.end is not None and other.end <= self.end)
        return self.start <= other.start and ends_inside


def covered(span: Span[EdgeT], by: Iterable[Span[EdgeT]]) -> bool:
    """Whether ``by`` together cover all of ``span`` without a gap."""
    reached = span.start
    for each in sorted(by, key=lambda one: one.start):
        if each.start > reached:
            return False
        if each.end is None:
            return True
        reached = max(reached, each.end)
        if span.end is not None and reached >= span.end:
            return True
    return False
