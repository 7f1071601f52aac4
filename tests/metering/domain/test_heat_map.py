"""The month of half hours as a picture: cells, sums, steps, findings."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metering.domain import heat_map
from metering.domain.heat_map import Finding, Span, Value
from metering.domain.quality import Quality

DAY = date(2026, 11, 16)
ALWAYS = [Span(datetime(2026, 1, 1))]


def values(*amounts: int | None, first: int = 1) -> dict[tuple[date, int], Value]:
    return {
        (DAY, slot): Value(amount, Quality.MISSING if amount is None else Quality.MEASURED)
        for slot, amount in enumerate(amounts, first)
    }


def test_a_month_has_all_its_days():
    assert len(heat_map.days_of_month(date(2026, 2, 14))) == 28
    assert heat_map.days_of_month(date(2026, 12, 31))[-1] == date(2026, 12, 31)


def test_a_slot_belongs_to_a_span_by_its_beginning():
    span = Span(datetime(2026, 11, 16, 12), datetime(2026, 11, 16, 13))
    assert [slot for slot in range(1, 49) if span.holds(DAY, slot)] == [25, 26]


def test_slots_outside_are_neither_shown_nor_missed():
    row = heat_map.row(DAY, values(*[5] * 48), [Span(datetime(2026, 11, 16, 12))], 10)
    assert (row.total, row.absent) == (24 * 5, 0)
    assert [cell.is_inside for cell in row.cells] == [False] * 24 + [True] * 24
    assert row.cells[0].value is None


def test_missing_and_not_yet_settled_slots_are_absent_and_not_zero():
    row = heat_map.row(DAY, values(0, None, 7), ALWAYS, 10)
    assert (row.total, row.absent, row.is_complete) == (7, 46, False)


def test_a_day_without_values_has_no_total():
    assert heat_map.row(DAY, {}, ALWAYS, 10).total is None


@pytest.mark.parametrize(
    ("amount", "step"), [(0, 0), (1, 1), (699, 6), (700, 7), (9_999, 7), (350, 4)]
)
def test_seven_steps_lie_above_zero(amount: int, step: int):
    assert heat_map.step(amount, 700) == step


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(1, 10**6))
def test_more_energy_is_never_shown_lighter(one: int, other: int, top: int):
    assert (heat_map.step(one, top) <= heat_map.step(other, top)) == (
        one <= other
    ) or heat_map.step(one, top) == heat_map.step(other, top)


@given(st.integers(0, 10**6), st.integers(1, 10**6))
def test_the_scale_ends_at_the_rating_or_a_half_of_it_that_still_holds_the_largest(
    largest: int, rated: int
):
    top = heat_map.scale_top(largest, rated)
    assert top <= rated
    assert largest <= top or top == rated
    assert largest == 0 or largest * 4 >= top or top <= 2 * heat_map.STEPS


def test_days_of_one_stage_stand_together_and_days_without_results_are_left_out():
    days = [date(2026, 11, n) for n in (1, 2, 3, 4)]
    rows = {day: heat_map.row(day, {}, ALWAYS, 1) for day in days}
    stages = {days[0]: "final", days[1]: "final", days[3]: "provisional"}
    found = heat_map.groups(days, stages, rows)
    assert [(group.stage, group.first_day, group.last_day) for group in found] == [
        ("final", days[0], days[1]),
        ("provisional", days[3], days[3]),
    ]


def test_provisional_days_are_parted_where_the_reading_date_closes_a_period():
    days = [date(2026, 11, n) for n in (16, 17, 18, 19)]
    rows = {day: heat_map.row(day, {}, ALWAYS, 1) for day in days}
    readings = [date(2026, 11, 17), date(2026, 12, 16)]
    provisional = heat_map.groups(days, dict.fromkeys(days, "provisional"), rows, readings)
    assert [(group.final_after, group.last_day) for group in provisional] == [
        (date(2026, 11, 17), days[0]),
        (date(2026, 12, 16), days[3]),
    ]
    (final,) = heat_map.groups(days, dict.fromkeys(days, "final"), rows, readings)
    assert final.final_after is None


def test_the_finding_counts_settled_slots_only():
    row = heat_map.row(DAY, values(10, None, 0), ALWAYS, 10)
    assert heat_map.finding([row]) == Finding(
        days=1, slots=3, missing=1, held=0, filled=0, busy=(1, 1, 100)
    )


def test_busy_hours_are_the_shortest_that_hold_most_of_the_energy():
    sums = [0] * 48
    sums[2:12] = [10] * 10
    sums[40] = 20
    assert heat_map.busiest(sums) == (3, 11, 75)


def test_even_use_has_no_busy_hours():
    assert heat_map.busiest([5] * 48) is None
    assert heat_map.busiest([0] * 48) is None


@given(st.lists(st.integers(0, 10_000), min_size=48, max_size=48))
def test_what_is_called_busy_holds_what_is_said_of_it(sums: list[int]):
    found = heat_map.busiest(sums)
    if found:
        first, last, percent = found
        part = sum(sums[first - 1 : last])
        assert percent == part * 100 // sum(sums) >= heat_map.BUSY_PERCENT
        assert last - first + 1 <= heat_map.BUSY_SLOTS
