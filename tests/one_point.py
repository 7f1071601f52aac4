"""A single device point to settle in a test: say only what the test is about.

Times are written "09:00" (of the day 2026-11-02) or "2026-11-03T00:30"; registers and energies in Wh.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from typing import Any

from metering.domain import reference
from metering.domain.identifiers import device_point_number
from metering.domain.rows import Exchange, GapFillRow, Hold, Inputs, Reading, ServicePeriod
from metering.domain.rules import Rules, Stage

DAY = date(2026, 11, 2)
NUMBER = device_point_number(area="03", serial=1)
PREMISES = "P001"

Slot = tuple[int | None, int]  # energy and quality


def at(text: str) -> datetime:
    """An instant, of :data:`DAY` where ``text`` is a time only."""
    if "T" in text:
        return datetime.fromisoformat(text)
    return datetime.combine(DAY, time.fromisoformat(text))


def service(start: str, end: str | None, **changes: Any) -> ServicePeriod:
    """A pattern 1 point of 6 kW, forward only (slot cap 3,600 Wh), unless changed."""
    wanted: dict[str, Any] = {"pattern": 1, "directions": "0", "rated_w": 6000} | changes
    return ServicePeriod(
        device_point_number=NUMBER,
        premises_number=PREMISES,
        starts_at=at(start),
        ends_at=at(end) if end else None,
        **wanted,
    )


def readings(registers: Mapping[str, int], direction: int = 0) -> list[Reading]:
    """Readings by time."""
    return [
        Reading(device_point_number=NUMBER, direction=direction, read_at=at(when), register_wh=wh)
        for when, wh in registers.items()
    ]


def reading(when: str, register_wh: int | None, **changes: Any) -> Reading:
    """One reading with a status or a meter id."""
    wanted = {"direction": 0} | changes
    return Reading(device_point_number=NUMBER, read_at=at(when), register_wh=register_wh, **wanted)


def c_row(when: str, wh: int) -> GapFillRow:
    """A register handed in for an instant."""
    return GapFillRow(device_point_number=NUMBER, direction=0, kind="C", at=at(when), value_wh=wh)


def i_row(ends: str, wh: int) -> GapFillRow:
    """An energy handed in for the slot that ends then."""
    return GapFillRow(device_point_number=NUMBER, direction=0, kind="I", at=at(ends), value_wh=wh)


def exchange(when: str, old_wh: int | None, new_wh: int | None, **changes: Any) -> Exchange:
    """A meter exchange of the forward direction."""
    wanted = {"direction": 0} | changes
    return Exchange(
        device_point_number=NUMBER,
        exchanged_at=at(when),
        old_register_wh=old_wh,
        new_register_wh=new_wh,
        **wanted,
    )


def hold(start: str, end: str | None) -> Hold:
    """A hold of the device point."""
    return Hold(device_point_number=NUMBER, starts_at=at(start), ends_at=at(end) if end else None)


def settle(
    *periods: ServicePeriod,
    stage: Stage = "final",
    rules: Rules | None = None,
    **rows: Iterable[Any],
) -> reference.Results:
    """The reference over all days that the service periods touch."""
    days = [period.starts_at.date() for period in periods]
    days += [period.ends_at.date() for period in periods if period.ends_at]
    inputs = Inputs(register=list(periods), **{kind: list(of) for kind, of in rows.items()})
    return reference.settle(
        inputs, first_day=min(days), last_day=max(days), stage=stage, rules=rules or Rules()
    )


def slots_of(results: reference.Results) -> list[Slot]:
    """Energy and quality of every slot in order."""
    return [(row.energy_wh, int(row.quality)) for row in results.energy]


def codes_of(results: reference.Results) -> list[tuple[str, str]]:
    """Code and time of every finding in order."""
    return [(str(row.code), f"{row.at:%H:%M}" if row.at else "") for row in results.findings]
