"""The plan of the sample area: who is there, and whether everything about them is allowed."""

from collections import Counter
from datetime import date, timedelta

import pytest

from metering.demo.world.area import plan
from metering.domain import identifiers
from metering.domain.points import MAX_DEVICE_POINTS, DeviceKind, ServicePattern
from portal.organizations.roles import Party
from tests.metering.demo.worlds import LAST_DAY, small_area

AREA = plan(points=400, days=35, seed=1, until=LAST_DAY)


def test_there_are_exactly_as_many_device_points_as_asked_for():
    assert [len(small_area(points=points).devices) for points in (1, 8, 61)] == [1, 8, 61]


def test_the_same_arguments_plan_the_same_area():
    assert plan(points=50, days=9, seed=3, until=LAST_DAY) == plan(
        points=50, days=9, seed=3, until=LAST_DAY
    )
    assert small_area(seed=1) != small_area(seed=2)


def test_no_premises_has_more_than_four_device_points_and_positions_count_from_one():
    for home in AREA.homes:
        assert [device.position for device in home.devices] == list(range(1, len(home.devices) + 1))
        assert len(home.devices) <= MAX_DEVICE_POINTS


def test_every_identifier_is_valid():
    for home in AREA.homes:
        identifiers.check_supply_point_number(home.supply_point_number, area="03")
        for device in home.devices:
            assert identifiers.check_device_point_number(device.number) == device.number
            assert identifiers.check_exempt_meter_id(device.meter_id) == device.meter_id
            assert identifiers.check_terminal_id(device.terminal_id) == device.terminal_id
    for company in (AREA.operator, *AREA.companies):
        assert identifiers.check_retailer_code(company.code) == company.code


def test_no_identifier_is_given_twice():
    devices = AREA.devices
    for name in ("number", "control_number", "meter_id", "terminal_id"):
        assert len({getattr(device, name) for device in devices}) == len(devices)
    for name in ("premises_number", "supply_point_number"):
        assert len({getattr(home, name) for home in AREA.homes}) == len(AREA.homes)
    customers = [home.customer.number for home in AREA.homes]
    assert AREA.move
    assert len({*customers, AREA.move.customer.number}) == len(customers) + 1


def test_pattern_2_is_for_demand_and_measured_forward_only():
    provided = [device for device in AREA.devices if device.pattern is ServicePattern.PROVISION]

    assert {device.directions for device in provided} == {"0"}
    assert not {device.kind for device in provided} & {DeviceKind.PV, DeviceKind.BATTERY}
    assert len(provided) > 100


def test_pattern_1_of_a_premises_belongs_to_one_balancing_contract():
    for home in AREA.homes:
        balancing = any(device.is_balancing for device in home.devices)
        assert bool(home.balancing_contract) == balancing
        assert bool(home.aggregator) == balancing


def test_what_feeds_in_has_a_generation_contract():
    for home in AREA.homes:
        feeds_in = any("1" in device.directions for device in home.devices)
        assert bool(home.receiving_place_number) == feeds_in
        assert bool(home.generation_party) == feeds_in


def test_every_kind_of_device_occurs_and_stays_below_high_voltage():
    assert {device.kind for device in AREA.devices} == set(DeviceKind)
    assert all(0 < device.rated_w < 50_000 for device in AREA.devices)


def test_the_companies_have_the_parts_the_scheme_needs():
    parties = Counter(party for company in AREA.companies for party in company.parties)

    assert AREA.operator.parties == (Party.GRID_OPERATOR,)
    assert parties[Party.RETAILER] == 3
    assert parties[Party.AGGREGATOR] == 2
    assert all(company.code.endswith("3") for company in AREA.companies)


def test_names_hold_the_characters_that_break_systems():
    names = "".join(
        [company.name for company in AREA.companies] + [home.customer.name for home in AREA.homes]
    )

    assert set("㈱髙﨑𠮷") <= set(names)


@pytest.mark.parametrize("until", [date(2026, 11, 19), date(2026, 3, 1), date(2027, 2, 28)])
def test_three_groups_have_a_settlement_period_that_is_closed(until):
    area = plan(points=10, days=35, seed=1, until=until)

    for schedule in area.schedules[:3]:
        inside = [
            day for day in schedule.days if area.first_day <= day <= area.until + timedelta(days=1)
        ]
        assert len(inside) >= 2, schedule


def test_a_customer_moves_a_retailer_is_switched_and_a_point_is_held_at_three_premises():
    assert AREA.move
    assert AREA.switch
    (hold,) = AREA.holds
    homes = {home.premises_number: home for home in AREA.homes}
    held = next(
        home.premises_number
        for home in AREA.homes
        for device in home.devices
        if device.number == hold.device_point_number
    )

    assert len({AREA.move.premises_number, AREA.switch.premises_number, held}) == 3
    assert AREA.first_day < AREA.move.day <= AREA.until
    assert AREA.switch.retailer != homes[AREA.switch.premises_number].retailer
    assert hold.starts_at.minute in (0, 30)
    assert hold.ends_at > hold.starts_at
