from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.timekeeping import periods
from portal.timekeeping.half_hours import JST
from portal.timekeeping.periods import Period

START = datetime(2026, 11, 1, tzinfo=JST)


def hours(first, last=None):
    return Period(
        START + timedelta(hours=first), None if last is None else START + timedelta(hours=last)
    )


PERIODS = st.tuples(st.integers(0, 20), st.one_of(st.none(), st.integers(1, 20))).map(
    lambda pair: hours(pair[0], None if pair[1] is None else pair[0] + pair[1])
)
INSTANTS = st.integers(0, 45).map(lambda hour: START + timedelta(hours=hour))


def test_the_end_itself_lies_outside():
    period = hours(1, 2)
    assert period.contains(START + timedelta(hours=1))
    assert not period.contains(START + timedelta(hours=2))


def test_an_open_end_contains_everything_later():
    assert hours(1).contains(START + timedelta(days=10_000))


def test_touching_is_not_overlapping():
    assert not hours(0, 1).overlaps(hours(1, 2))
    assert periods.first_overlap([hours(1, 2), hours(0, 1), hours(2)]) is None


def test_the_first_overlap_is_named():
    assert periods.first_overlap([hours(5, 9), hours(0, 2), hours(1, 3)]) == (
        hours(0, 2),
        hours(1, 3),
    )


@pytest.mark.parametrize("last", [0, -1])
def test_an_empty_period_is_refused(last):
    with pytest.raises(ValueError, match="ends after it starts"):
        hours(0, last)


def test_a_period_without_time_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        Period(datetime(2026, 11, 1))


def test_days_become_a_span_of_whole_days():
    span = periods.of_days(date(2026, 11, 1), date(2026, 11, 2))
    assert span == Period(START, START + timedelta(days=2))


@given(PERIODS, PERIODS, INSTANTS)
def test_the_intersection_holds_what_both_hold(one, other, instant):
    common = one.intersection(other)
    assert (common is not None and common.contains(instant)) == (
        one.contains(instant) and other.contains(instant)
    )
    assert common == other.intersection(one)


@given(PERIODS, PERIODS)
def test_covering_is_having_all_of_the_other(one, other):
    common = one.intersection(other)
    assert one.covers(other) == (common == other)
    assert one.overlaps(other) == (common is not None)


@given(st.lists(PERIODS, max_size=5))
def test_an_overlap_is_found_whenever_there_is_one(spans):
    pairs = [(a, b) for i, a in enumerate(spans) for b in spans[i + 1 :]]
    assert (periods.first_overlap(spans) is not None) == any(a.overlaps(b) for a, b in pairs)
