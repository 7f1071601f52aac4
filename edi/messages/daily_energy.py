"""日毎30分電力量: one day of 48 slots, slot outside and points inside (0120 high voltage, 1120 low). Source: edi.md 5.2."""

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Any

from edi.domain import coverage, point_lists
from edi.domain.lines import PointLine
from edi.domain.profile import PROFILE, MessageKind, Profile
from edi.messages.blocks import Block, Cutter
from edi.messages.columns import Column
from edi.messages.half_hours import head, records, told
from edi.messages.xml import element, group

SLOT = "JPMR00010"
RECORD = "JPMR00011"


def blocks(
    chunks: Iterable[tuple[Sequence[PointLine], Sequence[Column]]],
    *,
    kind: MessageKind,
    profile: Profile = PROFILE,
) -> Iterator[Block]:
    """The files of one day's message, as they become full.

    ``chunks``: lines in ascending order of number with 48 columns of values (0.1 kWh) beside them. Every point has a
    record in each of the 48 slots: where it has no service, no value, or no leave to tell it, the record says so.
    """
    cutter = Cutter(kind.records_per_split, partial(_block, kind=kind, profile=profile))
    for lines, columns in chunks:
        heads = [head(line, RECORD) for line in lines]
        yield from cutter.feed(lines, heads, *told(lines, columns))
    yield from cutter.rest()


def _block(
    position: int,
    lines: list[PointLine],
    columns: list[list[Any]],
    *,
    kind: MessageKind,
    profile: Profile,
) -> Block:
    heads, *slots = columns
    return Block(
        position=position,
        records="".join(
            group(
                SLOT,
                element("JP06219", f"{number:02d}")
                + group("JPM00011", records(heads, values, RECORD, kind, profile)),
            )
            for number, values in enumerate(slots, start=1)
        ),
        rows=len(lines) * len(slots),
        available=sum(len(values) - values.count(None) for values in slots),
        points=point_lists.write(lines, coverage.full()),
        first_number=lines[0].number,
        last_number=lines[-1].number,
    )
