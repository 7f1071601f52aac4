"""The settlement the plain way: the second calculation beside ``metering.settlement``.

Plain rows in, plain rows out, for a handful of device points. ``timeline`` settles one direction of
one service period (settlement.md rules 1 to 13), ``delivery`` the premises (rule 14); this module
deals the rows out to them and collects what they find.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Protocol, TypeVar

from metering.domain.delivery import site_slots
from metering.domain.findings import Code
from metering.domain.gaps import Run
from metering.domain.input_rules import refuse_unusable
from metering.domain.registers import ExchangeBridge, reason_against
from metering.domain.rows import Finding, Inputs, Reading, Results, ServicePeriod, SlotEnergy
from metering.domain.rules import Rules, Stage
from metering.domain.timeline import Timeline


def settle(
    inputs: Inputs, *, first_day: date, last_day: date, stage: Stage, rules: Rules
) -> Results:
    """Settle ``inputs`` for the days asked for, both included (settlement.md section 3).

    Energy, sites and findings come in the order of their files. Raises ``Invalid`` for inputs that
    the contract refuses.
    """
    refuse_unusable(inputs, rules=rules)
    asked = Run(
        datetime.combine(first_day, time()), datetime.combine(last_day + timedelta(days=1), time())
    )
    area = _Area(inputs, asked, stage, rules)
    settled = [(period, area.settle_period(period)) for period in inputs.register]
    sites, without_baseline = site_slots(
        settled, baselines=inputs.baselines, smart_meter=inputs.smart_meter
    )
    findings = {
        *area.findings,
        *area.unusable_readings(),
        *area.unknown_points(),
        *without_baseline,
    }
    return Results(
        energy=sorted((slot for _, slots in settled for slot in slots), key=energy_order),
        sites=sites,
        findings=sorted(findings, key=finding_order),
    )


def energy_order(row: SlotEnergy) -> tuple[Hashable, ...]:
    """Sort key of energy: its first four columns."""
    return (row.device_point_number, row.direction, row.day, row.slot)


def finding_order(finding: Finding) -> tuple[Hashable, ...]:
    """Sort key of findings: the columns in their order, empty before anything."""
    direction = -1 if finding.direction is None else finding.direction
    at = finding.at.isoformat() if finding.at else ""
    return (finding.device_point_number, direction, at, finding.code, finding.detail)


class _OfPoint(Protocol):
    @property
    def device_point_number(self) -> str: ...


_Row = TypeVar("_Row", bound=_OfPoint)


def _by_point(rows: Iterable[_Row]) -> dict[str, list[_Row]]:
    """Rows of each device point, still in order of delivery."""
    grouped: dict[str, list[_Row]] = defaultdict(list)
    for row in rows:
        grouped[row.device_point_number].append(row)
    return grouped


class _Area:
    """All rows of a settlement by device point, and the findings made on the way."""

    def __init__(self, inputs: Inputs, asked: Run, stage: Stage, rules: Rules) -> None:
        self.asked, self.stage, self.rules = asked, stage, rules
        self.periods = _by_point(inputs.register)
        self.readings = _by_point(inputs.readings)
        self.exchanges = _by_point(inputs.exchanges)
        self.gapfill = _by_point(inputs.gapfill)
        self.baselines = _by_point(inputs.baselines)
        self.holds = _by_point(inputs.holds)
        self.findings: list[Finding] = []

    def settle_period(self, period: ServicePeriod) -> list[SlotEnergy]:
        """Slots of one service period inside the days asked for."""
        slots: list[SlotEnergy] = []
        for direction in period.settled_directions:
            timeline = self._timeline(period, direction)
            slots += timeline.settle()
            self.findings += timeline.findings
        first, end = self.asked.starts_at.date(), self.asked.ends_at.date()
        return [slot for slot in slots if first <= slot.day < end]

    def _timeline(self, period: ServicePeriod, direction: int) -> Timeline:
        number = period.device_point_number
        readings = [row for row in self.readings[number] if row.direction == direction]
        gapfill = [row for row in self.gapfill[number] if row.direction == direction]
        instants = [*(row.read_at for row in readings), *(row.at for row in gapfill)]
        return Timeline(
            period=period,
            direction=direction,
            readings=readings,
            gapfill=gapfill,
            holds=self.holds[number],
            bridge=self._bridge(period, direction),
            horizon=max([self.asked.ends_at, *instants]),
            stage=self.stage,
            rules=self.rules,
        )

    def _bridge(self, period: ServicePeriod, direction: int) -> ExchangeBridge:
        """An exchange concerns the one direction that it names (rule 4)."""
        rows = self.exchanges[period.device_point_number]
        exchanges = [row for row in rows if row.direction == direction]
        return ExchangeBridge.over(exchanges, origin=period.starts_at, rules=self.rules)

    def unusable_readings(self) -> Iterator[Finding]:
        """Rule 1, of every reading of a registered point, also outside service and directions."""
        for number in self.periods:
            for reading in self.readings[number]:
                for expected in self._expected_meters(reading):
                    code = reason_against(reading, expected_meter=expected, rules=self.rules)
                    if code:
                        yield _unusable(reading, code)

    def _expected_meters(self, reading: Reading) -> set[str]:
        """One per service period that ``reading`` serves; elsewhere nothing is expected.

        A direction that is not metered has no service period: rule 1 is judged per direction.
        """
        periods = self.periods[reading.device_point_number]
        return {
            self._bridge(period, reading.direction).expected_meter(
                reading.read_at, registered=period.meter_id
            )
            for period in periods
            if reading.direction in period.settled_directions and period.serves(reading.read_at)
        } or {""}

    def unknown_points(self) -> Iterator[Finding]:
        """Device points that have rows but no place in the register, once each."""
        kinds = (self.readings, self.exchanges, self.gapfill, self.baselines, self.holds)
        named = {number for by_point in kinds for number, rows in by_point.items() if rows}
        for number in named - set(self.periods):
            yield Finding(
                device_point_number=number, direction=None, at=None, code=Code.UNKNOWN_POINT
            )


def _unusable(reading: Reading, code: Code) -> Finding:
    """Rule 1's finding, with what is wrong: the status, the value or the foreign meter."""
    value = "" if reading.register_wh is None else str(reading.register_wh)
    details = {
        Code.NO_VALUE: reading.status,
        Code.OUT_OF_RANGE: value,
        Code.WRONG_METER: reading.meter_id,
    }
    return Finding(
        device_point_number=reading.device_point_number,
        direction=reading.direction,
        at=reading.read_at,
        code=code,
        detail=details[code],
    )
