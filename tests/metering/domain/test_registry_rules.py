"""Spans, places and the kinds of value in registry files, against plain counting."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metering.domain import registry_kinds as kinds
from metering.domain import registry_rules as rules
from metering.domain.identifiers import device_point_number
from metering.domain.points import ServicePattern, VoltageClass
from metering.domain.registry_kinds import Formats
from metering.domain.spans import Span, covered
from portal.errors import DomainError, Invalid
from portal.timekeeping.half_hours import JST

FORMATS = Formats(area="03")
ORIGIN = date(2026, 10, 1)
DAYS = range(12)  # spans of these tests end by then or are open


def day(number):
    return ORIGIN + timedelta(days=number)


@st.composite
def spans(draw):
    start = draw(st.integers(0, 9))
    length = draw(st.none() | st.integers(1, 10 - start))
    return Span(day(start), None if length is None else day(start + length))


def held(span):
    """The days of a span, one by one; an open one reaches to the end of the counted days."""
    return {n for n in DAYS if span.start <= day(n) and (span.end is None or day(n) < span.end)}


@given(spans(), spans())
def test_overlapping_and_covering_are_what_counting_the_days_says(one, other):
    assert one.overlaps(other) == bool(held(one) & held(other))
    assert one.covers(other) == (held(other) <= held(one))


@given(spans(), st.lists(spans(), max_size=5))
def test_spans_cover_together_what_their_days_cover(span, by):
    together = set().union(*map(held, by)) if by else set()
    assert covered(span, by) == (held(span) <= together)


@given(
    spans(), st.dictionaries(st.integers(1, 4), st.lists(spans(), max_size=3)), st.integers(0, 4)
)
def test_the_place_is_the_first_choice_or_the_lowest_free_one(span, taken, first_choice):
    free = [
        place
        for place in (1, 2, 3, 4)
        if not any(held(one) & held(span) for one in taken.get(place, []))
    ]
    expected = first_choice if first_choice in free else (free[0] if free else None)
    assert rules.free_place(span, taken, first_choice=first_choice) == expected


# --- numbers -----------------------------------------------------------


@given(st.integers(0, 10**18 - 1))
def test_the_range_for_tests_is_told_by_the_number_alone(serial):
    number = device_point_number(area="03", serial=serial)
    assert rules.is_test_number(number) == (serial >= rules.FIRST_TEST_SERIAL)


def test_a_control_number_fits_the_sixteen_characters_of_the_edi():
    assert rules.control_number(7) == "M0000000000007"
    assert len(rules.control_number(10**13 - 1)) <= 16


@pytest.mark.parametrize(
    ("receiving", "device", "day_", "code"),
    [
        ("low", "low", "2026-10-01", None),
        ("low", "high", "2030-10-01", "E-POINT-06"),
        ("low", "extra_high", "2030-10-01", "E-POINT-06"),
        ("high", "low", "2026-10-01", None),
        ("high", "high", "2027-03-31", "E-POINT-07"),
        ("high", "high", "2027-04-01", None),
        ("extra_high", "high", "2027-04-01", None),
        ("extra_high", "extra_high", "2030-10-01", "E-POINT-07"),
    ],
)
def test_voltages_go_together_as_the_document_says_and_from_their_day_on(
    receiving, device, day_, code
):
    def check():
        rules.check_voltage(
            receiving=VoltageClass(receiving),
            device=VoltageClass(device),
            day=date.fromisoformat(day_),
            high_from=date(2027, 4, 1),
            extra_high_from=None,
        )

    if code is None:
        check()
    else:
        with pytest.raises(DomainError, match=code):
            check()


def test_a_balancing_contract_must_last_as_long_as_the_service():
    service = Span(datetime(2026, 10, 1, tzinfo=JST), datetime(2026, 11, 1, tzinfo=JST))
    shorter = Span(service.start, service.end - timedelta(days=1))
    pattern = ServicePattern.BALANCING
    rules.check_balancing_contract(pattern, service, service, number="B1")
    for contract in (shorter, None):
        with pytest.raises(DomainError, match="E-POINT-12"):
            rules.check_balancing_contract(pattern, service, contract, number="B1")


# --- values ------------------------------------------------------------


@given(st.integers(1, 999_999_999_999))
def test_kilowatts_are_read_to_the_watt_without_rounding(watts):
    whole, rest = divmod(watts, 1_000)
    assert kinds.KILOWATTS.read(f"{whole}.{rest:03d}", FORMATS) == watts
    assert (
        kinds.KILOWATTS.read(f"{whole}.{rest:03d}".rstrip("0").rstrip(".") or "0", FORMATS) == watts
    )


@pytest.mark.parametrize(
    "cell", ["0", "0.000", "-1", "1.2345", "1e3", "1,5", "６", "1.", ".5", "NaN"]
)
def test_other_writings_of_kilowatts_are_refused(cell):
    with pytest.raises(Invalid):
        kinds.KILOWATTS.read(cell, FORMATS)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2026-11-01", date(2026, 11, 1)),
        ("2026/11/1", date(2026, 11, 1)),
        ("2026-02-29", None),
        ("2026-11/01", None),
        ("11-01-2026", None),
        ("9999-12-31", None),
        ("1899-12-31", None),
        ("20261101", None),
    ],
)
def test_days_are_read_as_written_here_and_by_spreadsheets(cell, expected):
    if expected:
        assert kinds.DAY.read(cell, FORMATS) == expected
    else:
        with pytest.raises(Invalid, match="E-REG-02"):
            kinds.DAY.read(cell, FORMATS)


@pytest.mark.parametrize(
    "cell",
    [
        "2026-11-01T00:30",
        "2026-11-01T00:30+09:00",
        "2026-10-31T15:30Z",
        "2026/11/1 0:30",
        "2026-11-01 00:30:00",
    ],
)
def test_instants_of_every_writing_are_the_same_instant(cell):
    assert kinds.BOUNDARY.read(cell, FORMATS) == datetime(2026, 11, 1, 0, 30, tzinfo=JST)


@pytest.mark.parametrize("cell", ["2026-11-01", "2026-11-01T24:00", "2026-11-01T00:30:01", "now"])
def test_what_is_no_instant_is_refused(cell):
    with pytest.raises(Invalid, match="E-REG-02"):
        kinds.BOUNDARY.read(cell, FORMATS)


@pytest.mark.parametrize(
    ("cell", "expected"), [("0", "0"), ("01", "01"), ("both", "01"), ("順・逆", "01")]
)
def test_directions_have_a_word_that_no_spreadsheet_spoils(cell, expected):
    assert kinds.DIRECTIONS.read(cell, FORMATS) == expected


def test_choices_are_read_by_value_and_by_their_japanese_name():
    assert kinds.VOLTAGE.read("low", FORMATS) is kinds.VOLTAGE.read("低圧", FORMATS)
    assert kinds.PATTERN.read("パターン2", FORMATS) is ServicePattern.PROVISION


ALL_KINDS = [value for value in vars(kinds).values() if isinstance(value, kinds.Kind)]


@given(st.sampled_from(ALL_KINDS), st.text(min_size=1, max_size=40))
def test_whatever_stands_in_a_cell_is_a_value_or_a_refusal(kind, cell):
    try:
        kind.read(cell, FORMATS)
    except DomainError as refused:
        told = refused
    else:
        return
    assert told.message.ja
    assert told.remedy.en
