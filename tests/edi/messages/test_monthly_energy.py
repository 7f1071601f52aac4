"""1220: one record per point, whole or not at all (decisions 19)."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edi.domain import coverage
from edi.messages import columns, monthly_energy
from edi.messages.envelope import document
from edi.messages.validation import faults
from tests.edi import reader
from tests.edi.rows import LOW_MONTH, energy, envelope, line, month_blocks, number

FIRST_DAY, READING_DAY = date(2026, 10, 1), date(2026, 11, 1)
DAYS = 31
WHOLE = coverage.full(DAYS)


def values(n: int, *, without=(), days=DAYS):
    return {
        (number(n), FIRST_DAY + timedelta(days=day), slot): (n * 1000 + day * 48 + slot) % 97
        for day in range(days)
        for slot in range(1, 49)
        if (day, slot) not in without
    }


def point(n: int, **fields):
    return line(n, **{"listed": WHOLE, "provided": WHOLE, **fields})


def read_back(lines, settled, *, days=DAYS, kind=LOW_MONTH):
    last = FIRST_DAY + timedelta(days=days - 1)
    grid = columns.by_point(energy(settled), [one.number for one in lines], FIRST_DAY, last)
    records = [
        monthly_energy.record(one, column, first_day=FIRST_DAY, kind=kind)
        for one, column in zip(lines, grid, strict=True)
    ]
    found = reader.Fixed(code="", month="", receiver=("", ""))
    for block in month_blocks(records, kind, days=days):
        xml = document(envelope(kind, day=READING_DAY), block.records)
        assert faults(xml, kind) == []
        read = reader.read_fixed(xml)
        found.month = read.month
        found.days |= read.days
        found.totals |= read.totals
        found.names |= read.names
    return found


def test_a_whole_month_is_read_back_by_position_and_adds_up():
    settled = values(1) | values(2)
    found = read_back([point(1), point(2)], settled)
    assert found.month == "202610"
    for n in (1, 2):
        days = found.days[number(n)]
        assert list(days) == reader.month_days(FIRST_DAY, date(2026, 10, 31))
        for day, read in days.items():
            assert read == [
                Decimal(settled[number(n), day, slot]).scaleb(-1) for slot in range(1, 49)
            ]
        assert found.totals[number(n)] == sum(sum(read) for read in days.values())


@pytest.mark.parametrize("missing", [(0, 1), (15, 20), (30, 48)])
def test_one_slot_missing_inside_the_service_leaves_the_record_without_groups(missing):
    found = read_back([point(1), point(2)], values(1, without={missing}) | values(2))
    assert found.days[number(1)] is None
    assert number(1) not in found.totals
    assert found.days[number(2)] is not None
    assert found.names[number(1)] == "C00000001"  # JP06120 is never absent in 1220


def test_a_slot_outside_the_service_is_zero_and_every_day_has_its_slots():
    begins = 10 * 48 + 20  # on the 11th, at 10:00
    served = WHOLE & ~((1 << begins) - 1)
    late = point(1, listed=served, provided=served)
    found = read_back([late], values(1))
    days = found.days[number(1)]
    assert len(days) == DAYS
    assert all(len(read) == 48 for read in days.values())
    flat = [value for read in days.values() for value in read]
    assert set(flat[:begins]) == {Decimal("0.0")}
    assert found.totals[number(1)] == sum(flat[begins:]) == sum(flat)


def test_a_slot_that_may_not_be_told_leaves_the_record_without_groups():
    barred = point(1, provided=WHOLE & ~coverage.one(700))
    assert read_back([barred], values(1)).days[number(1)] is None


def test_a_missing_slot_outside_the_service_does_no_harm():
    served = WHOLE >> 48  # ended before the last day
    ended = point(1, listed=served, provided=served)
    found = read_back([ended], values(1, days=DAYS - 1))
    assert found.days[number(1)][date(2026, 10, 31)] == [Decimal("0.0")] * 48


def test_a_point_whose_own_period_is_shorter_starts_on_its_own_day():
    served = WHOLE & ~coverage.full(3)
    short = point(1, listed=served, provided=served, skipped_days=3)
    found = read_back([short], values(1))
    assert next(iter(found.days[number(1)])) == date(2026, 10, 4)
    assert len(found.days[number(1)]) == DAYS - 3


@pytest.mark.parametrize(("points", "sizes"), [(1, [1]), (2, [2]), (3, [2, 1]), (4, [2, 2])])
def test_splits_at_the_limit_and_one_more(points, sizes):
    kind = replace(LOW_MONTH, records_per_split=2)
    lines = [line(n) for n in range(1, points + 1)]
    records = [
        monthly_energy.record(one, [1] * 48, first_day=FIRST_DAY, kind=kind) for one in lines
    ]
    blocks = list(month_blocks(records, kind, days=1))
    assert [block.rows for block in blocks] == sizes
    assert [len(block.record_digests) for block in blocks] == sizes


@settings(max_examples=15)
@given(
    st.lists(
        st.tuples(st.integers(0, DAYS * 48), st.integers(0, DAYS * 48)), min_size=1, max_size=3
    ),
    st.sets(st.tuples(st.integers(0, DAYS - 1), st.integers(1, 48)), max_size=3),
)
def test_a_record_is_whole_exactly_when_nothing_inside_its_service_is_missing(spans, missing):
    lines, settled = [], {}
    for n, (start, end) in enumerate(spans, start=1):
        served = ((1 << max(start, end)) - 1) & ~((1 << min(start, end)) - 1)
        lines.append(point(n, listed=served, provided=served))
        settled |= values(n, without=missing)
    found = read_back(lines, settled)
    for one in lines:
        gaps = any(one.listed >> day * 48 + slot - 1 & 1 for day, slot in missing)
        assert (found.days[one.number] is None) is gaps
        if not gaps:
            inside = [
                settled[one.number, FIRST_DAY + timedelta(days=n // 48), n % 48 + 1]
                for n in range(DAYS * 48)
                if one.listed >> n & 1
            ]
            assert found.totals[one.number] == Decimal(sum(inside)).scaleb(-1)


def test_a_record_of_one_day_is_recognised():
    assert monthly_energy.is_single_day(line(1), days=1)
    assert monthly_energy.is_single_day(line(1, skipped_days=30), days=31)
    assert not monthly_energy.is_single_day(line(1), days=2)
