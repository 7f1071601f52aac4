"""Parallel callers never get one number twice (house.md 8.12)."""

import pytest

from metering.domain.points import DeviceKind
from metering.models import DevicePoint
from metering.services import numbering, points
from portal.actor import system
from tests.factories import START, make_supply_contract, make_supply_point

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]


def test_numbers_issued_at_the_same_moment_are_all_different(at_once):
    """Also the very first ones, when the counter's row does not exist yet."""
    answers = at_once(60, lambda _: list(numbering.next_numbers("test", 5)))
    assert sorted(number for numbers in answers for number in numbers) == list(range(1, 301))


def test_device_points_registered_at_the_same_moment_have_different_numbers(at_once):
    places = [make_supply_point() for _ in range(40)]

    def register(number):
        return points.register_device_point(
            supply_point=places[number],
            kind=DeviceKind.BATTERY,
            rated_w=5_000,
            actor=system("test"),
            at=START,
        )

    answers = at_once(40, register)
    assert len({point.number for point in answers}) == 40
    assert len({point.control_number for point in answers}) == 40
    assert DevicePoint.objects.count() == 40


def test_one_device_point_begins_once_however_many_try(at_once):
    contract = make_supply_contract()
    point = points.register_device_point(
        supply_point=contract.supply_point,
        kind=DeviceKind.LOAD,
        rated_w=3_000,
        actor=system("test"),
        at=START,
    )

    def begin(_):
        return points.activate(
            device_point=point, pattern=2, starts_at=START, actor=system("test"), at=START
        )

    answers = at_once(30, begin)
    assert sum(not isinstance(answer, Exception) for answer in answers) == 1
    assert {answer.code for answer in answers if isinstance(answer, Exception)} == {"E-POINT-03"}
    assert point.service_periods.count() == point.positions.count() == 1
