"""One day of half hours as a step line, with the day before and the same weekday a week ago behind it.

The geometry only, in whole tenths of a pixel, so that drawing is exact and needs no float; words and colours are the
page's. A slot without a value is a break in the line and a hatched field, never zero.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from metering.domain.heat_map import SLOTS
from metering.domain.quality import Quality

TAB = 116  # width of the words of a field
NAMED_SLOTS = 4  # shorter fields stand without words
Amounts = Sequence[int | None]


@dataclass(frozen=True)
class Frame:
    """Size of the drawing and where its axes lie, in pixels."""

    width: int
    height: int
    left: int
    right: int
    top: int
    bottom: int
    hours: int  # between the marks of the time axis

    @property
    def base(self) -> int:
        """Where zero lies."""
        return self.height - self.bottom

    @property
    def end(self) -> int:
        """Where the day ends."""
        return self.width - self.right

    @property
    def span(self) -> int:
        """Height of the field between zero and the top."""
        return self.base - self.top


WIDE = Frame(width=980, height=300, left=52, right=12, top=54, bottom=36, hours=2)
NARROW = Frame(width=360, height=300, left=44, right=10, top=96, bottom=32, hours=6)


@dataclass(frozen=True)
class Mark:
    """A mark of an axis: where, and what it stands for (an amount, or an hour)."""

    at: str
    value: int
    label_at: str


@dataclass(frozen=True)
class Field:
    """Slots without a value: from slot to slot, with the corner and width to draw."""

    first: int
    last: int
    quality: Quality | None  # None: outside the service, or not settled
    x: str
    width: str
    tab_x: str  # where its words of TAB pixels begin; empty where there is no room for them
    tab_middle: str

    @property
    def slots(self) -> int:
        return self.last - self.first + 1


@dataclass(frozen=True)
class Drawing:
    """Everything a page needs to draw the day."""

    frame: Frame
    amounts: list[Mark]
    hours: list[Mark]
    fields: list[Field]
    day: str
    before: str
    week: str


def draw(
    frame: Frame, day: Amounts, qualities: Sequence[Quality | None], before: Amounts, week: Amounts
) -> Drawing:
    """The drawing of 48 amounts, with 48 amounts each for the two days behind it."""
    ticks = axis(
        max(
            (amount for line in (day, before, week) for amount in line if amount is not None),
            default=0,
        )
    )
    top = ticks[-1]
    return Drawing(
        frame=frame,
        amounts=[
            Mark(_y(frame, tick, top), tick, _tenth(_y_tenths(frame, tick, top) + 50))
            for tick in ticks
        ],
        hours=[
            Mark(_x(frame, hour * 2), hour, _x(frame, hour * 2))
            for hour in range(0, 25, frame.hours)
        ],
        fields=_fields(frame, day, qualities),
        day=steps(frame, day, top),
        before=steps(frame, before, top),
        week=steps(frame, week, top),
    )


def axis(largest: int) -> list[int]:
    """Round amounts from 0 to at least ``largest``: four to six steps of 1, 2 or 5 times a power of ten."""
    size = 1
    while True:
        for factor in (1, 2, 5):
            if largest <= 6 * factor * size:
                steps_needed = max(-(-largest // (factor * size)), 1)
                return [n * factor * size for n in range(steps_needed + 1)]
        size *= 10


def steps(frame: Frame, amounts: Amounts, top: int) -> str:
    """An SVG path: level over each slot, upright between neighbours, lifted over slots without a value."""
    parts: list[str] = []
    pen_is_down = False
    for index, amount in enumerate(amounts):
        if amount is None:
            pen_is_down = False
            continue
        y = _y(frame, amount, top)
        parts.append(
            f"{'V' + y if pen_is_down else 'M' + _x(frame, index) + ' ' + y}H{_x(frame, index + 1)}"
        )
        pen_is_down = True
    return "".join(parts)


def _fields(frame: Frame, amounts: Amounts, qualities: Sequence[Quality | None]) -> list[Field]:
    slots = enumerate(zip(qualities, amounts, strict=True), start=1)
    fields: list[Field] = []
    taken = 0  # words must not run into those before
    for (quality, is_empty), together in groupby(
        slots, key=lambda item: (item[1][0], item[1][1] is None)
    ):
        numbers = [slot for slot, _ in together]
        if is_empty:
            fields.append(_field(frame, numbers[0], numbers[-1], quality, taken))
            taken = (
                _tab_start(frame, fields[-1].first, fields[-1].last) + TAB * 10
                if fields[-1].tab_x
                else taken
            )
    return fields


def _field(frame: Frame, first: int, last: int, quality: Quality | None, taken: int) -> Field:
    left, right = _x_tenths(frame, first - 1), _x_tenths(frame, last)
    tab = _tab_start(frame, first, last)
    has_room = last - first + 1 >= NAMED_SLOTS and tab >= taken
    return Field(
        first=first,
        last=last,
        quality=quality,
        x=_tenth(left),
        width=_tenth(right - left),
        tab_x=_tenth(tab) if has_room else "",
        tab_middle=_tenth(tab + TAB * 5),
    )


def _tab_start(frame: Frame, first: int, last: int) -> int:
    """Words stand over the middle of their field, but never outside the drawing."""
    middle = (_x_tenths(frame, first - 1) + _x_tenths(frame, last)) // 2
    return min(max(middle - TAB * 5, frame.left * 10), (frame.end - TAB) * 10)


def _x_tenths(frame: Frame, boundary: int) -> int:
    return frame.left * 10 + (frame.width - frame.left - frame.right) * 10 * boundary // SLOTS


def _y_tenths(frame: Frame, amount: int, top: int) -> int:
    return frame.base * 10 - (frame.base - frame.top) * 10 * amount // top


def _x(frame: Frame, boundary: int) -> str:
    return _tenth(_x_tenths(frame, boundary))


def _y(frame: Frame, amount: int, top: int) -> str:
    return _tenth(_y_tenths(frame, amount, top))


def _tenth(value: int) -> str:
    return f"{value // 10}.{value % 10}"
