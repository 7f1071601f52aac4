"""Spans of time: half-open, and an open end is empty, never a far date.

A service that ends at 00:00 of the 5th and one that starts at 00:00 of the 5th touch and do not overlap.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from portal.timekeeping import half_hours


@dataclass(frozen=True)
class Period:
    """From ``starts_at`` (included) to ``ends_at`` (excluded; None = open). Both aware; never empty."""

    starts_at: datetime
    ends_at: datetime | None = None

    def __post_init__(self) -> None:
        if self.starts_at.tzinfo is None or (
            self.ends_at is not None and self.ends_at.tzinfo is None
        ):
            raise ValueError(f"{self}: the ends of a period need a time zone")
        if self.ends_at is not None and self.ends_at <= self.starts_at:
            raise ValueError(f"{self}: a period ends after it starts")

    def contains(self, instant: datetime) -> bool:
        """Whether ``instant`` lies inside; the end itself does not."""
        return self.starts_at <= instant and (self.ends_at is None or instant < self.ends_at)

    def covers(self, other: "Period") -> bool:
        """Whether all of ``other`` lies inside."""
        return self.intersection(other) == other

    def overlaps(self, other: "Period") -> bool:
        """Whether the two have an instant in common; touching is not overlapping."""
        return self.intersection(other) is not None

    def intersection(self, other: "Period") -> "Period | None":
        """What the two have in common, None where that is nothing."""
        starts_at = max(self.starts_at, other.starts_at)
        ends = [end for end in (self.ends_at, other.ends_at) if end is not None]
        ends_at = min(ends) if ends else None
        if ends_at is not None and ends_at <= starts_at:
            return None
        return Period(starts_at, ends_at)

    def __str__(self) -> str:
        return (
            f"[{self.starts_at.isoformat()}, {self.ends_at.isoformat() if self.ends_at else '…'})"
        )


def of_days(first: date, last: date) -> Period:
    """The span of whole Japanese days from ``first`` to ``last``, both included."""
    return Period(half_hours.starts_at(first), half_hours.starts_at(last + timedelta(days=1)))


def first_overlap(periods: Iterable[Period]) -> tuple[Period, Period] | None:
    """Two of ``periods`` that overlap, in order of their starts; None where all are apart."""
    ordered = sorted(periods, key=lambda period: period.starts_at)
    for earlier, later in pairwise(ordered):
        if earlier.overlaps(later):
            return earlier, later
    return None
