"""Half hours (コマ): the 48 slots of a Japanese day.

Slot 1 is 00:00–00:30 JST, slot 48 is 23:30–24:00 (settlement.md, head). Japan has no daylight saving, so every day has
48 slots; days are still cut in Asia/Tokyo while instants are stored in UTC. Numbered here and nowhere else.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

JST = ZoneInfo("Asia/Tokyo")
HALF_HOUR = timedelta(minutes=30)
SLOTS_PER_DAY = 48


@dataclass(frozen=True, order=True)
class HalfHour:
    """One slot of one day; sorts by time."""

    day: date
    slot: int

    def __post_init__(self) -> None:
        if not 1 <= self.slot <= SLOTS_PER_DAY:
            raise ValueError(
                f"slot {self.slot} of {self.day}: a day has slots 1 to {SLOTS_PER_DAY}"
            )

    @property
    def starts_at(self) -> datetime:
        """The first instant of the slot, in JST."""
        return starts_at(self.day) + (self.slot - 1) * HALF_HOUR

    @property
    def ends_at(self) -> datetime:
        """The first instant after the slot, in JST."""
        return self.starts_at + HALF_HOUR

    def next(self) -> "HalfHour":
        """The slot after this one."""
        return slot_of(self.ends_at)

    def __str__(self) -> str:
        return f"{self.day} {self.starts_at:%H:%M} ({self.slot})"


def starts_at(day: date) -> datetime:
    """00:00 JST of ``day``, aware."""
    return datetime.combine(day, time.min, tzinfo=JST)


def day_of(instant: datetime) -> date:
    """The Japanese day that holds ``instant`` (aware)."""
    return _in_jst(instant).date()


def slot_of(instant: datetime) -> HalfHour:
    """The slot that holds ``instant`` (aware); an instant on a boundary belongs to the slot that it starts."""
    local = _in_jst(instant)
    return HalfHour(local.date(), local.hour * 2 + local.minute // 30 + 1)


def slot_before(instant: datetime) -> HalfHour:
    """The last slot that has ended by ``instant`` (aware)."""
    return slot_of(slot_of(instant).starts_at - HALF_HOUR)


def is_boundary(instant: datetime) -> bool:
    """Whether ``instant`` (aware) lies exactly between two slots."""
    return slot_of(instant).starts_at == instant


def naive_jst(instant: datetime) -> datetime:
    """``instant`` (aware) as the naive JST that frames and their files use (metering/settlement/schemas.py)."""
    return _in_jst(instant).replace(tzinfo=None)


def from_naive_jst(local: datetime) -> datetime:
    """A naive JST time of a frame or a file as an aware instant; an aware one is only turned into JST."""
    return local.replace(tzinfo=JST) if local.tzinfo is None else local.astimezone(JST)


def half_hours(first: HalfHour, last: HalfHour) -> Iterator[HalfHour]:
    """Every slot from ``first`` to ``last``, both included; none when ``last`` lies before ``first``."""
    while first <= last:
        yield first
        first = first.next()


def half_hours_of(day: date) -> list[HalfHour]:
    """The 48 slots of ``day``."""
    return [HalfHour(day, slot) for slot in range(1, SLOTS_PER_DAY + 1)]


def days_between(first: date, last: date) -> list[date]:
    """Every day from ``first`` to ``last``, both included; none when ``last`` lies before ``first``."""
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def _in_jst(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError(f"{instant}: an instant needs a time zone")
    return instant.astimezone(JST)
