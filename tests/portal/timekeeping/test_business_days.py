"""The worked examples of domain.md D6; holidays come from jpholiday, apart from the package that seeds the calendar."""

from datetime import date, timedelta

import jpholiday
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.errors import Refused
from portal.timekeeping import business_days

YEARS = (2025, 2026, 2027, 2028)
YEAR_END = {(12, 29), (12, 30), (12, 31), (1, 1), (1, 2), (1, 3)}
ALL_DAYS = [date(YEARS[0], 1, 1) + timedelta(days=n) for n in range(366 * len(YEARS)) if n < 1461]
CLOSED = frozenset(
    day for day in ALL_DAYS if jpholiday.is_holiday(day) or (day.month, day.day) in YEAR_END
)


@pytest.mark.parametrize(
    ("meter_reading_date", "count", "expected"),
    [
        (date(2026, 9, 18), 2, date(2026, 9, 24)),
        (date(2026, 9, 18), 4, date(2026, 9, 28)),
        (date(2026, 12, 28), 4, date(2027, 1, 6)),
        (date(2026, 4, 28), 4, date(2026, 5, 7)),
    ],
)
def test_business_days_counted_from_the_meter_reading_date(meter_reading_date, count, expected):
    assert business_days.nth_counting(meter_reading_date, count, CLOSED) == expected


def test_a_meter_reading_date_on_a_holiday_begins_to_count_with_the_next_business_day():
    saturday = date(2026, 9, 19)  # then a Sunday and three holidays
    assert business_days.nth_counting(saturday, 1, CLOSED) == date(2026, 9, 24)


def test_lead_time_with_and_without_meter_work():
    applied = date(2026, 9, 17)
    assert business_days.after(applied, 8, CLOSED) + timedelta(days=2) == date(2026, 10, 4)
    assert business_days.after(applied, 1, CLOSED) + timedelta(days=2) == date(2026, 9, 20)


def test_the_bridge_day_between_two_holidays_is_closed():
    assert not business_days.is_business_day(date(2026, 9, 22), CLOSED)


def test_a_year_that_was_never_entered_is_refused_and_says_what_to_run():
    with pytest.raises(Refused, match="seed_calendar --from 2029") as refusal:
        business_days.nth_counting(date(2028, 12, 28), 4, CLOSED)
    assert refusal.value.code == "E-CALENDAR-01"


def test_zero_business_days_after_a_day_means_nothing():
    with pytest.raises(ValueError, match="at least one"):
        business_days.after(date(2026, 9, 17), 0, CLOSED)


@given(st.dates(date(2025, 1, 1), date(2028, 6, 1)), st.integers(1, 30))
def test_exactly_n_business_days_lie_between(day, count):
    last = business_days.after(day, count, CLOSED)
    passed = [day + timedelta(days=n) for n in range(1, (last - day).days + 1)]
    assert sum(business_days.is_business_day(each, CLOSED) for each in passed) == count
    assert business_days.is_business_day(last, CLOSED)
