"""How days, slots, numbers and identifiers are shown (experience.md 3)."""

from datetime import UTC, date, datetime, timedelta

import pytest

from portal.pages import icons
from portal.pages import presentation as show

DAY = date(2026, 11, 20)


def test_days_are_shown_in_both_languages():
    assert show.long_date(DAY) == "2026年11月20日（金）"
    assert show.long_date(DAY, "en") == "Fri 20 Nov 2026"
    assert show.short_day(DAY) == "11/20（金）"
    assert show.short_day(DAY, "en-gb") == "11/20 (Fri)"
    assert show.table_date(date(2026, 1, 2)) == "2026/01/02"
    assert (show.month(DAY), show.month(DAY, "en")) == ("2026年11月", "Nov 2026")


def test_instants_are_shown_in_japanese_time():
    assert show.instant(datetime(2026, 11, 19, 15, 30, tzinfo=UTC)) == "2026/11/20 00:30"


@pytest.mark.parametrize(
    ("first", "last", "shown"),
    [
        (DAY, DAY, "2026/11/20"),
        (date(2026, 10, 21), date(2026, 11, 19), "2026/10/21–11/19"),
        (date(2026, 12, 30), date(2027, 1, 2), "2026/12/30–2027/01/02"),
    ],
)
def test_a_span_says_the_year_again_only_when_it_changes(first: date, last: date, shown: str):
    assert show.span_of_days(first, last) == shown


def test_slots_are_named_from_00_00_to_24_00():
    assert show.slot_name(1) == "コマ1 00:00–00:30"
    assert show.slot_name(48, "en") == "Slot 48 23:30–24:00"
    assert show.slot_span(33, 40) == "16:00–20:00"
    assert show.slot_time(96, slots=96) == "23:45"


@pytest.mark.parametrize(
    ("energy_wh", "shown"),
    [
        (0, "0.000"),
        (1, "0.001"),
        (1_234_567, "1,234.567"),
        (-378, "−0.378"),
        (-1_000_001, "−1,000.001"),
    ],
)
def test_energy_is_shown_to_the_wh_with_a_real_minus(energy_wh: int, shown: str):
    assert show.kwh(energy_wh) == shown


def test_numbers_have_separators_and_signs():
    assert show.count(35_656_704) == "35,656,704"
    assert show.count(-1) == "−1"
    assert show.tenths(123) == "12.3"
    assert [show.kilowatts(watts) for watts in (4_500, 6_000, 950, 49_950)] == [
        "4.5",
        "6",
        "0.95",
        "49.95",
    ]


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [
        (0, 10, "0"),
        (10, 10, "100"),
        (1, 1_000_000, "0.1"),
        (999_999, 1_000_000, "99.9"),
        (16, 1_440, "1.1"),
        (1, 0, ""),
    ],
)
def test_percent_is_never_whole_before_all_is_there_and_never_zero_while_something_is(
    part: int, whole: int, shown: str
):
    assert show.percent(part, whole) == shown


@pytest.mark.parametrize(
    ("octets", "shown"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1_000, "1.0 KB"),
        (999_999, "999.9 KB"),
        (41_230_000, "41.2 MB"),
        (5 * 10**15, "5,000.0 TB"),
    ],
)
def test_sizes_have_the_unit_that_reads_best(octets: int, shown: str):
    assert show.size(octets) == shown


@pytest.mark.parametrize(
    ("span", "ja", "en"),
    [
        (timedelta(milliseconds=840), "0.8秒", "0.8 s"),
        (timedelta(minutes=6, seconds=42), "6分42秒", "6 min 42 s"),
        (timedelta(hours=2, minutes=5, seconds=59), "2時間5分", "2 h 5 min"),
    ],
)
def test_durations_have_two_units_at_most(span: timedelta, ja: str, en: str):
    assert (show.duration(span), show.duration(span, "en")) == (ja, en)


def test_point_numbers_stand_in_groups_and_digests_are_cut():
    assert show.number_22("0390000000000001284734") == "03-9000-0000-0000-0128-4734"
    assert show.number_22("P00000001") == "P00000001"
    assert show.digest("4e1f" + "0" * 56 + "a90c") == "4e1f0000…a90c"
    assert show.digest("short") == "short"


def test_every_icon_is_drawn_and_hidden_from_screen_readers():
    for name in icons.PATHS:
        assert icons.svg(name).startswith('<svg class="icon"')
        assert 'aria-hidden="true"' in icons.svg(name)
