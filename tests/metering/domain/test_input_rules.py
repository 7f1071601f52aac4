"""Refused inputs (settlement.md section 3)."""

from typing import Any

import pytest

from metering.domain.rules import Rules
from portal.errors import Invalid
from tests.one_point import exchange, hold, i_row, reading, service, settle


@pytest.mark.parametrize("rated_w", [0, -1])
def test_rated_power_is_above_zero(rated_w: int) -> None:
    with pytest.raises(Invalid, match="E-SETTLE-01"):
        settle(service("09:00", "10:00", rated_w=rated_w))


def test_pattern_2_needs_the_forward_direction() -> None:
    with pytest.raises(Invalid, match="E-SETTLE-02"):
        settle(service("09:00", "10:00", pattern=2, directions="1"))


@pytest.mark.parametrize("end", ["10:30", None])
def test_overlapping_service_periods_are_refused(end: str | None) -> None:
    with pytest.raises(Invalid, match="E-SETTLE-03"):
        settle(service("10:00", "11:00"), service("09:00", end))


def test_touching_service_periods_are_fine() -> None:
    results = settle(service("10:00", "11:00"), service("09:00", "10:00"))
    assert len(results.energy) == 4


@pytest.mark.parametrize("wh", [-1, 100_000_000])
def test_an_exchange_register_has_eight_digits(wh: int) -> None:
    with pytest.raises(Invalid, match="E-SETTLE-04"):
        settle(service("09:00", "10:00"), exchanges=[exchange("09:10", wh, 0)])


@pytest.mark.parametrize(
    "rows",
    [
        {"readings": [reading("09:10", 1)]},
        {"gapfill": [i_row("09:10", 1)]},
        {"holds": [hold("09:10", None)]},
        {"holds": [hold("09:00", "09:10")]},
    ],
)
def test_instants_lie_on_slot_boundaries(rows: dict[str, Any]) -> None:
    with pytest.raises(Invalid, match="E-SETTLE-05"):
        settle(service("09:00", "10:00"), **rows)


def test_service_begins_and_ends_on_slot_boundaries() -> None:
    for period in (service("09:10", None), service("09:00", "09:40")):
        with pytest.raises(Invalid, match="E-SETTLE-05"):
            settle(period)


def test_quarter_hours_are_boundaries_where_slots_have_15_minutes() -> None:
    rules = Rules(slot_minutes=15)
    assert len(settle(service("09:15", "09:45"), rules=rules).energy) == 2


def test_spans_end_after_they_start() -> None:
    with pytest.raises(Invalid, match="E-SETTLE-06"):
        settle(service("10:00", "09:00"))
    with pytest.raises(Invalid, match="E-SETTLE-06"):
        settle(service("09:00", "11:00"), holds=[hold("10:00", "10:00")])
