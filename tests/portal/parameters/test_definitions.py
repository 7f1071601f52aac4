from dataclasses import fields
from datetime import date, time

import pytest

from portal.errors import Invalid
from portal.parameters.definitions import DEFINITIONS, Parameters, definition_of

DEFAULTS = Parameters(day=date(2026, 11, 20))


def test_every_field_but_the_frame_is_a_parameter_with_label_and_source():
    assert {each.name for each in fields(Parameters)} - set(DEFINITIONS) == {"day", "calendar"}
    assert all(each.note.label and each.note.source for each in DEFINITIONS.values())


def test_the_defaults_are_those_of_the_documents():
    assert DEFAULTS.counter_modulus_wh == 100_000_000
    assert (DEFAULTS.slot_minutes, DEFAULTS.plausibility_percent, DEFAULTS.flat_max_minutes) == (
        30,
        120,
        44_640,
    )
    assert (DEFAULTS.provision_digits, DEFAULTS.fix_notice_bd) == (6, 4)
    assert (DEFAULTS.first_split_low, DEFAULTS.first_split_high, DEFAULTS.first_split_month) == (
        9001,
        90,
        90001,
    )
    assert (DEFAULTS.points_per_split, DEFAULTS.points_per_month_split) == (1000, 100)
    assert DEFAULTS.hv_acceptance_from is None


@pytest.mark.parametrize("key", DEFINITIONS)
def test_every_default_goes_through_json_and_back(key):
    definition = DEFINITIONS[key]
    assert definition.parse(definition.plain(definition.default)) == definition.default


@pytest.mark.parametrize(
    ("key", "value", "typed"),
    [
        ("slot_minutes", 15, 15),
        ("hv_acceptance_from", "2027-04-01", date(2027, 4, 1)),
        ("hv_acceptance_from", None, None),
        ("day_file_by", "06:30", time(6, 30)),
        ("allow_dual_pattern", True, True),
        ("business_closed_extra", ["12-31"], ("12-31",)),
    ],
)
def test_a_value_becomes_what_the_parameter_is(key, value, typed):
    assert definition_of(key).parse(value) == typed


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("slot_minutes", True),
        ("slot_minutes", 1.2),
        ("slot_minutes", "30"),
        ("slot_minutes", -1),
        ("slot_minutes", None),
        ("hv_acceptance_from", "2027-13-01"),
        ("day_file_by", "25:00"),
        ("allow_dual_pattern", 1),
        ("business_closed_extra", "12-31"),
        ("business_closed_extra", [1]),
        ("exempt_meter_id_pattern", 5),
    ],
)
def test_any_other_value_is_refused_and_says_what_would_do(key, value):
    with pytest.raises(Invalid) as refusal:
        definition_of(key).parse(value)
    assert (refusal.value.code, refusal.value.place) == ("E-PARAM-02", key)
    assert refusal.value.remedy


def test_an_unknown_key_is_refused():
    with pytest.raises(Invalid, match="E-PARAM-01"):
        definition_of("slot_minute")


def test_the_plain_set_is_json_only():
    import json

    plain = json.loads(json.dumps(DEFAULTS.plain()))
    assert plain == DEFAULTS.plain()
    assert plain["day_file_by"] == "07:00"
