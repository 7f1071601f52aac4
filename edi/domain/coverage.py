"""Sets of half hours as whole numbers: bit n is the (n + 1)-th slot of a span of days.

One day has 48 slots and so 48 bits; a settlement period of 31 days has 1,488. Sets of slots are cut, joined and
compared by ``&``, ``|`` and ``~``, and nearly every point of a day has the full set.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from portal.timekeeping.half_hours import HALF_HOUR, SLOTS_PER_DAY, starts_at


def full(days: int = 1) -> int:
    """Every slot of ``days`` days."""
    return (1 << days * SLOTS_PER_DAY) - 1


def one(slot: int) -> int:
    """Slot ``slot`` (1 to 48) of the first day."""
    return 1 << slot - 1


def between(start: datetime, end: datetime | None, *, first_day: date, days: int = 1) -> int:
    """The slots of ``days`` days from ``first_day`` that lie wholly inside [``start``, ``end``); ``end`` None = open."""
    origin = starts_at(first_day)
    total = days * SLOTS_PER_DAY
    first = max(0, -((origin - start) // HALF_HOUR))  # a start inside a slot leaves that slot out
    last = total if end is None else min(total, (end - origin) // HALF_HOUR)
    return ((1 << last) - 1) & ~((1 << first) - 1) if last > first else 0


def of_days(start: date, end: date | None, *, first_day: date, days: int = 1) -> int:
    """The slots of ``days`` days from ``first_day`` on the days from ``start`` to before ``end`` (None = open)."""
    first = max(0, (start - first_day).days)
    last = days if end is None else min(days, (end - first_day).days)
    return full(last) & ~full(first) if last > first else 0


def union(parts: Iterable[int]) -> int:
    """All slots that are in any of ``parts``."""
    covered = 0
    for part in parts:
        covered |= part
    return covered


def day_slots(covered: int, day_index: int) -> int:
    """The slots of one day, counted from 0, as a set of that day alone."""
    return covered >> day_index * SLOTS_PER_DAY & full()


def slots(covered: int) -> list[int]:
    """The numbers of the slots in the set, counted from 1 at the start of the span."""
    return [n + 1 for n in range(covered.bit_length()) if covered >> n & 1]


def covered_days(covered: int, *, first_day: date) -> list[date]:
    """The days with at least one slot in the set."""
    count = -(-covered.bit_length() // SLOTS_PER_DAY)
    return [first_day + timedelta(days=n) for n in range(count) if day_slots(covered, n)]
