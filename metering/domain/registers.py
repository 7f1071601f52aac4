"""Cumulative registers of eight digits: reading the device, wrapping difference, plausibility, meter exchanges.

Registers are whole Wh between 0 and ``modulus - 1``; the modulus is 100,000,000 Wh (外部接続基準 2-5: 積算電力量9桁を
取得し、下8桁に変換; settlement.md, head). Instants are naive JST.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from metering.domain.findings import Code
from metering.domain.rows import Exchange, Reading
from metering.domain.rules import Rules

# How many raw counts make one Wh, or how many Wh one raw count makes, by the unit code 0xD4 (domain.md section 4, D9).
_WH_PER_COUNT = {0x00: 1000, 0x01: 100, 0x02: 10, 0x03: 1}
_TENTH_OF_WH = 0x04


def register_of_device(raw: int, unit_code: int, *, rules: Rules) -> int:
    """The eight-digit register in Wh of a device's nine-digit count ``raw`` in the unit ``unit_code`` (0xD4).

    domain.md D9: units of 1 to 0.001 kWh as they are, 0.0001 kWh rounded down to whole Wh; 10 kWh and larger cannot
    carry a half-hour value and raise ValueError.
    """
    if unit_code == _TENTH_OF_WH:
        return raw // 10 % rules.modulus_wh
    if unit_code not in _WH_PER_COUNT:
        raise ValueError(f"unit {unit_code:#04x} is too coarse for half-hourly energy")
    return raw * _WH_PER_COUNT[unit_code] % rules.modulus_wh


def is_register(value_wh: int | None, *, rules: Rules) -> bool:
    """Whether ``value_wh`` is a value that the eight digits can show (settlement.md rule 1: 0…99999.999 kWh)."""
    return value_wh is not None and 0 <= value_wh < rules.modulus_wh


def difference(earlier_wh: int, later_wh: int, *, rules: Rules) -> int:
    """How far a register went on, across its rollover: (later − earlier) mod M (settlement.md rule 5, example 1).

    A step backwards of one Wh is therefore a step forwards of M − 1: the plausibility check finds it.
    """
    return (later_wh - earlier_wh) % rules.modulus_wh


def is_plausible(difference_wh: int, *, slots: int, rated_w: int, rules: Rules) -> bool:
    """Whether a device of ``rated_w`` can have moved ``difference_wh`` in ``slots`` slots (settlement.md rule 5)."""
    return difference_wh <= slots * rules.slot_cap_wh(rated_w)


def is_trusted(difference_wh: int, *, slots: int, rated_w: int, rules: Rules) -> bool:
    """Plausible, and over a time in which the register cannot have wrapped unseen (settlement.md rule 7)."""
    plausible = is_plausible(difference_wh, slots=slots, rated_w=rated_w, rules=rules)
    return plausible and slots <= rules.flat_max_slots(rated_w)


def reason_against(reading: Reading, *, expected_meter: str, rules: Rules) -> Code | None:
    """Why ``reading`` cannot be used, the first reason only; None where it can (settlement.md rule 1).

    Where no meter is expected, or the reading names none, the meter is not checked.
    """
    if reading.status:
        return Code.NO_VALUE
    if not is_register(reading.register_wh, rules=rules):
        return Code.OUT_OF_RANGE
    if expected_meter and reading.meter_id and reading.meter_id != expected_meter:
        return Code.WRONG_METER
    return None


@dataclass(frozen=True)
class ExchangeBridge:
    """The meter exchanges of one device point and direction, bridged over (settlement.md rules 1 and 4).

    ``exchanges`` in time order, one per instant; ``origin`` is ``service_from``, where V equals the reading itself.
    """

    exchanges: tuple[Exchange, ...]
    origin: datetime
    rules: Rules

    @classmethod
    def over(
        cls, exchanges: Iterable[Exchange], *, origin: datetime, rules: Rules
    ) -> "ExchangeBridge":
        """From rows in order of delivery: of several for one instant the last counts (rule 2)."""
        latest = {exchange.exchanged_at: exchange for exchange in exchanges}
        return cls(tuple(latest[at] for at in sorted(latest)), origin, rules)

    def carried(self, at: datetime, register_wh: int) -> int:
        """V(at): the register of the meter that began the service period, carried on (rule 4).

        A reading at the very instant of an exchange is of the new meter.
        """
        bridged = (x for x in self._between(self.origin, at) if not x.is_break)
        steps = ((x.old_register_wh or 0) - (x.new_register_wh or 0) for x in bridged)
        return (register_wh + sum(steps)) % self.rules.modulus_wh

    def breaks_between(self, a: datetime, b: datetime) -> bool:
        """Whether an exchange without both registers lies in (a, b], so that a and b never pair (rule 4)."""
        return any(x.is_break for x in self._between(a, b))

    def exchanged_between(self, a: datetime, b: datetime) -> bool:
        """Whether any exchange lies in (a, b] (rule 8)."""
        return any(self._between(a, b))

    def expected_meter(self, at: datetime, *, registered: str) -> str:
        """The meter that should read at ``at``: the latest exchange's new one, else ``registered`` (rule 1).

        Empty means that nothing is checked. Exchanges before the service period count here, and only here.
        """
        before = [x.new_meter_id for x in self.exchanges if x.exchanged_at <= at]
        return before[-1] if before else registered

    def _between(self, a: datetime, b: datetime) -> list[Exchange]:
        """Exchanges in (a, b]."""
        return [x for x in self.exchanges if a < x.exchanged_at <= b]
