"""Slots on the clock, and missing slots grouped into runs.

A slot is named by the instant at which it begins (naive JST); numbers run from 1 at 00:00 (settlement.md, head).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from metering.domain.rules import Rules


@dataclass(frozen=True, order=True)
class Run:
    """Slots without a break between them: from the start of the first to the end of the last."""

    starts_at: datetime
    ends_at: datetime

    def slots(self, rules: Rules) -> list[datetime]:
        """The starts of its slots in time order."""
        step = slot_length(rules)
        return [
            self.starts_at + step * index
            for index in range(slots_between(self.starts_at, self.ends_at, rules))
        ]


def slot_length(rules: Rules) -> timedelta:
    """30 minutes today, 15 later (settlement.md, head; 外部接続基準 2-5: 15分に変更となった場合、切替が可能)."""
    return timedelta(minutes=rules.slot_minutes)


def is_instant(at: datetime, rules: Rules) -> bool:
    """Whether ``at`` is a slot boundary: nothing but readings at exactly these count (settlement.md, head)."""
    return (at - datetime.combine(at.date(), datetime.min.time())) % slot_length(
        rules
    ) == timedelta(0)


def slots_between(a: datetime, b: datetime, rules: Rules) -> int:
    """N: how many slots lie between the instants ``a`` and ``b`` (settlement.md rule 5)."""
    return (b - a) // slot_length(rules)


def day_and_slot(start: datetime, rules: Rules) -> tuple[date, int]:
    """Day and number of the slot that begins at ``start``: 00:00 is slot 1, also of the first slot after midnight."""
    midnight = datetime.combine(start.date(), datetime.min.time())
    return start.date(), slots_between(midnight, start, rules) + 1


def slot_start(day: date, slot: int, rules: Rules) -> datetime:
    """The instant at which slot ``slot`` of ``day`` begins."""
    return datetime.combine(day, datetime.min.time()) + slot_length(rules) * (slot - 1)


def runs(starts: Iterable[datetime], rules: Rules) -> list[Run]:
    """Slots given by their starts, in any order, as the fewest runs, across midnight too (domain.md D8).

    Gap requests name runs: 24 missing half hours in a row are one line, not 24.
    """
    found: list[Run] = []
    for start in sorted(set(starts)):
        end = start + slot_length(rules)
        if found and found[-1].ends_at == start:
            found[-1] = Run(found[-1].starts_at, end)
        else:
            found.append(Run(start, end))
    return found
