"""Devices behave as people know them: sun by day, hot water by night, nothing above the rated power."""

from datetime import date
from random import Random

import pytest

from metering.demo.world.area import plan
from metering.demo.world.behaviour import FORWARD, REVERSE, Conditions, device_day, house_day
from metering.demo.world.weather import weather
from metering.domain.points import DeviceKind
from tests.metering.demo.worlds import LAST_DAY

AREA = plan(points=400, days=35, seed=1, until=LAST_DAY)
WEDNESDAY, SUNDAY = date(2026, 11, 18), date(2026, 11, 15)
EVENING = frozenset(range(35, 41))


def conditions(day=WEDNESDAY, called=frozenset()):
    return Conditions(weather(1, day), called)


def devices(kind, *, balancing=None):
    return [
        device
        for device in AREA.devices
        if device.kind is kind and balancing in (None, device.is_balancing)
    ]


@pytest.mark.parametrize("kind", list(DeviceKind))
def test_no_device_draws_or_feeds_in_more_than_its_rated_power(kind):
    for device in devices(kind):
        flows = device_day(device, conditions(called=EVENING), Random(device.number))
        for profile in [*flows.actual.values(), *flows.planned.values()]:
            assert len(profile) == 48
            assert all(isinstance(wh, int) and 0 <= wh <= device.rated_w // 2 for wh in profile)


def test_the_sun_shines_by_day_only():
    device = devices(DeviceKind.PV)[0]
    fed_in = device_day(device, conditions(), Random(1)).actual[REVERSE]

    assert sum(fed_in[:12]) == 0
    assert sum(fed_in[36:]) == 0
    assert max(fed_in[18:28]) > device.rated_w // 20


def test_hot_water_is_made_in_the_small_hours():
    device = devices(DeviceKind.HEAT_PUMP)[0]
    drawn = device_day(device, conditions(), Random(1)).actual[FORWARD]

    assert sum(drawn[:14]) > 0.6 * sum(drawn)


def test_a_battery_gives_back_less_than_it_took():
    for device in devices(DeviceKind.BATTERY):
        flows = device_day(device, conditions(), Random(device.number)).actual
        assert 0 < sum(flows[REVERSE]) < sum(flows[FORWARD])


def test_a_call_lowers_what_is_drawn_and_raises_what_is_fed_in():
    for device in devices(DeviceKind.BATTERY):
        called = device_day(device, conditions(called=EVENING), Random(5))
        delivered = sum(
            called.actual[REVERSE][slot]
            - called.actual[FORWARD][slot]
            - called.planned[REVERSE][slot]
            + called.planned[FORWARD][slot]
            for slot in EVENING
        )
        assert delivered > 0


def test_a_call_moves_consumption_to_later_hours():
    device = devices(DeviceKind.LOAD, balancing=True)[0]
    usual = device_day(device, conditions(), Random(5)).actual[FORWARD]
    called = device_day(device, conditions(called=EVENING), Random(5)).actual[FORWARD]

    assert sum(called[35:41]) < sum(usual[35:41]) / 5
    assert sum(called[41:]) > sum(usual[41:])


def test_shops_use_less_on_sundays():
    home = next(home for home in AREA.homes if home.building == "farm")

    workday = sum(house_day(home, conditions(WEDNESDAY), Random(1)))
    assert sum(house_day(home, conditions(SUNDAY), Random(1))) < workday / 1.5


def test_winter_is_colder_and_darker_than_summer():
    winter, summer = weather(1, date(2027, 1, 20)), weather(1, date(2026, 7, 20))

    assert winter.mean_temperature < 12 < 20 < summer.mean_temperature
    assert sum(light > 0 for light in winter.sunshine) < sum(light > 0 for light in summer.sunshine)
