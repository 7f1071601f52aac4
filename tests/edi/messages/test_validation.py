"""The profile refuses what a reader would stumble over."""

import pytest

from edi.domain.profile import KINDS, PROFILE
from edi.messages import daily_energy, slot_energy
from edi.messages.envelope import document
from edi.messages.validation import conditions, faults
from tests.edi.rows import LOW_DAY, LOW_SLOT, columns, envelope, line


def slot_file() -> bytes:
    chunk = [line(1), line(2)]
    (block,) = slot_energy.blocks([(chunk, columns(chunk))], kind=LOW_SLOT, slots=[1])
    return document(envelope(LOW_SLOT, slot=1), block.records)


def day_file() -> bytes:
    chunk = [line(1)]
    (block,) = daily_energy.blocks([(chunk, columns(chunk, None))], kind=LOW_DAY)
    return document(envelope(LOW_DAY), block.records)


def test_what_the_writer_makes_is_without_fault():
    assert faults(slot_file(), LOW_SLOT) == []
    assert faults(day_file(), LOW_DAY) == []


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (b"<JP06122>0</JP06122>", b"<JP06122>1</JP06122>", "JP06125 must not stand"),
        (b"<JP06125>0.3</JP06125>", b"", "JP06125 is missing"),
        (b"JP06125", b"JP06123", "JP06125 is missing"),
        (b"<JP06121>T0000000000001</JP06121>", b"", "JP06121"),
        (b"<JP06125>0.3</JP06125>", b"<JP06125>3e-1</JP06125>", "JP06125"),
        (b"<JP06219>01</JP06219>", b"<JP06219>1</JP06219>", "JP06219"),
        (b"<JP06400>0390", b"<JP06400>390", "JP06400"),
        (b"<JPC14>1110", b"<JPC14>1120", "information code"),
        (b'BPIDSUB="W4"', b'BPIDSUB="W5"', "process"),
        (b"?>\r\n", b"?>\n", "declaration"),
        (b'<?xml version="1.0" encoding="UTF-8"?>\r\n', b"", "declaration"),
    ],
)
def test_a_changed_slot_file_is_faulty(old, new, fault):
    document = slot_file()
    assert old in document
    assert any(fault in found for found in faults(document.replace(old, new), LOW_SLOT))


def test_slots_out_of_order_are_a_fault():
    swapped = (
        day_file()
        .replace(b"<JP06219>01<", b"<JP06219>XX<")
        .replace(b"<JP06219>02<", b"<JP06219>01<")
        .replace(b"<JP06219>XX<", b"<JP06219>02<")
    )
    assert any("not 01 to 48 in order" in fault for fault in faults(swapped, LOW_DAY))


def test_the_table_of_conditions_speaks_of_known_messages_and_covers_all():
    spoken_of = {code for condition in conditions() for code in condition.codes}
    assert spoken_of == set(KINDS)
    for code in KINDS:
        value = PROFILE.kind(code).value_element
        required = {e for c in conditions() if code in c.codes for e in c.required}
        assert value in required or code in ("1210", "1220")
