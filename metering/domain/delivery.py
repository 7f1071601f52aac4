"""Pattern 1: what the devices of a premises delivered, and its receiving point without it.

Source: settlement.md rule 14 [D].
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime

from metering.domain.findings import Code
from metering.domain.points import FlowDirection, ServicePattern
from metering.domain.quality import Quality, weakest
from metering.domain.rows import (
    Baseline,
    Finding,
    ServicePeriod,
    SiteSlot,
    SlotEnergy,
    SmartMeterValue,
)


def device_delivery_wh(energies: Mapping[int, int], baselines: Mapping[int, int]) -> int:
    """(E1 − E0) − (B1 − B0) of one device point in one slot, by direction, Wh (rule 14).

    More out or less in than the baseline is delivery: a battery that puts out 1,500 instead of
    nothing delivers 1,500; a charger that takes 400 instead of 1,600 delivers 1,200. A direction not
    named counts 0. No baseline at all, no delivery.
    """
    if not baselines:
        return 0
    net = energies.get(FlowDirection.REVERSE, 0) - energies.get(FlowDirection.FORWARD, 0)
    planned = baselines.get(FlowDirection.REVERSE, 0) - baselines.get(FlowDirection.FORWARD, 0)
    return net - planned


def corrected_wh(
    delivered_wh: int | None, forward_wh: int | None, reverse_wh: int | None
) -> tuple[int | None, int | None]:
    """Demand and generation of the receiving point as if nothing had been delivered (rule 14).

    P* = F − R + delivered; demand is P* where positive, generation −P* where negative; both
    ``None`` where any part is missing.
    """
    if delivered_wh is None or forward_wh is None or reverse_wh is None:
        return None, None
    without_delivery = forward_wh - reverse_wh + delivered_wh
    return max(without_delivery, 0), max(-without_delivery, 0)


def site_slots(
    settled: Iterable[tuple[ServicePeriod, list[SlotEnergy]]],
    *,
    baselines: Iterable[Baseline],
    smart_meter: Iterable[SmartMeterValue],
) -> tuple[list[SiteSlot], list[Finding]]:
    """One row per premises and slot in which a pattern 1 device point is in service and not held (rule 14).

    ``settled`` are the energies of each service period; baselines and smart-meter values in order of delivery, the last
    of one slot counts (rule 2). Findings are ``NO_BASELINE``, once per point and day, with the number of slots.
    """
    planned = _baselines_by_slot(baselines)
    received = {(value.premises_number, value.day, value.slot): value for value in smart_meter}
    without_baseline: Counter[tuple[str, date]] = Counter()
    rows = []
    for site, devices in sorted(_devices_by_slot(settled).items()):
        plans = {
            number: _metered(planned.get((number, *site[1:]), {}), slots)
            for number, slots in devices.items()
        }
        without_baseline.update((number, site[1]) for number, plan in plans.items() if not plan)
        rows.append(_site_slot(site, devices, plans, received.get(site)))
    counted = sorted(without_baseline.items())
    return rows, [_no_baseline(number, day, count) for (number, day), count in counted]


def _site_slot(
    site: tuple[str, date, int],
    devices: Mapping[str, list[SlotEnergy]],
    plans: Mapping[str, Mapping[int, int]],
    received: SmartMeterValue | None,
) -> SiteSlot:
    delivered = _delivered_wh(devices, plans)
    demand, generation = corrected_wh(
        delivered,
        received.forward_wh if received else None,
        received.reverse_wh if received else None,
    )
    return SiteSlot(
        premises_number=site[0],
        day=site[1],
        slot=site[2],
        delivered_wh=delivered,
        corrected_demand_wh=demand,
        corrected_generation_wh=generation,
        quality=weakest(energy.quality for slots in devices.values() for energy in slots),
    )


def _devices_by_slot(
    settled: Iterable[tuple[ServicePeriod, list[SlotEnergy]]],
) -> dict[tuple[str, date, int], dict[str, list[SlotEnergy]]]:
    """Premises and slot → device point → its energies, held slots left out."""
    devices: dict[tuple[str, date, int], dict[str, list[SlotEnergy]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for period, slots in settled:
        if period.pattern != ServicePattern.BALANCING:
            continue
        for energy in slots:
            if energy.quality != Quality.HELD:
                site = (period.premises_number, energy.day, energy.slot)
                devices[site][energy.device_point_number].append(energy)
    return devices


def _baselines_by_slot(
    baselines: Iterable[Baseline],
) -> dict[tuple[str, date, int], dict[int, int]]:
    planned: dict[tuple[str, date, int], dict[int, int]] = defaultdict(dict)
    for row in baselines:
        planned[row.device_point_number, row.day, row.slot][row.direction] = row.energy_wh
    return planned


def _metered(plan: Mapping[int, int], slots: list[SlotEnergy]) -> dict[int, int]:
    """The baselines of directions that the device point is metered in; others do not count."""
    return {
        energy.direction: plan[energy.direction] for energy in slots if energy.direction in plan
    }


def _delivered_wh(
    devices: Mapping[str, list[SlotEnergy]], plans: Mapping[str, Mapping[int, int]]
) -> int | None:
    """The sum over the device points, or ``None`` while any of their energies is missing."""
    total = 0
    for number, slots in devices.items():
        energies = {
            energy.direction: energy.energy_wh for energy in slots if energy.energy_wh is not None
        }
        if len(energies) < len(slots):
            return None
        total += device_delivery_wh(energies, plans[number])
    return total


def _no_baseline(number: str, day: date, slots: int) -> Finding:
    midnight = datetime.combine(day, datetime.min.time())
    return Finding(
        device_point_number=number,
        direction=None,
        at=midnight,
        code=Code.NO_BASELINE,
        detail=str(slots),
    )
