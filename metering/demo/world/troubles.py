"""What goes wrong between a device and the portal, planned point by point before the first reading.

Instants are numbered from 0 (00:00 of the first day) in half hours. Shares follow what the settlement contract calls
usual; whatever can be collected again is, two days later, as a metering system does (decisions 26).
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from random import Random

from metering.demo.world.homes import meter_id
from metering.demo.world.plan import Area, Device, Home
from metering.demo.world.rows import PER_DAY

GAP_LENGTHS = (9, 20, 46, 96, 144)  # instants without a reading
OUTAGES = ((30, 7), (78, 15))  # at which percent of the days, how many instants
# How a pattern 1 gap is filled by its retailer: kind, every n-th instant, whether the values are wrong.
FILLS = (("C", 1, False), ("I", 1, False), ("C", 3, False), ("I", 2, False), ("I", 1, True), None)


@dataclass(frozen=True, kw_only=True)
class PlannedExchange:
    """A meter exchange at ``minute`` after instant ``after``; ``is_reset``: the register began anew and nobody said so."""

    after: int
    minute: int
    new_meter_id: str
    begins_at_wh: int
    has_registers: bool = True
    is_reported_late: bool = False
    is_reset: bool = False


@dataclass
class Trouble:
    """Everything that goes wrong at one device point."""

    lost: set[int] = field(default_factory=set)
    recollected: set[int] = field(default_factory=set)  # lost at first, delivered later
    without_value: set[int] = field(default_factory=set)  # a row that says why
    spikes: dict[int, int] = field(default_factory=dict)  # Wh too many
    foreign: set[int] = field(default_factory=set)  # another meter answers
    stuck: set[int] = field(default_factory=set)  # the first delivery repeats an old register
    exchange: PlannedExchange | None = None
    fills: dict[int, tuple[str, bool]] = field(default_factory=dict)  # kind, wrong

    @property
    def gaps(self) -> int:
        """How many runs of instants stay without a usable reading."""
        unusable = self.lost | self.without_value | self.spikes.keys() | self.foreign
        return sum(instant - 1 not in unusable for instant in unusable)

    def days(self) -> set[int]:
        """The days whose rows are not plain; the reading at 24:00 belongs to the day that ends."""
        instants = (
            self.lost
            | self.recollected
            | self.without_value
            | self.spikes.keys()
            | self.foreign
            | self.stuck
            | self.fills.keys()
        )
        days = {(instant - 1) // PER_DAY for instant in instants}
        return days | {self.exchange.after // PER_DAY} if self.exchange else days


class Planner:
    """Gives each trouble to device points that have none yet."""

    def __init__(self, area: Area) -> None:
        self.area = area
        self.last = area.days * PER_DAY
        self.random = Random(f"{area.seed}|troubles")
        self.troubles: dict[str, Trouble] = {}
        self.stuck_day = area.days * 9 // 20
        self.starts = {
            device.number: (home.service_from - area.first_day).days * PER_DAY
            for home in area.homes
            for device in home.devices
        }
        # those with a story of their own are left in peace, so that one thing happens at a time
        self.pool = [
            device
            for home in area.homes
            for device in home.devices
            if not {home.premises_number, device.number} & area.stories
        ]
        self.random.shuffle(self.pool)

    def plan(self) -> dict[str, Trouble]:
        """All troubles by device point number."""
        points = self.area.points
        self._exchanges(max(min(12, points // 8), points // 200))
        self._fills(max(min(6, points // 12), points // 60))
        self._each(1, self._silent, lambda device: device.is_balancing)
        self._each(1, self._reset, lambda device: device.is_balancing)
        self._each(max(1, points // 2_000), self._foreign)
        self._each(max(1, points // 100), self._spike)
        self._each(max(1, points // 40), self._without_value)
        self._each(max(1, points // 50), self._stuck, self._serves_when_stuck)
        self._each(max(1, points // 60), self._long_gap)
        self._each(max(1, points // 12), self._weak_radio)
        for percent, length in OUTAGES:
            self._outage(percent, length)
        return self.troubles

    def of(self, device: Device) -> Trouble:
        """The trouble of a device point, to be added to."""
        return self.troubles.setdefault(device.number, Trouble())

    def _take(
        self, count: int, fits: Callable[[Device], bool] = lambda _: True
    ) -> Iterator[Device]:
        taken = [device for device in self.pool if fits(device)][:count]
        chosen = {device.number for device in taken}
        self.pool = [device for device in self.pool if device.number not in chosen]
        return iter(taken)

    def _each(
        self,
        count: int,
        trouble: Callable[[Device], object],
        fits: Callable[[Device], bool] = lambda _: True,
    ) -> None:
        for device in self._take(count, fits):
            trouble(device)

    def _instant(self, device: Device, *, room: int = 1) -> int:
        """An instant inside the service with ``room`` more instants before the end."""
        first = self.starts[device.number] + 1
        return self.random.randint(first, max(first, self.last - 1 - room))

    def _span(self, first: int, length: int) -> set[int]:
        return set(range(first, min(first + length, self.last + 1)))

    def _exchanges(self, count: int) -> None:
        """Every sixth without registers (a break); the first is reported weeks late (features B7)."""
        for place, device in enumerate(self._take(count)):
            early = self.starts[device.number] + max(1, self.last // 8)
            after = early if place == 0 else self._instant(device, room=PER_DAY // 2)
            after += after % PER_DAY == 0  # not at midnight: that reading was told the day before
            self.of(device).exchange = PlannedExchange(
                after=after,
                minute=0 if place == 1 else self.random.randint(1, 29),
                new_meter_id=meter_id(self.area.seed, _serial(device), installed=2),
                begins_at_wh=self.random.randint(0, 40),
                has_registers=place % 6 != 5,
                is_reported_late=place == 0,
            )

    def _fills(self, count: int) -> None:
        for place, device in enumerate(self._take(count, lambda device: device.is_balancing)):
            gap = self._long_gap(device)
            way = FILLS[place % len(FILLS)]
            if way:
                kind, every, is_wrong = way
                ends = gap if kind == "C" else gap | {max(gap) + 1}
                chosen = sorted(end for end in ends if end <= self.last)[::every]
                self.of(device).fills = dict.fromkeys(chosen, (kind, is_wrong))

    def _long_gap(self, device: Device) -> set[int]:
        length = min(self.random.choice(GAP_LENGTHS), max(2, self.last // 3))
        gap = self._span(self._instant(device, room=length + 1), length)
        self.of(device).lost |= gap
        return gap

    def _silent(self, device: Device) -> None:
        """The terminal falls silent for good: the last slots have no register after them and end at zero."""
        self.of(device).lost |= self._span(self.last * 9 // 10, self.last)

    def _reset(self, device: Device) -> None:
        """The register starts again at zero without a reported exchange: a difference that nobody can trust."""
        self.of(device).exchange = PlannedExchange(
            after=self._instant(device, room=PER_DAY),
            minute=10,
            new_meter_id=device.meter_id,
            begins_at_wh=0,
            is_reset=True,
        )

    def _foreign(self, device: Device) -> None:
        """A day and a half in which a neighbour's meter answers (features E10)."""
        self.of(device).foreign |= self._span(
            self._instant(device, room=72), min(72, self.last // 3)
        )

    def _spike(self, device: Device) -> None:
        self.of(device).spikes[self._instant(device)] = 3 * device.rated_w + 20_000

    def _without_value(self, device: Device) -> None:
        first = self._instant(device, room=5)
        self.of(device).without_value |= self._span(first, self.random.randint(1, 4))

    def _stuck(self, device: Device) -> None:
        """All of them on the same day: one delivery went wrong and was delivered again."""
        self.of(device).stuck |= self._span(self.stuck_day * PER_DAY + 20, 20)

    def _serves_when_stuck(self, device: Device) -> bool:
        return self.starts[device.number] <= self.stuck_day * PER_DAY

    def _weak_radio(self, device: Device) -> None:
        """One instant in seventy lost; most of them are collected again."""
        room = range(self.starts[device.number] + 1, self.last)
        lost = self.random.sample(room, max(1, len(room) // 70))
        self._lose(device, lost, recollected=0.7)

    def _outage(self, percent: int, length: int) -> None:
        """A part of the area is cut off; three of four terminals are read again afterwards."""
        first = max(1, self.last * percent // 100)
        gap = self._span(first, length)
        for home in self._neighbours(max(1, len(self.area.homes) // 8)):
            served = [device for device in home.devices if self.starts[device.number] < first]
            is_recollected = self.random.random() < 0.75
            for device in served:
                self._lose(device, gap, recollected=float(is_recollected))

    def _neighbours(self, count: int) -> tuple[Home, ...]:
        homes = self.area.homes
        first = self.random.randint(0, max(0, len(homes) - count))
        return homes[first : first + count]

    def _lose(self, device: Device, instants: Iterable[int], *, recollected: float) -> None:
        trouble = self.of(device)
        for instant in sorted(instants):
            if instant in trouble.lost:
                continue
            if self.random.random() < recollected:
                trouble.recollected.add(instant)
            else:
                trouble.lost.add(instant)


def _serial(device: Device) -> int:
    return int(device.number[3:-1])
