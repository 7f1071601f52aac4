"""Cumulative registers: reading, wrapping, plausibility, exchanges."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metering.domain import registers
from metering.domain.findings import Code
from metering.domain.registers import ExchangeBridge
from metering.domain.rules import Rules
from tests.one_point import at, exchange, reading

RULES = Rules()


@pytest.mark.parametrize(
    ("raw", "unit", "wh"),
    [
        (12_345, 0x00, 12_345_000),
        (12_345, 0x01, 1_234_500),
        (12_345, 0x02, 123_450),
        (12_345, 0x03, 12_345),
        (12_349, 0x04, 1_234),
        (999_999_999, 0x03, 99_999_999),
        (123_456, 0x00, 23_456_000),
    ],
)
def test_a_nine_digit_count_becomes_an_eight_digit_register(raw: int, unit: int, wh: int) -> None:
    assert registers.register_of_device(raw, unit, rules=RULES) == wh


@pytest.mark.parametrize("unit", [0x0A, 0x0B, 0x0C, 0x0D])
def test_units_of_ten_kwh_and_more_are_refused(unit: int) -> None:
    with pytest.raises(ValueError, match="too coarse"):
        registers.register_of_device(1, unit, rules=RULES)


@pytest.mark.parametrize(
    ("value", "shows"),
    [(0, True), (99_999_999, True), (-1, False), (100_000_000, False), (None, False)],
)
def test_a_register_has_eight_digits(value: int | None, shows: bool) -> None:
    assert registers.is_register(value, rules=RULES) is shows


def test_a_register_goes_on_across_its_rollover() -> None:
    """settlement.md example 1."""
    steps = [99_998_950, 99_999_812, 644, 1_520]
    found = [registers.difference(a, b, rules=RULES) for a, b in pairwise(steps)]
    assert found == [862, 832, 876]


def test_a_step_back_is_a_step_almost_all_the_way_round() -> None:
    assert registers.difference(5_000, 4_999, rules=RULES) == 99_999_999


@given(st.integers(0, 99_999_999), st.integers(0, 99_999_999))
def test_the_difference_leads_from_one_register_to_the_other(a: int, b: int) -> None:
    assert (a + registers.difference(a, b, rules=RULES)) % RULES.modulus_wh == b


def test_the_slot_cap_is_1_2_times_the_rated_power() -> None:
    assert registers.is_plausible(3_600, slots=1, rated_w=6_000, rules=RULES)
    assert not registers.is_plausible(3_601, slots=1, rated_w=6_000, rules=RULES)
    assert registers.is_plausible(7_200, slots=2, rated_w=6_000, rules=RULES)


def test_the_slot_cap_is_rounded_down() -> None:
    assert RULES.slot_cap_wh(1) == 0
    assert RULES.slot_cap_wh(4_999) == 2_999


@pytest.mark.parametrize(
    ("rated_w", "slots"), [(6_000, 1_488), (134_408, 1_488), (134_409, 1_487), (499_000, 400)]
)
def test_trust_ends_where_the_register_could_have_wrapped_unseen(rated_w: int, slots: int) -> None:
    """settlement.md head and example 6; 199,999,998 ÷ 1,488 = 134,408.6."""
    assert registers.is_trusted(0, slots=slots, rated_w=rated_w, rules=RULES)
    assert not registers.is_trusted(0, slots=slots + 1, rated_w=rated_w, rules=RULES)


def test_quarter_hours_halve_the_cap_and_double_the_slots() -> None:
    rules = Rules(slot_minutes=15)
    assert rules.slot_cap_wh(6_000) == 1_800
    assert rules.flat_max_slots(6_000) == 2_976
    assert rules.flat_max_slots(499_000) == 801


@pytest.mark.parametrize(
    ("value", "meter", "status", "code"),
    [
        (100, "A", "", None),
        (100, "", "", None),
        (100, "A", "通信断", Code.NO_VALUE),
        (None, "", "通信断", Code.NO_VALUE),
        (None, "A", "", Code.OUT_OF_RANGE),
        (100_000_000, "B", "", Code.OUT_OF_RANGE),
        (-1, "", "", Code.OUT_OF_RANGE),
        (100, "B", "", Code.WRONG_METER),
    ],
)
def test_the_first_reason_against_a_reading_counts(
    value: int | None, meter: str, status: str, code: Code | None
) -> None:
    row = reading("09:00", value, meter_id=meter, status=status)
    assert registers.reason_against(row, expected_meter="A", rules=RULES) is code


def test_without_an_expected_meter_any_meter_may_read() -> None:
    row = reading("09:00", 100, meter_id="B")
    assert registers.reason_against(row, expected_meter="", rules=RULES) is None


def bridge(*exchanges: registers.Exchange) -> ExchangeBridge:
    return ExchangeBridge.over(exchanges, origin=at("08:00"), rules=RULES)


def test_the_register_is_carried_on_over_an_exchange() -> None:
    """settlement.md example 4: 478 before, 376 after."""
    one = bridge(exchange("10:12", 8_765_910, 12))
    before, after = one.carried(at("10:00"), 8_765_432), one.carried(at("10:30"), 388)
    assert registers.difference(before, after, rules=RULES) == 854


def test_a_reading_at_the_instant_of_an_exchange_is_of_the_new_meter() -> None:
    one = bridge(exchange("10:00", 5_000, 20))
    assert one.carried(at("10:00"), 20) == 5_000
    assert one.exchanged_between(at("09:30"), at("10:00"))
    assert not one.exchanged_between(at("10:00"), at("10:30"))


def test_exchanges_add_up() -> None:
    two = bridge(exchange("10:00", 5_000, 0), exchange("11:00", 700, 30))
    assert two.carried(at("11:30"), 40) == 5_000 + 700 - 30 + 40


def test_a_carried_register_stays_inside_eight_digits() -> None:
    assert bridge(exchange("10:00", 99_999_990, 0)).carried(at("10:30"), 25) == 15
    assert bridge(exchange("10:00", 0, 99_999_990)).carried(at("10:30"), 99_999_995) == 5


def test_an_exchange_at_or_before_the_start_of_service_is_not_carried() -> None:
    early = bridge(exchange("07:40", 9_000, 0), exchange("08:00", 5_000, 0))
    assert early.carried(at("10:30"), 25) == 25


@pytest.mark.parametrize(("old", "new"), [(None, 5), (5, None), (None, None)])
def test_an_exchange_without_both_registers_is_a_break(old: int | None, new: int | None) -> None:
    broken = bridge(exchange("10:00", old, new))
    assert broken.breaks_between(at("09:30"), at("10:00"))
    assert not broken.breaks_between(at("10:00"), at("10:30"))
    assert broken.carried(at("10:30"), 25) == 25


def test_the_last_delivered_exchange_of_an_instant_counts() -> None:
    corrected = bridge(exchange("10:00", 5_000, 0), exchange("10:00", 6_000, 0))
    assert corrected.carried(at("10:30"), 25) == 6_025


def test_the_expected_meter_changes_with_each_exchange() -> None:
    two = bridge(
        exchange("07:00", None, None, new_meter_id="B"),
        exchange("10:00", 5, 0, new_meter_id="C"),
        exchange("11:00", 5, 0, new_meter_id=""),
    )
    meters = [
        two.expected_meter(at(when), registered="A")
        for when in ("06:30", "07:00", "10:00", "11:30")
    ]
    assert meters == ["A", "B", "C", ""]
