"""Lines, vanished lines and the lists that the ledger keeps."""

from edi.domain import coverage, point_lists
from edi.domain.lines import with_vanished
from tests.edi.rows import line, number


def test_a_point_without_a_line_any_more_gets_one_without_a_value():
    kept, gone = line(1), line(2)
    lines = with_vanished([kept], {gone.number: coverage.full()}, [gone])
    assert [one.number for one in lines] == [number(1), number(2)]
    assert lines[0] == kept
    assert (lines[1].listed, lines[1].provided) == (coverage.full(), 0)


def test_a_point_that_ended_during_the_day_keeps_its_values_and_loses_the_rest():
    morning = coverage.full() >> 24
    ended = line(1, listed=morning, provided=morning)
    (only,) = with_vanished([ended], {ended.number: coverage.full() & ~morning}, [])
    assert (only.listed, only.provided) == (coverage.full(), morning)


def test_without_vanished_points_the_lines_are_as_they_were():
    lines = [line(1), line(2)]
    assert with_vanished(lines, {}, []) is lines


def test_a_list_says_whole_points_by_number_and_others_with_their_slots():
    span = coverage.full()
    lines = [line(1), line(2, provided=0), line(3, provided=coverage.one(1) | coverage.one(5))]
    text = point_lists.write(lines, span)
    assert text == f"{number(1)}\n{number(2)}:0\n{number(3)}:11"
    assert [(e.number, e.provided, e.tells_something) for e in point_lists.read(text)] == [
        (number(1), None, True),
        (number(2), 0, False),
        (number(3), 0b10001, True),
    ]


def test_files_of_two_slots_with_the_same_points_share_one_list():
    lines = [line(n) for n in range(1, 4)]
    lists = {point_lists.write(lines, coverage.one(slot)) for slot in range(1, 49)}
    assert len(lists) == 1
    assert len({point_lists.digest(text) for text in lists}) == 1
