"""The profile: complete, marked, and never in the way of the operator's ordinary files."""

import re
from dataclasses import fields
from datetime import date

import pytest

from edi.domain.profile import (
    ELEMENTS,
    KINDS,
    MARKS,
    PROFILE,
    Mark,
    MessageKind,
    Profile,
    Scale,
    Voltage,
    adjusted,
)
from portal.errors import Invalid
from portal.parameters.definitions import Parameters


def test_every_value_of_the_profile_says_where_it_comes_from():
    values = {field.name for field in fields(Profile)} | {f.name for f in fields(MessageKind)}
    assert set(MARKS) == values
    assert all(mark in Mark and source for mark, source in MARKS.values())


def test_there_is_one_message_per_scale_and_voltage():
    assert {(kind.scale, kind.voltage) for kind in KINDS.values()} == {
        (scale, voltage) for scale in Scale for voltage in Voltage
    }
    assert PROFILE.kind_of(Scale.DAY, Voltage.LOW).code == "1120"


def test_splits_of_device_point_files_start_where_decisions_21_says():
    starts = {code: kind.splits.start for code, kind in KINDS.items()}
    assert starts == {
        "0110": 90,
        "0120": 90,
        "1110": 9001,
        "1120": 9001,
        "1210": 90001,
        "1220": 90001,
    }
    for kind in KINDS.values():
        assert kind.splits.stop <= 10**kind.split_digits
        assert not set(kind.splits) & set(kind.single_day_splits)
        if kind.scale is Scale.MONTH:
            assert kind.single_day_splits.start == 99001


def test_the_operators_parameters_move_the_limits_and_their_defaults_change_nothing():
    values = Parameters(day=date(2026, 11, 1))
    keys = (
        "first_split_low",
        "first_split_high",
        "first_split_month",
        "first_split_single_day",
        "points_per_split",
        "points_per_month_split",
    )
    same = adjusted(**{key: getattr(values, key) for key in keys})
    assert same == PROFILE
    moved = adjusted(**{key: getattr(values, key) for key in keys} | {"points_per_split": 500})
    assert moved.kind("1110").records_per_split == moved.kind("0120").records_per_split == 500
    assert moved.kind("1220").records_per_split == 100


def test_the_month_of_a_fixed_record_is_that_of_the_periods_last_day():
    assert PROFILE.usage_month(date(2026, 11, 1)) == "202610"
    assert PROFILE.usage_month(date(2026, 11, 10)) == "202611"
    assert PROFILE.usage_month(date(2027, 1, 1)) == "202612"


def test_an_unknown_information_code_is_refused_with_the_known_ones():
    with pytest.raises(Invalid, match=r"0110.*1220"):
        PROFILE.kind("9999")


def test_every_element_code_looks_like_one():
    assert all(re.fullmatch(r"JP(C\d\d|\d{5})", code) for code in ELEMENTS)
