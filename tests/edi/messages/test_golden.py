"""Rows and the exact bytes they become; see tests/edi/golden/README.md for where the bytes come from."""

from datetime import date, datetime
from pathlib import Path

import pytest

from edi.domain import coverage
from edi.domain.profile import PROFILE
from edi.messages import columns, daily_energy, monthly_energy, slot_energy
from edi.messages.envelope import document
from edi.messages.validation import faults
from portal.timekeeping.half_hours import JST
from tests.edi.rows import LOW_DAY, LOW_MONTH, LOW_SLOT, energy, envelope, line, month_blocks

GOLDEN = Path(__file__).parents[1] / "golden"
DAY = date(2026, 4, 1)
FIRST, SECOND = "0390000000000000000016", "0390000000000000000024"


def lines(days: int = 1):
    whole = coverage.full(days)
    return [
        line(
            n,
            number=number,
            control_number=f"M{100 + n:013d}",
            customer_number=f"{n:021d}",
            shown_name=f"見本需要家{n}",
            listed=whole,
            provided=whole,
        )
        for n, number in enumerate((FIRST, SECOND), start=1)
    ]


def golden(name: str) -> bytes:
    return (GOLDEN / name).read_bytes()


def test_a_slot_message_is_the_contracts_example_to_the_byte():
    chunk = lines()
    values = columns.by_slot(energy({(FIRST, DAY, 1): 3}), [FIRST, SECOND], DAY)
    (block,) = slot_energy.blocks([(chunk, values)], kind=LOW_SLOT, slots=[1])
    created_at = datetime(2026, 4, 1, 0, 55, 12, tzinfo=JST)
    made = document(envelope(LOW_SLOT, created_at, slot=1), block.records)
    assert made == golden("1110.xml")
    assert (block.rows, block.available) == (2, 1)


def test_a_day_message_has_the_contracts_groups_and_surroundings_to_the_byte():
    (block,) = daily_energy.blocks(
        [
            (
                lines()[:1],
                columns.by_slot(energy({(FIRST, DAY, 1): 3}), [FIRST], DAY),
            )
        ],
        kind=LOW_DAY,
    )
    created_at = datetime(2026, 4, 2, 6, 15, 3, tzinfo=JST)
    made = document(envelope(LOW_DAY, created_at), block.records)
    end_of_groups = b"</JPM00010></JPTRM></JPMGRP></SBD-MSG>"
    expected = golden("1120_two_slots.xml").removesuffix(end_of_groups)
    assert made.startswith(expected)
    assert made.endswith(end_of_groups)
    assert made.count(b"<JPMR00011>") == 48


def test_a_month_message_is_the_typed_example_to_the_byte():
    first_day, last_day = date(2026, 4, 1), date(2026, 4, 2)
    settled = {(FIRST, first_day, slot): 3 for slot in range(1, 49)}
    settled |= {(FIRST, last_day, slot): 0 if slot <= 24 else 125 for slot in range(1, 49)}
    settled |= {
        (SECOND, day, slot): 1
        for day in (first_day, last_day)
        for slot in range(1, 49)
        if (day, slot) != (last_day, 48)
    }
    values = columns.by_point(energy(settled), [FIRST, SECOND], first_day, last_day)
    records = [
        monthly_energy.record(one, column, first_day=first_day, kind=LOW_MONTH)
        for one, column in zip(lines(days=2), values, strict=True)
    ]
    (block,) = month_blocks(records, LOW_MONTH, days=2)
    created_at = datetime(2026, 4, 8, 9, 15, 0, tzinfo=JST)
    made = document(envelope(LOW_MONTH, created_at, day=date(2026, 4, 3)), block.records)
    assert made == golden("1220.xml")
    assert (block.rows, block.available) == (2, 1)


@pytest.mark.parametrize("name", ["1110", "1220"])
def test_the_golden_messages_satisfy_the_profile(name):
    assert faults(golden(f"{name}.xml"), PROFILE.kind(name)) == []


def test_a_shortened_day_is_not_a_day():
    assert any("01 to 48" in fault for fault in faults(golden("1120_two_slots.xml"), LOW_DAY))
