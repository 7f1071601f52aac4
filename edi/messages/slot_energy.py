"""30分電力量: one slot, all points of one receiver (0110 high voltage, 1110 low voltage). Source: edi.md section 5.1."""

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Any

from edi.domain import coverage, point_lists
from edi.domain.lines import PointLine
from edi.domain.profile import PROFILE, MessageKind, Profile
from edi.messages.blocks import Block, Cutter
from edi.messages.columns import Column
from edi.messages.half_hours import head, records, told

RECORD = "JPMR00010"


def blocks(
    chunks: Iterable[tuple[Sequence[PointLine], Sequence[Column]]],
    *,
    kind: MessageKind,
    slots: Sequence[int],
    profile: Profile = PROFILE,
) -> Iterator[Block]:
    """The files of the messages of ``slots``, one message per slot, as they become full.

    ``chunks``: lines in ascending order of number with 48 columns of values (0.1 kWh) beside them. A slot's message
    holds the lines that list the slot; a line without a value, or without leave to tell it, says so.
    """
    cutters = {
        slot: Cutter(kind.records_per_split, partial(_block, slot=slot, kind=kind, profile=profile))
        for slot in slots
    }
    for lines, columns in chunks:
        heads = [head(line, RECORD) for line in lines]
        told_columns = told(lines, columns)
        everywhere = all(line.listed == coverage.full() for line in lines)
        for slot, cutter in cutters.items():
            values = told_columns[slot - 1]
            if everywhere:
                yield from cutter.feed(lines, heads, values)
                continue
            listed = [n for n, line in enumerate(lines) if line.listed & coverage.one(slot)]
            yield from cutter.feed(
                [lines[n] for n in listed], [heads[n] for n in listed], [values[n] for n in listed]
            )
    for cutter in cutters.values():
        yield from cutter.rest()


def _block(
    position: int,
    lines: list[PointLine],
    columns: list[list[Any]],
    *,
    slot: int,
    kind: MessageKind,
    profile: Profile,
) -> Block:
    heads, values = columns
    return Block(
        position=position,
        slot=slot,
        records=records(heads, values, RECORD, kind, profile),
        rows=len(lines),
        available=len(values) - values.count(None),
        points=point_lists.write(lines, coverage.one(slot)),
        first_number=lines[0].number,
        last_number=lines[-1].number,
    )
