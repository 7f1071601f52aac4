"""How the day of one device reaches the portal: plain rows, or what its trouble makes of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from metering.demo.world import rows
from metering.demo.world.homes import FULL_REGISTER
from metering.demo.world.plan import Device
from metering.demo.world.registers import Shown
from metering.demo.world.rows import PER_DAY
from metering.demo.world.troubles import Trouble

NOBODYS_METER = "02FFFE00AB0101"


@dataclass
class Aside:
    """Rows that come with other files than the day's own, each with the instant at which it happened."""

    recollected: list[tuple[int, str]] = field(default_factory=list)
    corrected: list[tuple[int, str]] = field(default_factory=list)
    by_hand: list[tuple[int, str]] = field(default_factory=list)
    gapfill: list[tuple[int, str]] = field(default_factory=list)
    exchanges: list[tuple[int, str]] = field(default_factory=list)
    late_exchanges: list[tuple[int, str]] = field(default_factory=list)


class Teller:
    """Rows of one device and direction on one day; ``texts`` are the instants as they stand in files."""

    def __init__(self, device: Device, direction: int, day: int, texts: Sequence[str]) -> None:
        self.device = device
        self.direction = direction
        self.day = day
        self.texts = texts

    def plain(self, shown: Shown, meter_id: str) -> list[str]:
        """One row per half hour."""
        head, tail = f"{self.device.number},{self.direction},", f",{meter_id},\n"
        return [
            f"{head}{text},{wh // 1000}.{wh % 1000:03}{tail}"
            for text, wh in zip(self.texts, shown.registers, strict=True)
        ]

    def troubled(
        self, shown: Shown, energies: Sequence[int], trouble: Trouble, aside: Aside
    ) -> list[str]:
        """One row per half hour, "" where none is delivered with the day."""
        told = []
        for place, wh in enumerate(shown.registers):
            instant = self.day * PER_DAY + place + 1
            row = self._row(instant, wh, trouble)
            if instant in trouble.without_value:
                aside.by_hand.append((instant, self._plain_row(instant, wh, trouble)))
            if instant in trouble.fills:
                aside.gapfill.append((instant, self._fill(instant, wh, energies[place], trouble)))
            if trouble.stuck and self.day == (min(trouble.stuck) - 1) // PER_DAY:
                aside.corrected.append((instant, row))
            if instant in trouble.stuck:
                row = self._row(instant, shown.registers[min(trouble.stuck) % PER_DAY - 2], trouble)
            if instant in trouble.lost:
                row = ""
            elif instant in trouble.recollected:
                aside.recollected.append((instant, row))
                row = ""
            told.append(row)
        return told

    def _row(self, instant: int, wh: int, trouble: Trouble) -> str:
        text = self._text(instant)
        if instant in trouble.without_value:
            meter_id = meter_at(self.device, instant, trouble)
            return rows.no_value(self.device.number, self.direction, text, meter_id)
        if instant in trouble.foreign:
            return rows.reading(self.device.number, self.direction, text, wh // 3, NOBODYS_METER)
        return self._plain_row(
            instant, (wh + trouble.spikes.get(instant, 0)) % FULL_REGISTER, trouble
        )

    def _plain_row(self, instant: int, wh: int, trouble: Trouble) -> str:
        meter_id = meter_at(self.device, instant, trouble)
        return rows.reading(self.device.number, self.direction, self._text(instant), wh, meter_id)

    def _fill(self, instant: int, wh: int, energy: int, trouble: Trouble) -> str:
        kind, is_wrong = trouble.fills[instant]
        value = wh if kind == "C" else energy * 2 + 100 if is_wrong else energy
        return rows.gapfill(self.device.number, self.direction, kind, self._text(instant), value)

    def _text(self, instant: int) -> str:
        return self.texts[(instant - 1) % PER_DAY]


def meter_at(device: Device, instant: int, trouble: Trouble) -> str:
    """The exempt meter that answers at an instant; the reading at the very instant of an exchange is the new one's."""
    exchange = trouble.exchange
    if exchange is None or instant < exchange.after + (1 if exchange.minute else 0):
        return device.meter_id
    return exchange.new_meter_id
