"""The worked examples of settlement.md section 5, by the reference."""

import pytest

from tests.one_point import (
    Slot,
    at,
    c_row,
    codes_of,
    exchange,
    i_row,
    readings,
    service,
    settle,
    slots_of,
)

RUNNING = {
    "09:00": 12_345_678,
    "09:30": 12_346_536,
    "10:00": 12_347_394,
    "10:30": 12_348_252,
    "11:00": 12_349_110,
    "11:30": 12_349_967,
    "12:00": 12_350_824,
    "12:30": 12_351_681,
}


def test_example_1_rollover() -> None:
    registers = {"09:00": 99_998_950, "09:30": 99_999_812, "10:00": 644, "10:30": 1_520}
    results = settle(service("09:00", "10:30"), readings=readings(registers))
    assert slots_of(results) == [(862, 0), (832, 0), (876, 0)]


def test_example_2_even_split() -> None:
    ends = {"09:00": 12_345_678, "12:30": 12_351_681}
    results = settle(service("09:00", "12:30"), readings=readings(ends))
    assert slots_of(results) == [(858, 3)] * 4 + [(857, 3)] * 3


def test_example_2_provided_digits() -> None:
    results = settle(service("09:00", "12:30", pattern=2), readings=readings(RUNNING))
    assert [row.provided_100wh for row in results.energy] == [9, 8, 9, 9, 8, 9, 8]


ENDS_OF_3 = {"13:00": 45_000_120, "18:00": 45_006_127}


def test_example_3_c_rows() -> None:
    results = settle(
        service("13:00", "18:00"),
        readings=readings(ENDS_OF_3),
        gapfill=[c_row("14:00", 45_001_340), c_row("14:30", 45_002_000)],
    )
    evenly = [(590, 3)] * 4 + [(589, 3)] * 3
    assert slots_of(results) == [(610, 3), (610, 3), (660, 1), *evenly]


@pytest.mark.parametrize(
    ("rated_w", "second", "slots", "codes"),
    [
        (6_000, 660, [(610, 2), (660, 2), (593, 3)] + [(592, 3)] * 7, []),
        (
            60_000,
            6_000,
            [(601, 3)] * 7 + [(600, 3)] * 3,
            [("FILL_CONTRADICTS", "13:30"), ("FILL_CONTRADICTS", "14:00")],
        ),
        (
            6_000,
            6_000,
            [(610, 2)] + [(600, 3)] * 6 + [(599, 3)] * 3,
            [("FILL_IMPLAUSIBLE", "14:00")],
        ),
    ],
)
def test_example_3_i_rows(
    rated_w: int, second: int, slots: list[Slot], codes: list[tuple[str, str]]
) -> None:
    results = settle(
        service("13:00", "18:00", rated_w=rated_w),
        readings=readings(ENDS_OF_3),
        gapfill=[i_row("13:30", 610), i_row("14:00", second)],
    )
    assert slots_of(results) == slots
    assert codes_of(results)[1:] == codes  # the first: no baseline


def test_example_4_exchange_within_a_slot() -> None:
    results = settle(
        service("10:00", "10:30"),
        readings=readings({"10:00": 8_765_432, "10:30": 388}),
        exchanges=[exchange("10:12", 8_765_910, 12)],
    )
    assert slots_of(results) == [(854, 5)]


@pytest.mark.parametrize(("rated_w", "each"), [(499_000, (0, 4)), (6_000, (24, 3))])
def test_example_6_long_gap(rated_w: int, each: Slot) -> None:
    start, end = at("2026-11-02T00:00"), at("2026-11-12T10:00")
    registers = {start.isoformat(): 1_000, end.isoformat(): 13_000}  # 500 slots, 24 Wh each
    period = service(start.isoformat(), end.isoformat(), rated_w=rated_w)
    assert slots_of(settle(period, readings=readings(registers))) == [each] * 500


def test_example_7_pattern_2() -> None:
    registers = {"09:00": 12_345_678, "09:30": 12_346_012, "10:00": 12_346_350, "11:00": 12_347_000}
    results = settle(service("09:00", "11:00", pattern=2), readings=readings(registers))
    assert slots_of(results) == [(334, 0), (338, 0), (None, 9), (None, 9)]
    assert [row.provided_100wh for row in results.energy] == [4, 3, None, None]
