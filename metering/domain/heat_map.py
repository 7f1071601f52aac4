"""A month of half hours as a picture: 48 slots across, days down. Pure; texts and marks are given by the pages.

Energy is shown by lightness in seven steps above zero, quality by a shape on top, so that both can be read without
colour (experience.md 3, "Charts"). A slot that is not there is never drawn as zero.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import NamedTuple

from metering.domain.quality import Quality

SLOTS = 48
FINAL = "final"
STEPS = 7  # above zero
WITHOUT_VALUE = frozenset({Quality.HELD, Quality.MISSING})
# A finding names the busiest hours only when they hold most of the energy and are clearly less than the day.
BUSY_PERCENT = 70
BUSY_SLOTS = 16


class Value(NamedTuple):
    """One settled slot as a page may show it. ``amount`` is in the page's unit; None = no value, or not for these eyes."""

    amount: int | None
    quality: Quality


Values = Mapping[tuple[date, int], Value]


@dataclass(frozen=True)
class Span:
    """Service as this reader may see it: naive JST instants, the end excluded and open when None."""

    starts_at: datetime
    ends_at: datetime | None = None

    def holds(self, day: date, slot: int) -> bool:
        """Does the slot lie inside?"""
        start = slot_start(day, slot)
        return self.starts_at <= start and (self.ends_at is None or start < self.ends_at)


@dataclass(frozen=True)
class Cell:
    """One slot: None for ``value`` where nothing was settled, ``is_inside`` False where nothing could be."""

    value: Value | None
    is_inside: bool
    step: int = 0


@dataclass(frozen=True)
class Row:
    """One day: its cells, the sum of what has a value, and how many slots of the service lack one."""

    day: date
    cells: tuple[Cell, ...]
    total: int | None
    absent: int

    @property
    def is_complete(self) -> bool:
        """Every slot of the service has a value."""
        return self.absent == 0


@dataclass(frozen=True)
class Group:
    """Days of one stage that become final together, in a row."""

    stage: str
    final_after: date | None  # the 検針日 that closes provisional days, where it is known
    rows: tuple[Row, ...]

    @property
    def first_day(self) -> date:
        return self.rows[0].day

    @property
    def last_day(self) -> date:
        return self.rows[-1].day


@dataclass(frozen=True)
class Finding:
    """What the picture shows, to be put into words above it."""

    days: int
    slots: int
    missing: int
    held: int
    filled: int
    busy: tuple[int, int, int] | None  # first slot, last slot, percent of the energy


def slot_start(day: date, slot: int) -> datetime:
    """The naive JST instant at which the slot begins."""
    return datetime.combine(day, datetime.min.time()) + timedelta(minutes=30) * (slot - 1)


def days_of_month(month: date) -> list[date]:
    """Every day of the month that holds ``month``."""
    first = month.replace(day=1)
    after = (first + timedelta(days=32)).replace(day=1)
    return [first + timedelta(days=n) for n in range((after - first).days)]


def scale_top(largest: int, rated: int) -> int:
    """The amount at which the darkest step begins: the slot's rated energy, halved while everything fits below the half.

    Tied to the device and not to the month, so that two months of one device look alike.
    """
    top = max(rated, 1)
    while largest > 0 and top > STEPS and largest * 2 <= top:
        top = (top + 1) // 2
    return top


def step(amount: int, top: int) -> int:
    """0 for nothing, 1 to 6 in equal steps below ``top``, 7 from there; negative amounts do not occur in energies."""
    if amount <= 0:
        return 0
    return STEPS if amount >= top else 1 + amount * (STEPS - 1) // top


def row(day: date, values: Values, spans: Sequence[Span], top: int) -> Row:
    """The day's 48 cells, cut to the service that the reader may see."""
    cells = tuple(_cell(day, slot, values, spans, top) for slot in range(1, SLOTS + 1))
    amounts = [cell.value.amount for cell in cells if cell.value and cell.value.amount is not None]
    absent = sum(
        cell.is_inside and (cell.value is None or cell.value.quality in WITHOUT_VALUE)
        for cell in cells
    )
    return Row(day, cells, sum(amounts) if amounts else None, absent)


def _cell(day: date, slot: int, values: Values, spans: Sequence[Span], top: int) -> Cell:
    if not any(span.holds(day, slot) for span in spans):
        return Cell(None, is_inside=False)
    value = values.get((day, slot))
    lightness = step(value.amount, top) if value and value.amount is not None else 0
    return Cell(value, is_inside=True, step=lightness)


def groups(
    days: Iterable[date],
    stages: Mapping[date, str],
    rows: Mapping[date, Row],
    reading_dates: Sequence[date] = (),
) -> list[Group]:
    """Days in order, those of one stage together; a day of no stage has no results and is left out.

    Provisional days are parted at the 検針日 (``reading_dates``, in order): each closes the days before it.
    """

    def kind(day: date) -> tuple[str, date | None]:
        closing = next((one for one in reading_dates if one > day), None)
        return stages[day], None if stages[day] == FINAL else closing

    staged = [day for day in days if day in stages]
    return [
        Group(stage, closing, tuple(rows[day] for day in together))
        for (stage, closing), together in groupby(staged, key=kind)
    ]


def finding(rows: Sequence[Row]) -> Finding:
    """Counts over all slots with a result, and the hours that hold most of the energy, if there are such hours."""
    settled = [cell.value for one in rows for cell in one.cells if cell.value]
    qualities = [value.quality for value in settled]
    filled = {
        Quality.FILLED_REGISTER,
        Quality.FILLED_INTERVAL,
        Quality.EVENLY_DISTRIBUTED,
        Quality.ZERO,
    }
    return Finding(
        days=len(rows),
        slots=len(settled),
        missing=qualities.count(Quality.MISSING),
        held=qualities.count(Quality.HELD),
        filled=sum(quality in filled for quality in qualities),
        busy=busiest(sums_by_slot(rows)),
    )


def sums_by_slot(rows: Iterable[Row]) -> list[int]:
    """The energy of each of the 48 slots over all days."""
    sums = [0] * SLOTS
    for one in rows:
        for index, cell in enumerate(one.cells):
            if cell.value and cell.value.amount is not None:
                sums[index] += cell.value.amount
    return sums


def busiest(sums: Sequence[int]) -> tuple[int, int, int] | None:
    """First and last slot of the shortest span that holds at least 70 % of the energy, and its percent.

    None where there is no energy or the span is longer than a third of the day: then nothing is concentrated.
    """
    whole = sum(sums)
    if whole <= 0:
        return None
    for width in range(1, BUSY_SLOTS + 1):
        best = max(range(len(sums) - width + 1), key=lambda start: sum(sums[start : start + width]))
        part = sum(sums[best : best + width])
        if part * 100 >= whole * BUSY_PERCENT:
            return best + 1, best + width, part * 100 // whole
    return None
