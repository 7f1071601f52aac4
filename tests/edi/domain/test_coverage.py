"""Sets of slots agree with counting slot by slot."""

from datetime import date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from edi.domain import coverage
from portal.timekeeping.half_hours import JST

FIRST = date(2026, 10, 1)
MIDNIGHT = datetime(2026, 10, 1, tzinfo=JST)
instants = st.integers(-40 * 60, 40 * 24 * 60).map(lambda n: MIDNIGHT + timedelta(minutes=n))


@given(start=instants, end=st.none() | instants, days=st.integers(1, 33))
def test_a_span_covers_exactly_the_slots_that_lie_wholly_inside(start, end, days):
    expected = [
        n + 1
        for n in range(days * 48)
        if start <= MIDNIGHT + n * timedelta(minutes=30)
        and (end is None or MIDNIGHT + (n + 1) * timedelta(minutes=30) <= end)
    ]
    found = coverage.between(start, end, first_day=FIRST, days=days)
    assert coverage.slots(found) == expected


@given(start=st.integers(-5, 40), length=st.none() | st.integers(0, 40), days=st.integers(1, 33))
def test_whole_days_cover_all_their_slots(start, length, days):
    first = FIRST + timedelta(days=start)
    end = None if length is None else first + timedelta(days=length)
    found = coverage.of_days(first, end, first_day=FIRST, days=days)
    for n in range(days):
        day = FIRST + timedelta(days=n)
        inside = first <= day and (end is None or day < end)
        assert coverage.day_slots(found, n) == (coverage.full() if inside else 0)
    assert coverage.covered_days(found, first_day=FIRST) == [
        FIRST + timedelta(days=n) for n in range(days) if coverage.day_slots(found, n)
    ]


def test_one_slot_and_a_union():
    assert coverage.slots(coverage.union([coverage.one(1), coverage.one(48)])) == [1, 48]
    assert coverage.union([]) == 0
    assert coverage.slots(coverage.full(2)) == list(range(1, 97))
