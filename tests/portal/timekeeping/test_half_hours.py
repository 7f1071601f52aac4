from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.timekeeping import half_hours
from portal.timekeeping.half_hours import JST, HalfHour

DAY = date(2026, 11, 1)


def test_slot_1_starts_at_midnight_in_japan():
    assert HalfHour(DAY, 1).starts_at == datetime(2026, 10, 31, 15, 0, tzinfo=UTC)


def test_slot_48_ends_with_the_day():
    assert HalfHour(DAY, 48).ends_at == half_hours.starts_at(date(2026, 11, 2))


@pytest.mark.parametrize("slot", [0, 49, -1])
def test_a_day_has_no_other_slots(slot):
    with pytest.raises(ValueError, match="slots 1 to 48"):
        HalfHour(DAY, slot)


def test_a_boundary_belongs_to_the_slot_that_it_starts():
    assert half_hours.slot_of(datetime(2026, 11, 1, 9, 30, tzinfo=JST)) == HalfHour(DAY, 20)
    assert half_hours.slot_of(datetime(2026, 11, 1, 9, 29, 59, 999999, tzinfo=JST)) == HalfHour(
        DAY, 19
    )


@pytest.mark.parametrize(
    ("at", "last_ended"),
    [
        (datetime(2026, 11, 1, 9, 30, tzinfo=JST), HalfHour(DAY, 19)),
        (datetime(2026, 11, 1, 9, 59, tzinfo=JST), HalfHour(DAY, 19)),
        (datetime(2026, 11, 1, 0, 10, tzinfo=JST), HalfHour(date(2026, 10, 31), 48)),
    ],
)
def test_the_slot_before_is_the_last_one_that_has_ended(at, last_ended):
    assert half_hours.slot_before(at) == last_ended


def test_the_day_is_cut_in_japan():
    assert half_hours.day_of(datetime(2026, 10, 31, 15, 0, tzinfo=UTC)) == DAY
    assert half_hours.day_of(datetime(2026, 10, 31, 14, 59, tzinfo=UTC)) == date(2026, 10, 31)


def test_an_instant_without_time_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        half_hours.slot_of(datetime(2026, 11, 1, 9, 30))


def test_slots_run_over_midnight():
    around = list(half_hours.half_hours(HalfHour(DAY, 47), HalfHour(date(2026, 11, 2), 2)))
    assert [(slot.day.day, slot.slot) for slot in around] == [(1, 47), (1, 48), (2, 1), (2, 2)]


def test_a_range_that_ends_before_it_starts_is_empty():
    assert list(half_hours.half_hours(HalfHour(DAY, 2), HalfHour(DAY, 1))) == []
    assert half_hours.days_between(DAY, date(2026, 10, 30)) == []


def test_days_include_both_ends():
    assert half_hours.days_between(date(2026, 2, 27), date(2026, 3, 1)) == [
        date(2026, 2, 27),
        date(2026, 2, 28),
        date(2026, 3, 1),
    ]


def test_naive_jst_goes_there_and_back():
    instant = datetime(2026, 11, 1, 0, 30, tzinfo=UTC)
    assert half_hours.naive_jst(instant) == datetime(2026, 11, 1, 9, 30)
    assert half_hours.from_naive_jst(half_hours.naive_jst(instant)) == instant
    assert half_hours.from_naive_jst(instant) == instant


def test_only_half_hours_are_boundaries():
    assert half_hours.is_boundary(datetime(2026, 11, 1, 9, 30, tzinfo=JST))
    assert not half_hours.is_boundary(datetime(2026, 11, 1, 9, 30, 1, tzinfo=JST))


@given(st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)))
def test_every_instant_lies_in_exactly_its_slot(instant):
    slot = half_hours.slot_of(instant)
    assert slot.starts_at <= instant < slot.ends_at
    assert slot.next().starts_at == slot.ends_at


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)))
def test_the_slots_of_a_day_follow_each_other(day):
    slots = half_hours.half_hours_of(day)
    assert slots == list(half_hours.half_hours(HalfHour(day, 1), HalfHour(day, 48)))
    assert slots[0].starts_at == half_hours.starts_at(day)
