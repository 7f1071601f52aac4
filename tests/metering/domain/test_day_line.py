"""One day as a step line: axes, steps and breaks, fields without values."""

import re
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from metering.domain import day_line
from metering.domain.day_line import NARROW, WIDE
from metering.domain.quality import Quality

NOTHING: list[int | None] = [None] * 48
MEASURED = [Quality.MEASURED] * 48


def test_axes_are_round_and_reach_the_largest_amount():
    assert day_line.axis(2_300) == [0, 500, 1_000, 1_500, 2_000, 2_500]
    assert day_line.axis(3) == [0, 1, 2, 3]
    assert day_line.axis(0) == [0, 1]


@given(st.integers(0, 10**9))
def test_every_axis_has_at_most_six_even_steps(largest: int):
    ticks = day_line.axis(largest)
    assert ticks[0] == 0
    assert ticks[-1] >= largest
    assert len(ticks) <= 7
    assert len({b - a for a, b in pairwise(ticks)}) == 1


def test_a_line_is_level_over_a_slot_and_upright_between():
    path = day_line.steps(WIDE, [0, 100, *NOTHING[2:]], 100)
    assert path == f"M52.0 264.0H71.0V{WIDE.top}.0H90.1"


def test_a_slot_without_value_lifts_the_pen():
    amounts: list[int | None] = [0, None, 0, *NOTHING[3:]]
    assert day_line.steps(WIDE, amounts, 1).count("M") == 2


def test_nothing_known_draws_nothing():
    drawing = day_line.draw(WIDE, NOTHING, [None] * 48, NOTHING, NOTHING)
    assert (drawing.day, drawing.before, drawing.week) == ("", "", "")
    assert [(field.first, field.last, field.quality) for field in drawing.fields] == [(1, 48, None)]


def test_a_gap_is_a_field_with_words_in_its_middle():
    amounts: list[int | None] = [5] * 32 + [None] * 8 + [5] * 8
    qualities = MEASURED[:32] + [Quality.MISSING] * 8 + MEASURED[:8]
    (field,) = day_line.draw(WIDE, amounts, qualities, NOTHING, NOTHING).fields
    assert (field.first, field.last, field.slots) == (33, 40, 8)
    assert (field.x, field.width) == ("662.6", "152.7")
    assert float(field.tab_middle) == 738.9


def test_words_stay_inside_the_drawing_and_apart():
    amounts: list[int | None] = [None] * 4 + [5] + [None] * 5 + [5] * 34 + [None] * 4
    qualities = (
        [Quality.MISSING] * 4
        + MEASURED[:1]
        + [Quality.HELD] * 5
        + MEASURED[:34]
        + [Quality.MISSING] * 4
    )
    fields = day_line.draw(NARROW, amounts, qualities, NOTHING, NOTHING).fields
    named = [float(field.tab_x) for field in fields if field.tab_x]
    assert len(fields) == 3
    assert named == [NARROW.left, NARROW.end - day_line.TAB]


def test_short_gaps_stand_without_words():
    amounts: list[int | None] = [5] * 10 + [None] + [5] * 37
    qualities = [*MEASURED[:10], Quality.MISSING, *MEASURED[:37]]
    (field,) = day_line.draw(WIDE, amounts, qualities, NOTHING, NOTHING).fields
    assert field.tab_x == ""


@given(st.lists(st.none() | st.integers(0, 10**6), min_size=48, max_size=48))
def test_a_drawing_never_leaves_its_frame(amounts: list[int | None]):
    qualities = [Quality.MISSING if amount is None else Quality.MEASURED for amount in amounts]
    for frame in (WIDE, NARROW):
        drawing = day_line.draw(frame, amounts, qualities, amounts, NOTHING)
        for x in re.findall(r"[MH]([\d.]+)", drawing.day):
            assert frame.left <= float(x) <= frame.end
        for y in re.findall(r"(?:V|M[\d.]+ )([\d.]+)", drawing.day):
            assert frame.top <= float(y) <= frame.base
        assert sum(field.slots for field in drawing.fields) == amounts.count(None)
