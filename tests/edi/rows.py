"""Rows of results and lines for the tests of messages."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime

import polars as pl

from edi.domain import coverage
from edi.domain.lines import PointLine
from edi.domain.profile import PROFILE, MessageKind
from edi.messages import monthly_energy
from edi.messages.blocks import Block
from edi.messages.envelope import Envelope, Party
from edi.messages.monthly_energy import Record
from metering.settlement.schemas import ENERGY
from portal.timekeeping.half_hours import JST

DAY = date(2026, 4, 1)
OPERATOR = Party(code="10033", name="見本送配電株式会社")
RETAILER = Party(code="91233", name="見本小売株式会社")


def number(n: int) -> str:
    return f"039{n:019d}"


def line(n: int, **fields: object) -> PointLine:
    """The n-th point, listed and provided in all slots of a day unless said otherwise."""
    return PointLine(
        **{
            "number": number(n),
            "control_number": f"T{n:013d}",
            "customer_number": f"C{n:08d}",
            "shown_name": f"C{n:08d}",
            "listed": coverage.full(),
            "provided": coverage.full(),
            **fields,
        }
    )


def energy(values: Mapping[tuple[str, date, int], int | None]) -> pl.LazyFrame:
    """Settled pattern 2 energy: provided_100wh by (number, day, slot)."""
    return pl.LazyFrame(
        [
            {
                "device_point_number": point,
                "direction": 0,
                "day": day,
                "slot": slot,
                "energy_wh": None if value is None else value * 100 + 7,
                "quality": 9 if value is None else 0,
                "provided_100wh": value,
            }
            for (point, day, slot), value in values.items()
        ],
        schema=ENERGY,
    )


def columns(lines: Iterable[PointLine], value: int | None = 3) -> list[list[int | None]]:
    """48 columns of one value."""
    count = len(list(lines))
    return [[value] * count for _ in range(48)]


def month_blocks(records: Iterable[Record], kind: MessageKind, days: int) -> list[Block]:
    """The files of ordinary records."""
    cutter = monthly_energy.cutter(kind, days)
    full = [block for one in records for block in cutter.feed([one.line], [one])]
    return [*full, *cutter.rest()]


def envelope(kind: MessageKind, created_at: datetime | None = None, **fields: object) -> Envelope:
    return Envelope(
        **{
            "kind": kind,
            "sender": OPERATOR,
            "receiver": RETAILER,
            "created_at": created_at or datetime(2026, 4, 2, 6, 15, 3, tzinfo=JST),
            "day": DAY,
            **fields,
        }
    )


LOW_SLOT, LOW_DAY, LOW_MONTH = (PROFILE.kind(code) for code in ("1110", "1120", "1220"))
