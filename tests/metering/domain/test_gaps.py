"""Slots on the clock and runs of missing slots."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metering.domain import gaps
from metering.domain.gaps import Run
from metering.domain.rules import Rules
from tests.one_point import at

RULES = Rules()
QUARTERS = Rules(slot_minutes=15)


@pytest.mark.parametrize(
    ("start", "day", "slot"),
    [
        ("00:00", date(2026, 11, 2), 1),
        ("23:30", date(2026, 11, 2), 48),
        ("2026-11-03T00:00", date(2026, 11, 3), 1),
    ],
)
def test_slot_1_begins_at_midnight(start: str, day: date, slot: int) -> None:
    assert gaps.day_and_slot(at(start), RULES) == (day, slot)
    assert gaps.slot_start(day, slot, RULES) == at(start)


def test_quarter_hours_number_to_96() -> None:
    assert gaps.day_and_slot(at("23:45"), QUARTERS) == (date(2026, 11, 2), 96)
    assert gaps.slots_between(at("09:00"), at("10:00"), QUARTERS) == 4


@pytest.mark.parametrize(
    ("when", "half", "quarter"),
    [("09:30", True, True), ("09:15", False, True), ("09:10", False, False)],
)
def test_instants_are_slot_boundaries(when: str, half: bool, quarter: bool) -> None:
    assert gaps.is_instant(at(when), RULES) is half
    assert gaps.is_instant(at(when), QUARTERS) is quarter


def test_a_time_with_seconds_is_no_instant() -> None:
    assert not gaps.is_instant(at("09:30:01"), RULES)


def test_missing_slots_in_a_row_are_one_run() -> None:
    starts = [at(when) for when in ("10:00", "09:00", "09:30", "12:00")]
    assert gaps.runs(starts, RULES) == [
        Run(at("09:00"), at("10:30")),
        Run(at("12:00"), at("12:30")),
    ]


def test_a_run_goes_on_over_midnight() -> None:
    starts = [at("23:30"), at("2026-11-03T00:00")]
    assert gaps.runs(starts, RULES) == [Run(at("23:30"), at("2026-11-03T00:30"))]


def test_nothing_missing_is_no_run() -> None:
    assert gaps.runs([], RULES) == []


@given(st.sets(st.integers(0, 200)))
def test_runs_hold_exactly_the_slots_given(numbers: set[int]) -> None:
    starts = {at("00:00") + timedelta(minutes=30) * number for number in numbers}
    found = gaps.runs(starts, RULES)
    assert {start for run in found for start in run.slots(RULES)} == starts
    assert all(a.ends_at < b.starts_at for a, b in pairwise(found))
