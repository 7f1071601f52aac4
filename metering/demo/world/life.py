"""The life of one premises, day after day: devices run, registers count, the smart meter sees the sum."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random

from metering.demo.world import rows
from metering.demo.world.behaviour import Conditions, Flows, device_day, house_day
from metering.demo.world.plan import Device, Home
from metering.demo.world.registers import Register, Shown
from metering.demo.world.rows import PER_DAY
from metering.demo.world.telling import Aside, Teller, meter_at
from metering.demo.world.troubles import PlannedExchange, Trouble
from metering.domain.points import FlowDirection

NO_TROUBLE = Trouble()
FORGOTTEN = 0.004  # share of days for which a plan or a smart meter's day never came


@dataclass
class HomeDay:
    """What one premises sends on one day."""

    readings: list[list[str]] = field(
        default_factory=list
    )  # per device and direction, by half hour
    baselines: list[str] = field(default_factory=list)
    smart_meter: str = ""


@dataclass(frozen=True)
class Today:
    """One day of the sample; ``index`` 0 is the first."""

    index: int
    day: date
    conditions: Conditions
    texts: Sequence[str]


class Household:
    """One premises with its running registers."""

    def __init__(
        self, home: Home, seed: int, first_day: date, troubles: dict[str, Trouble]
    ) -> None:
        self.home = home
        self.seed = seed
        self.starts = (home.service_from - first_day).days * PER_DAY
        self.troubles = {
            device.number: troubles.get(device.number, NO_TROUBLE) for device in home.devices
        }
        self.troubled_days = {number: trouble.days() for number, trouble in self.troubles.items()}
        self.registers = {
            (device.number, direction): Register(first)
            for device in home.devices
            for direction, first in device.register_wh.items()
        }

    def first_readings(self, text: str) -> str:
        """The readings at 00:00 of the first day, where the service has begun by then."""
        if self.starts:
            return ""
        return "".join(
            rows.reading(device.number, direction, text, first, device.meter_id)
            for device in self.home.devices
            for direction, first in device.register_wh.items()
        )

    def live(self, today: Today, aside: Aside) -> HomeDay:
        """One day on."""
        random = Random(f"{self.seed}|{self.home.premises_number}|{today.day}")
        sent, net = HomeDay(), house_day(self.home, today.conditions, random)
        for device in self.home.devices:
            flows = device_day(device, today.conditions, random)
            net = _add(net, flows)
            sent.readings += self._tell(device, flows, today, aside)
            if device.is_balancing and self._serves(today) and random.random() > FORGOTTEN:
                sent.baselines += _baselines(device, flows, today.day)
        if random.random() > FORGOTTEN:
            sent.smart_meter = rows.smart_meter(self.home.premises_number, today.day, net)
        return sent

    def _serves(self, today: Today) -> bool:
        return today.index * PER_DAY >= self.starts

    def _tell(self, device: Device, flows: Flows, today: Today, aside: Aside) -> list[list[str]]:
        told = []
        trouble = self.troubles[device.number]
        for direction, register in self._registers(device):
            energies = flows.actual[direction]
            shown = register.run(energies, trouble.exchange, today.index)
            if shown.at_exchange and trouble.exchange and not trouble.exchange.is_reset:
                _report(device, direction, trouble.exchange, shown, today, aside)
            teller = Teller(device, direction, today.index, today.texts)
            if today.index in self.troubled_days[device.number]:
                lines = teller.troubled(shown, energies, trouble, aside)
            else:
                lines = teller.plain(shown, meter_at(device, today.index * PER_DAY + 1, trouble))
            told.append(self._in_service(lines, today))
        return told

    def _registers(self, device: Device) -> list[tuple[int, Register]]:
        return [
            (direction, self.registers[device.number, direction])
            for direction in device.register_wh
        ]

    def _in_service(self, lines: list[str], today: Today) -> list[str]:
        """Rows from the first instant of the service on; it falls on 00:00, which ends the day before."""
        last = (today.index + 1) * PER_DAY
        if last < self.starts:
            return [""] * PER_DAY
        return [""] * (PER_DAY - 1) + lines[-1:] if last == self.starts else lines


def _add(net: list[int], flows: Flows) -> list[int]:
    for direction, profile in flows.actual.items():
        sign = 1 if direction == FlowDirection.FORWARD else -1
        net = [there + sign * wh for there, wh in zip(net, profile, strict=True)]
    return net


def _baselines(device: Device, flows: Flows, day: date) -> list[str]:
    return [
        rows.baselines(device.number, direction, day, flows.planned[direction])
        for direction in device.register_wh
    ]


def _report(
    device: Device,
    direction: int,
    exchange: PlannedExchange,
    shown: Shown,
    today: Today,
    aside: Aside,
) -> None:
    """The row of a meter exchange."""
    slot = exchange.after % PER_DAY
    at = datetime.combine(today.day, time.min) + timedelta(minutes=30 * slot + exchange.minute)
    registers = shown.at_exchange if exchange.has_registers else None
    row = rows.exchange(
        device.number, direction, at, (device.meter_id, exchange.new_meter_id), registers
    )
    into = aside.late_exchanges if exchange.is_reported_late else aside.exchanges
    into.append((exchange.after, row))
