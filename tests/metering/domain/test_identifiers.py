"""Identifiers of domain.md D4."""

import pytest

from metering.domain import identifiers
from portal.errors import Invalid

SUPPLY_POINT = "0301234567890123456789"


@pytest.mark.parametrize(
    "written",
    [
        "03-0123-4567-8901-2345-6789",
        "０３－０１２３－４５６７－８９０１－２３４５－６７８９",
        "03 0123 4567 8901 2345 6789",
        "03　0123ー4567―8901−2345‐6789",
        " 0301234567890123456789\n",
    ],
)
def test_hyphens_spaces_and_full_width_digits_are_normalised_away(written: str) -> None:
    assert identifiers.check_supply_point_number(written) == SUPPLY_POINT


def test_letters_become_upper_case_and_narrow() -> None:
    assert identifiers.normalise("ｉｏｔ-00 901") == "IOT00901"


def test_a_number_is_shown_in_groups_of_2_4_4_4_4_4() -> None:
    assert identifiers.grouped(SUPPLY_POINT) == "03-0123-4567-8901-2345-6789"


def test_text_that_is_not_a_number_is_shown_as_it_is() -> None:
    assert identifiers.grouped("P001") == "P001"


@pytest.mark.parametrize("area", ["00", "11", "99"])
def test_a_supply_point_of_no_area_is_refused(area: str) -> None:
    with pytest.raises(Invalid, match="E-ID-01"):
        identifiers.check_supply_point_number(area + SUPPLY_POINT[2:])


@pytest.mark.parametrize(
    "number", [SUPPLY_POINT[:-1], SUPPLY_POINT + "0", "03A1234567890123456789", ""]
)
def test_a_supply_point_number_has_22_digits(number: str) -> None:
    with pytest.raises(Invalid, match="E-ID-01"):
        identifiers.check_supply_point_number(number)


def test_a_supply_point_of_another_area_is_refused() -> None:
    with pytest.raises(Invalid, match="E-ID-04"):
        identifiers.check_supply_point_number(SUPPLY_POINT, area="06")


def test_okinawa_is_an_area() -> None:
    number = "10" + SUPPLY_POINT[2:]
    assert identifiers.check_supply_point_number(number, area="10") == number


@pytest.mark.parametrize(("third", "low"), [("0", True), ("1", False), ("7", None)])
def test_the_third_digit_suggests_the_voltage(third: str, low: bool | None) -> None:
    assert identifiers.suggests_low_voltage(f"03{third}1234567890123456789") is low


@pytest.mark.parametrize(("digits", "check"), [("7992739871", "3"), ("0", "0"), ("18", "2")])
def test_the_luhn_digit_is_the_well_known_one(digits: str, check: str) -> None:
    assert identifiers.luhn_digit(digits) == check


def test_an_issued_device_point_number_is_area_9_serial_and_check_digit() -> None:
    number = identifiers.device_point_number(area="03", serial=1)
    assert number == "0390000000000000000016"
    assert identifiers.check_device_point_number(number) == number


@pytest.mark.parametrize("place", range(22))
def test_no_single_wrong_digit_passes(place: int) -> None:
    number = identifiers.device_point_number(area="06", serial=123_456_789)
    wrong = number[:place] + str((int(number[place]) + 1) % 10) + number[place + 1 :]
    with pytest.raises(Invalid, match=r"E-ID-0[23]"):
        identifiers.check_device_point_number(wrong)


def test_two_neighbouring_digits_exchanged_do_not_pass() -> None:
    number = identifiers.device_point_number(area="03", serial=12_345)
    swapped = number[:-3] + number[-2] + number[-3] + number[-1]
    with pytest.raises(Invalid, match="E-ID-03"):
        identifiers.check_device_point_number(swapped)


def test_serials_up_to_18_digits_are_issued_and_no_more() -> None:
    assert len(identifiers.device_point_number(area="10", serial=10**18 - 1)) == 22
    with pytest.raises(ValueError, match="18 digits"):
        identifiers.device_point_number(area="10", serial=10**18)


def test_no_device_point_is_issued_in_an_unknown_area() -> None:
    with pytest.raises(Invalid, match="E-ID-13"):
        identifiers.device_point_number(area="11", serial=1)


def test_a_parameter_may_change_the_pattern_of_device_point_numbers() -> None:
    with pytest.raises(Invalid, match="E-ID-02"):
        identifiers.check_device_point_number("0390000000000000000016", pattern=r"03[0-8]\d{19}")


def test_an_exempt_meter_id_is_14_hex_digits() -> None:
    assert (
        identifiers.check_exempt_meter_id("9a:80".replace(":", "") + "a14719b444")
        == "9A80A14719B444"
    )


@pytest.mark.parametrize("text", ["9A80A14719B44", "9A80A14719B4444", "9A80A14719B44G"])
def test_other_exempt_meter_ids_are_refused(text: str) -> None:
    with pytest.raises(Invalid, match="E-ID-05"):
        identifiers.check_exempt_meter_id(text)


@pytest.mark.parametrize("blank", ["000000000000" + "01", "FFFFFFFFFFFF" + "01"])
def test_an_exempt_meter_id_without_an_address_is_refused(blank: str) -> None:
    with pytest.raises(Invalid, match="E-ID-06"):
        identifiers.check_exempt_meter_id(blank)


def test_an_equipment_number_starts_with_fe() -> None:
    number = "FE" + "0" * 32
    assert identifiers.check_equipment_number(number.lower()) == number
    with pytest.raises(Invalid, match="E-ID-07"):
        identifiers.check_equipment_number("FD" + "0" * 32)


@pytest.mark.parametrize(("length", "fits"), [(15, False), (16, True), (32, True), (33, False)])
def test_a_terminal_id_has_16_to_32_letters_and_digits(length: int, fits: bool) -> None:
    text = "A" * length
    if fits:
        assert identifiers.check_terminal_id(text) == text
    else:
        with pytest.raises(Invalid, match="E-ID-08"):
            identifiers.check_terminal_id(text)


def test_the_pairing_id_of_the_guidelines_example_is_iot00901() -> None:
    """外部接続基準 2-3: operator "00", free area "12345678901"."""
    assert identifiers.pairing_id(operator_code="00", free_area="12345678901") == "IOT00901"


def test_a_pairing_id_needs_the_whole_free_area() -> None:
    with pytest.raises(ValueError, match="11 characters"):
        identifiers.pairing_id(operator_code="00", free_area="901")


@pytest.mark.parametrize("text", ["IOT0090", "IOT009011", "I0T00901", "IOT00-9*1"])
def test_other_pairing_ids_are_refused(text: str) -> None:
    with pytest.raises(Invalid, match="E-ID-09"):
        identifiers.check_pairing_id(text)


def test_a_retailer_code_has_five_letters_and_digits() -> None:
    assert identifiers.check_retailer_code("９１２３3") == "91233"
    with pytest.raises(Invalid, match="E-ID-10"):
        identifiers.check_retailer_code("9123")


def test_a_retailer_code_usually_ends_with_the_digit_of_its_area() -> None:
    assert identifiers.retailer_code_fits_area("91233", "03")
    assert identifiers.retailer_code_fits_area("91230", "10")
    assert not identifiers.retailer_code_fits_area("91236", "03")


def test_a_registration_number_is_a_and_four_digits() -> None:
    assert identifiers.check_registration_number("a0123") == "A0123"
    with pytest.raises(Invalid, match="E-ID-11"):
        identifiers.check_registration_number("A123")


def test_a_balancing_group_code_has_five_characters() -> None:
    assert identifiers.check_balancing_group_code("x1234") == "X1234"
    with pytest.raises(Invalid, match="E-ID-12"):
        identifiers.check_balancing_group_code("X12345")


def test_a_refusal_names_what_was_written_and_the_expected_form_in_both_languages() -> None:
    with pytest.raises(Invalid) as refusal:
        identifiers.check_pairing_id("PAIR")
    assert "PAIR" in refusal.value.message.ja
    assert "PAIR" in refusal.value.message.en
    assert refusal.value.remedy is not None
