"""What devices delivered, and the receiving point without it (settlement.md rule 14)."""

from datetime import datetime

import pytest

from metering.domain import delivery
from metering.domain.quality import Quality
from metering.domain.rows import Baseline, ServicePeriod, SiteSlot, SlotEnergy, SmartMeterValue
from tests.one_point import DAY, at

BATTERY, CHARGER, HEAT_PUMP = "battery", "charger", "heat pump"


def point(number: str, directions: str = "01", pattern: int = 1) -> ServicePeriod:
    return ServicePeriod(
        device_point_number=number,
        premises_number="P",
        pattern=pattern,
        directions=directions,
        rated_w=6_000,
        starts_at=at("00:00"),
    )


def energy(
    number: str, direction: int, wh: int | None, quality: Quality = Quality.MEASURED
) -> SlotEnergy:
    return SlotEnergy(
        device_point_number=number,
        direction=direction,
        day=DAY,
        slot=20,
        energy_wh=wh,
        quality=quality,
    )


def plan(number: str, direction: int, wh: int) -> Baseline:
    return Baseline(device_point_number=number, direction=direction, day=DAY, slot=20, energy_wh=wh)


def meter(forward: int | None, reverse: int | None) -> list[SmartMeterValue]:
    return [
        SmartMeterValue(
            premises_number="P", day=DAY, slot=20, forward_wh=forward, reverse_wh=reverse
        )
    ]


EXAMPLE = [
    (point(BATTERY, "1"), [energy(BATTERY, 1, 1_500)]),
    (point(CHARGER, "0"), [energy(CHARGER, 0, 400)]),
    (point(HEAT_PUMP, "0"), [energy(HEAT_PUMP, 0, 300)]),
]
PLANS = [plan(BATTERY, 1, 0), plan(CHARGER, 0, 1_600), plan(HEAT_PUMP, 0, 650)]


def only(rows: tuple[list[SiteSlot], object]) -> SiteSlot:
    (row,) = rows[0]
    return row


@pytest.mark.parametrize(("forward", "reverse", "demand"), [(120, 0, 3_170), (0, 650, 2_400)])
def test_delivery_is_added_back_to_the_receiving_point(
    forward: int, reverse: int, demand: int
) -> None:
    """settlement.md example 5: 1,500 + 1,200 + 350."""
    row = only(delivery.site_slots(EXAMPLE, baselines=PLANS, smart_meter=meter(forward, reverse)))
    assert (row.delivered_wh, row.corrected_demand_wh, row.corrected_generation_wh) == (
        3_050,
        demand,
        0,
    )


@pytest.mark.parametrize(
    ("delivered", "forward", "reverse", "corrected"),
    [
        (-500, 300, 0, (0, 200)),
        (500, 0, 300, (200, 0)),
        (300, 0, 300, (0, 0)),
        (None, 0, 300, (None, None)),
        (300, None, 300, (None, None)),
        (300, 0, None, (None, None)),
    ],
)
def test_a_sign_flip_turns_demand_into_generation(
    delivered: int | None,
    forward: int | None,
    reverse: int | None,
    corrected: tuple[int | None, int | None],
) -> None:
    assert delivery.corrected_wh(delivered, forward, reverse) == corrected


def test_without_any_baseline_a_device_delivers_nothing() -> None:
    assert delivery.device_delivery_wh({0: 400, 1: 900}, {}) == 0


def test_a_baseline_in_one_direction_leaves_the_other_at_zero() -> None:
    assert delivery.device_delivery_wh({0: 400, 1: 900}, {0: 100}) == (900 - 400) - (0 - 100)


def test_a_missing_energy_leaves_the_whole_site_open() -> None:
    settled = [*EXAMPLE, (point("pv", "1"), [energy("pv", 1, None, Quality.MISSING)])]
    row = only(delivery.site_slots(settled, baselines=PLANS, smart_meter=meter(120, 0)))
    assert (row.delivered_wh, row.corrected_demand_wh, row.quality) == (None, None, Quality.MISSING)


def test_a_held_device_is_left_out() -> None:
    settled = [*EXAMPLE, (point("pv", "1"), [energy("pv", 1, None, Quality.HELD)])]
    row = only(delivery.site_slots(settled, baselines=PLANS, smart_meter=meter(120, 0)))
    assert (row.delivered_wh, row.quality) == (3_050, Quality.MEASURED)


def test_a_site_whose_devices_are_all_held_has_no_row() -> None:
    settled = [(point(BATTERY, "1"), [energy(BATTERY, 1, None, Quality.HELD)])]
    rows, findings = delivery.site_slots(settled, baselines=[], smart_meter=meter(120, 0))
    assert (rows, findings) == ([], [])


def test_pattern_2_makes_no_site() -> None:
    settled = [(point(CHARGER, "0", pattern=2), [energy(CHARGER, 0, 400)])]
    assert delivery.site_slots(settled, baselines=[], smart_meter=meter(120, 0)) == ([], [])


def test_a_baseline_of_a_direction_not_metered_does_not_count() -> None:
    settled = [(point(CHARGER, "0"), [energy(CHARGER, 0, 400)])]
    rows, findings = delivery.site_slots(settled, baselines=[plan(CHARGER, 1, 900)], smart_meter=[])
    assert [row.delivered_wh for row in rows] == [0]
    assert [(f.code, f.at, f.detail) for f in findings] == [
        ("NO_BASELINE", datetime(2026, 11, 2), "1")
    ]


def test_the_last_delivered_baseline_and_smart_meter_value_count() -> None:
    rows = delivery.site_slots(
        EXAMPLE,
        baselines=[plan(CHARGER, 0, 9), *PLANS],
        smart_meter=[*meter(7, 7), *meter(120, 0)],
    )
    assert only(rows).corrected_demand_wh == 3_170


def test_the_weakest_quality_of_the_energies_is_the_sites() -> None:
    settled = [
        (
            point(BATTERY),
            [energy(BATTERY, 0, 0, Quality.EXCHANGED), energy(BATTERY, 1, 5, Quality.ZERO)],
        ),
        (point(CHARGER), [energy(CHARGER, 0, 7, Quality.FILLED_INTERVAL)]),
    ]
    assert only(delivery.site_slots(settled, baselines=[], smart_meter=[])).quality is Quality.ZERO


def test_premises_are_apart() -> None:
    other = ServicePeriod(
        device_point_number="x",
        premises_number="Q",
        pattern=1,
        directions="0",
        rated_w=1,
        starts_at=at("00:00"),
    )
    rows, _ = delivery.site_slots(
        [*EXAMPLE, (other, [energy("x", 0, 1)])], baselines=PLANS, smart_meter=[]
    )
    assert [(row.premises_number, row.delivered_wh) for row in rows] == [("P", 3_050), ("Q", 0)]
