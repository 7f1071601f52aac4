"""月間確定使用量: one record per point, day outside and slot inside (1210 high voltage, 1220 low).

Source: edi.md section 5.3; decisions 19: a slot missing inside the service makes the whole record 提供可否 = 否 without
groups; a slot outside the service is 0.0; every day of the settlement period has its 48 slots.
"""

import hashlib
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import cast

from edi.domain import coverage, point_lists
from edi.domain.lines import PointLine
from edi.domain.profile import PROFILE, MessageKind, Profile
from edi.messages.blocks import Block, Cutter
from edi.messages.columns import Column
from edi.messages.xml import cut, decimal, element, group
from portal.timekeeping.half_hours import SLOTS_PER_DAY

RECORD = "JPMR00010"
_SLOT_OPENINGS = [
    f"<JPMR00014><JP06219>{slot:02d}</JP06219><JP06424>" for slot in range(1, SLOTS_PER_DAY + 1)
]
_SLOT_CLOSING = "</JP06424></JPMR00014>"


@dataclass(frozen=True, slots=True)
class Record:
    """One point's record as text, whether it holds values, and a short digest of what it says.

    By the digest 1220 re-issues only records that say something else than before (decisions 22).
    """

    line: PointLine
    text: str
    is_available: bool

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()[:16]


def record(
    line: PointLine,
    values: Column,
    *,
    first_day: date,
    kind: MessageKind,
    profile: Profile = PROFILE,
) -> Record:
    """One point's record. ``values``: 0.1 kWh per slot from ``first_day`` to the last day, None where there is none."""
    fixed = fixed_values(line, values)
    begin = (
        element("JP06400", line.number)
        + element("JP06119", line.customer_number)
        + element("JP06120", cut("JP06120", line.shown_name))
        + element("JP06403", profile.voltage_names[kind.voltage])
        + element("JP06404", profile.journal_code)
    )
    if fixed is None:
        return Record(
            line, group(RECORD, begin + element("JP06405", profile.unavailable)), is_available=False
        )
    body = (
        element("JP06405", profile.available)
        + element("JP06426", decimal(sum(fixed), profile.decimals))
        + group("JPM00013", _days(fixed, first_day + timedelta(days=line.skipped_days), profile))
    )
    return Record(line, group(RECORD, begin + body), is_available=True)


def fixed_values(line: PointLine, values: Column) -> list[int] | None:
    """The values of the point's settlement period, 0 outside its service; None where one inside is missing or not told."""
    if line.listed & ~line.provided:
        return None
    start = line.skipped_days * SLOTS_PER_DAY
    start = line.skipped_days * SLOTS_PER_DAY
    fixed = values[start:]
    if line.listed != coverage.full(len(values) // SLOTS_PER_DAY):
        fixed = [value if line.listed >> n & 1 else 0 for n, value in enumerate(values)][start:]
    return None if None in fixed else cast("list[int]", fixed)


def _days(fixed: list[int], first: date, profile: Profile) -> str:
    texts = {value: decimal(value, profile.decimals) + _SLOT_CLOSING for value in set(fixed)}
    return "".join(
        group(
            "JPMR00013",
            element("JP06423", f"{first + timedelta(days=n // SLOTS_PER_DAY):%Y%m%d}")
            + group(
                "JPM00014",
                "".join(
                    opening + texts[value]
                    for opening, value in zip(
                        _SLOT_OPENINGS, fixed[n : n + SLOTS_PER_DAY], strict=True
                    )
                ),
            ),
        )
        for n in range(0, len(fixed), SLOTS_PER_DAY)
    )


def cutter(kind: MessageKind, days: int) -> Cutter:
    """Cuts records of one message of ``days`` days into files: ``feed([line], [record])`` in order of number."""
    return Cutter(kind.records_per_split, partial(_block, span=coverage.full(days)))


def _block(
    position: int, lines: list[PointLine], columns: list[list[Record]], *, span: int
) -> Block:
    records = columns[0]
    return Block(
        position=position,
        records="".join(one.text for one in records),
        rows=len(records),
        available=sum(one.is_available for one in records),
        points=point_lists.write(lines, span),
        first_number=lines[0].number,
        last_number=lines[-1].number,
        record_digests=tuple(one.digest for one in records),
    )


def is_single_day(line: PointLine, days: int) -> bool:
    """Whether the record covers one day only: such records get splits of their own, since one reader fails on them."""
    return days - line.skipped_days == 1
