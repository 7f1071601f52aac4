"""Whole watt-hours and provided digits."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metering.domain import energy
from metering.domain.rules import Rules
from portal.errors import Invalid

RULES = Rules()


@pytest.mark.parametrize(
    ("text", "wh"),
    [
        ("12.345", 12_345),
        ("12", 12_000),
        ("12.", 12_000),
        ("0.1", 100),
        ("99999.999", 99_999_999),
        ("-0.001", -1),
        (" 1.500000 ", 1_500),
    ],
)
def test_kwh_become_whole_watt_hours(text: str, wh: int) -> None:
    assert energy.wh_from_kwh(text) == wh


@pytest.mark.parametrize("text", ["0.0001", "", ".5", "1e3", "1,000.0", "nan", "--1", "１.0"])
def test_anything_but_three_decimals_is_refused(text: str) -> None:
    with pytest.raises(Invalid, match="E-ENERGY-01"):
        energy.wh_from_kwh(text)


@given(st.integers(-(10**9), 10**9))
def test_kwh_text_reads_back_as_it_was(wh: int) -> None:
    assert energy.wh_from_kwh(energy.kwh_text(wh)) == wh


@pytest.mark.parametrize(
    ("wh", "text"), [(0, "0.000"), (5, "0.005"), (12_345, "12.345"), (-1_050, "-1.050")]
)
def test_kwh_are_written_with_three_decimals(wh: int, text: str) -> None:
    assert energy.kwh_text(wh) == text


def provided(registers: list[int]) -> list[int]:
    pairs = pairwise(registers)
    return [energy.provided_units(a, b, rules=RULES) for a, b in pairs]


def test_provided_digits_are_differences_of_the_running_register() -> None:
    """settlement.md example 2: cutting slot by slot would give 56."""
    registers = [
        *(12_345_678, 12_346_536, 12_347_394, 12_348_252),
        *(12_349_110, 12_349_967, 12_350_824, 12_351_681),
    ]
    assert provided(registers) == [9, 8, 9, 9, 8, 9, 8]
    assert sum(provided(registers)) == 60


def test_provided_digits_of_pattern_2_example_7() -> None:
    assert provided([12_345_678, 12_346_012, 12_346_350]) == [4, 3]


def test_provided_digits_roll_over_with_the_register() -> None:
    assert provided([99_999_950, 160]) == [2]


@given(st.lists(st.integers(0, 3_600), min_size=1, max_size=60), st.integers(0, 99_999_999))
def test_provided_digits_of_any_period_add_up(steps: list[int], start: int) -> None:
    registers = [start]
    for step in steps:
        registers.append((registers[-1] + step) % RULES.modulus_wh)
    whole = energy.provided_units(registers[0], registers[-1], rules=RULES)
    assert sum(provided(registers)) == whole
