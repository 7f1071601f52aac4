"""When which file arrives: older days by the week, the last week by the day, the last evening by the half hour."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

DAILY = 7  # the last days come one by one
EVENING_FROM = (
    42  # instants of the last day up to 21:00 come in one file, the later ones one by one
)


@dataclass(frozen=True)
class Block:
    """Days that arrive together."""

    first: date
    last: date

    @property
    def label(self) -> str:
        """Part of the names of files."""
        return str(self.first) if self.first == self.last else f"{self.first}_{self.last}"

    def days(self) -> Iterator[date]:
        """Every day of the block."""
        for ahead in range((self.last - self.first).days + 1):
            yield self.first + timedelta(days=ahead)

    def at(self, clock: time, *, days_after: int = 0) -> datetime:
        """A time of day, JST, so many days after the last day."""
        return datetime.combine(self.last + timedelta(days=days_after), clock)


@dataclass(frozen=True, order=True)
class Delivery:
    """One file, in the order of arrival; ``delivered_at`` is naive JST, ``kind`` one of the contract's inputs."""

    delivered_at: datetime
    kind: str
    path: Path


def blocks(first: date, last: date) -> Iterator[Block]:
    """The days from ``first`` to ``last`` cut into weeks and, at the end, single days."""
    by_day_from = max(first, last - timedelta(days=DAILY - 1))
    start = first
    while start < by_day_from:
        end = min(start + timedelta(days=6), by_day_from - timedelta(days=1))
        yield Block(start, end)
        start = end + timedelta(days=1)
    while start <= last:
        yield Block(start, start)
        start += timedelta(days=1)
