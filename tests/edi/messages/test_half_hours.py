"""Slot and day messages: what is sent is what is read, in files of at most so many points."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edi.domain import coverage, point_lists
from edi.messages import columns, daily_energy, scanning, slot_energy
from edi.messages.archive import packed
from edi.messages.envelope import document
from edi.messages.validation import faults
from portal.timekeeping.half_hours import JST
from tests.edi import reader
from tests.edi.rows import DAY, LOW_DAY, LOW_SLOT, energy, envelope, line, number
from tests.edi.rows import columns as same_columns

NAMES = ["需要者", "𠮷野家㈱", "A&B <支店>", "髙﨑①Ⅳ", '"引用"', "'"]

slot_sets = st.sampled_from([coverage.full(), coverage.full() >> 24, 0, coverage.one(7)])


@st.composite
def lines_and_values(draw):
    """Points with any service, right and values, and what a retailer may then know of each slot."""
    chunk, values = [], {}
    for n in range(1, draw(st.integers(1, 6)) + 1):
        listed = draw(slot_sets)
        chunk.append(
            line(
                n,
                listed=listed,
                provided=listed & draw(slot_sets),
                shown_name=draw(st.sampled_from(NAMES)),
                customer_number=draw(st.sampled_from(["", "C00000001"])),
            )
        )
        for slot in draw(st.sets(st.integers(1, 48))):
            values[number(n), DAY, slot] = draw(st.none() | st.integers(0, 999_999))
    return chunk, values


def may_know(chunk, values, slot):
    return {
        (DAY, slot, one.number, one.control_number): (
            None
            if value is None or not one.provided & coverage.one(slot)
            else Decimal(value).scaleb(-1)
        )
        for one in chunk
        if one.listed & coverage.one(slot)
        for value in [values.get((one.number, DAY, slot))]
    }


def scanned(xml):
    """(number, slot) and whether there is a value, by the quick reading of the completeness statement."""
    return {
        (number, slot): bool(told & coverage.one(slot))
        for number, (listed, told) in scanning.availability(xml).items()
        for slot in coverage.slots(listed)
    }


def said(read):
    """The same by the retailers' reader."""
    return {(key[2], key[1]): value is not None for key, value in read.values.items()}


@settings(max_examples=60)
@given(lines_and_values(), st.integers(1, 3))
def test_slot_messages_read_back_say_what_each_point_may_tell(case, limit):
    chunk, values = case
    kind = replace(LOW_SLOT, records_per_split=limit)
    grid = columns.by_slot(energy(values), [one.number for one in chunk], DAY)
    found = {slot: {} for slot in range(1, 49)}
    for block in slot_energy.blocks([(chunk, grid)], kind=kind, slots=range(1, 49)):
        xml = document(envelope(kind, slot=block.slot), block.records)
        assert faults(xml, kind) == []
        read = reader.read_half_hours(xml)
        assert not set(read.values) & set(found[block.slot])
        found[block.slot] |= read.values
        assert scanned(xml) == said(read)
        assert block.rows == len(read.values) <= limit
        assert block.available == sum(value is not None for value in read.values.values())
        assert read.names.items() <= {(one.number, one.shown_name) for one in chunk}
    assert found == {slot: may_know(chunk, values, slot) for slot in range(1, 49)}


@settings(max_examples=40)
@given(lines_and_values(), st.integers(1, 3))
def test_day_messages_read_back_have_every_point_in_all_48_slots(case, limit):
    chunk, values = case
    kind = replace(LOW_DAY, records_per_split=limit)
    grid = columns.by_slot(energy(values), [one.number for one in chunk], DAY)
    found = {}
    for block in daily_energy.blocks([(chunk, grid)], kind=kind):
        xml = document(envelope(kind), block.records)
        assert faults(xml, kind) == []
        read = reader.read_half_hours(xml)
        found |= read.values
        assert scanned(xml) == said(read)
        assert block.rows == len(read.values) <= limit * 48
        assert read.created_at == datetime(2026, 4, 2, 6, 15, 3)
    everywhere = [replace(one, listed=coverage.full()) for one in chunk]
    expected = {}
    for slot in range(1, 49):
        expected |= may_know(everywhere, values, slot)
    assert found == expected


@pytest.mark.parametrize("kind", [LOW_SLOT, LOW_DAY])
@pytest.mark.parametrize(
    ("points", "sizes"),
    [(2, [2]), (3, [3]), (4, [3, 1]), (6, [3, 3]), (7, [3, 3, 1])],
)
def test_a_split_is_full_at_its_limit_and_one_more_begins_the_next(kind, points, sizes):
    chunk = [line(n) for n in range(1, points + 1)]
    kind = replace(kind, records_per_split=3)
    build = (
        (lambda chunks: slot_energy.blocks(chunks, kind=kind, slots=[1]))
        if kind.code == "1110"
        else (lambda chunks: daily_energy.blocks(chunks, kind=kind))
    )
    blocks = list(build([(chunk, same_columns(chunk))]))
    per_point = 1 if kind.code == "1110" else 48
    assert [block.rows for block in blocks] == [size * per_point for size in sizes]
    assert [block.position for block in blocks] == list(range(len(sizes)))
    held = [[entry.number for entry in point_lists.read(block.points)] for block in blocks]
    assert [n for numbers in held for n in numbers] == [one.number for one in chunk]
    for block, numbers in zip(blocks, held, strict=True):
        assert (block.first_number, block.last_number) == (numbers[0], numbers[-1])


@pytest.mark.parametrize("size", [1, 2, 3, 5, 100])
def test_splits_do_not_depend_on_how_the_points_were_read(size):
    everything = [line(n) for n in range(1, 12)]
    kind = replace(LOW_DAY, records_per_split=4)
    chunks = [everything[n : n + size] for n in range(0, len(everything), size)]
    made = list(daily_energy.blocks(((c, same_columns(c)) for c in chunks), kind=kind))
    whole = list(daily_energy.blocks([(everything, same_columns(everything))], kind=kind))
    assert made == whole


def test_nothing_of_pattern_1_and_no_watt_hours_reach_a_message():
    """Canary: a point whose energy is known but not provided (pattern 1 has no provided digits) tells nothing."""
    canary = 7_654_321
    frame = energy({(number(1), DAY, 1): 3}).with_columns(energy_wh=pl.lit(canary, dtype=pl.Int64))
    balancing = energy({(number(2), DAY, 1): None}).with_columns(
        energy_wh=pl.lit(canary, dtype=pl.Int64), quality=pl.lit(0, dtype=pl.UInt8)
    )
    chunk = [line(1), line(2)]
    grid = columns.by_slot(pl.concat([frame, balancing]), [number(1), number(2)], DAY)
    assert grid[0] == [3, None]
    (block,) = daily_energy.blocks([(chunk, grid)], kind=LOW_DAY)
    assert str(canary) not in block.records


def test_reverse_flow_is_never_provided():
    reverse = energy({(number(1), DAY, 1): 5}).with_columns(direction=pl.lit(1, dtype=pl.UInt8))
    assert columns.by_slot(reverse, [number(1)], DAY)[0] == [None]


def test_the_content_of_a_block_is_the_same_in_two_revisions_when_nothing_changed():
    chunk = [line(1), line(2)]
    (first,) = daily_energy.blocks([(chunk, same_columns(chunk))], kind=LOW_DAY)
    (again,) = daily_energy.blocks([(chunk, same_columns(chunk))], kind=LOW_DAY)
    (other,) = daily_energy.blocks([(chunk, same_columns(chunk, 4))], kind=LOW_DAY)
    assert first.content == again.content != other.content


def test_a_retailers_machine_takes_the_file_from_its_zip():
    chunk = [line(1)]
    (block,) = slot_energy.blocks([(chunk, same_columns(chunk))], kind=LOW_SLOT, slots=[2])
    xml = document(envelope(LOW_SLOT, slot=2), block.records)
    machine = reader.Retailer()
    name = "W41110202604010030009001.zip"
    machine.poll([(name, packed(name.removesuffix(".zip"), xml))])
    assert machine.table == {(DAY, 2, number(1), "T0000000000001"): Decimal("0.3")}
    assert envelope(LOW_SLOT).created_at.tzinfo is JST
