"""The columns of every kind of received file, and how each is read. Source: settlement.md sections 1 and 4.

Files speak kWh with three decimals, frames whole Wh; Parquet may bring whole Wh under the frame's own name. A column is
read by its *kind of value*; what cannot be read that way gives the column's fault.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import polars as pl

from metering.domain.row_faults import Fault
from metering.settlement import schemas
from metering.settlement.expressions import parsing

Reader = Callable[[pl.Expr], pl.Expr]

POINT_NUMBER = r"^[0-9]{22}$"
PREMISES_NUMBER = r"^.{1,22}$"


def _matching(form: str) -> Reader:
    return lambda column: pl.when(column.str.contains(form)).then(column)


def _is_integer(dtype: pl.DataType) -> bool:
    return dtype.is_integer()


def _is_instant(dtype: pl.DataType) -> bool:
    """Nanoseconds are refused: they would have to be cut."""
    return isinstance(dtype, pl.Datetime) and dtype.time_unit != "ns"


def _is_thousandths(dtype: pl.DataType) -> bool:
    return isinstance(dtype, pl.Decimal) and dtype.scale <= 3


@dataclass(frozen=True)
class ValueKind:
    """How one kind of value is read from text, and from the types a Parquet file may have it in."""

    of_text: Reader
    fits: Callable[[pl.DataType], bool] = lambda _: False


POINT = ValueKind(_matching(POINT_NUMBER))
PREMISES = ValueKind(_matching(PREMISES_NUMBER))
TEXT = ValueKind(parsing.text)
FILL_KIND = ValueKind(_matching("^[CI]$"))
DIRECTION = ValueKind(parsing.direction, _is_integer)
SLOT = ValueKind(parsing.whole, _is_integer)
INSTANT = ValueKind(parsing.instant, _is_instant)
DAY = ValueKind(parsing.day, lambda dtype: dtype == pl.Date)
ENERGY = ValueKind(parsing.wh, _is_thousandths)


@dataclass(frozen=True)
class Column:
    """One column: its heading in files, its name in the frame, and the fault of a value that cannot be read."""

    heading: str
    value: ValueKind
    fault: Fault
    name: str = ""
    may_be_empty: bool = False

    @property
    def frame_name(self) -> str:
        """The name in the frame: the heading, but for energies in Wh."""
        return self.name or self.heading


@dataclass(frozen=True)
class Format:
    """The contract of one kind of file."""

    columns: tuple[Column, ...]
    schema: pl.Schema
    place: str  # the column that says where the row belongs: device point or premises
    at: str | None = None  # the column with an instant
    order: tuple[
        str, ...
    ] = ()  # how a part is sorted; rows equal in these stay in the order of delivery

    @property
    def headings(self) -> list[str]:
        """The header of a CSV file."""
        return [column.heading for column in self.columns]


_NUMBER = Column("device_point_number", POINT, Fault.POINT_FORM)
_DIRECTION = Column("direction", DIRECTION, Fault.DIRECTION)
_DAY = Column("day", DAY, Fault.DAY_FORM)
_SLOT = Column("slot", SLOT, Fault.SLOT)
_METER = Column("meter_id", TEXT, Fault.TOO_LONG, may_be_empty=True)


def _energy(stem: str, *, may_be_empty: bool = False) -> Column:
    return Column(f"{stem}_kwh", ENERGY, Fault.NUMBER_FORM, f"{stem}_wh", may_be_empty)


def _instant(heading: str) -> Column:
    return Column(heading, INSTANT, Fault.INSTANT_FORM)


FORMATS: dict[str, Format] = {
    "readings": Format(
        (
            _NUMBER,
            _DIRECTION,
            _instant("read_at"),
            # a value without a reason for its absence is a finding (OUT_OF_RANGE), not an unreadable row
            _energy("register", may_be_empty=True),
            _METER,
            Column("status", TEXT, Fault.TOO_LONG, may_be_empty=True),
        ),
        schemas.READINGS,
        place="device_point_number",
        at="read_at",
        order=("device_point_number", "direction", "read_at"),
    ),
    "exchanges": Format(
        (
            _NUMBER,
            _DIRECTION,
            _instant("exchanged_at"),
            Column("old_meter_id", TEXT, Fault.TOO_LONG, may_be_empty=True),
            Column("new_meter_id", TEXT, Fault.TOO_LONG, may_be_empty=True),
            _energy("old_register", may_be_empty=True),
            _energy("new_register", may_be_empty=True),
        ),
        schemas.EXCHANGES,
        place="device_point_number",
        at="exchanged_at",
    ),
    "gapfill": Format(
        (
            _NUMBER,
            _DIRECTION,
            Column("kind", FILL_KIND, Fault.FILL_KIND),
            _instant("at"),
            _energy("value"),
        ),
        schemas.GAPFILL,
        place="device_point_number",
        at="at",
        order=("device_point_number", "direction", "at"),
    ),
    "baselines": Format(
        (_NUMBER, _DIRECTION, _DAY, _SLOT, _energy("energy")),
        schemas.BASELINES,
        place="device_point_number",
        order=("device_point_number", "direction", "slot"),
    ),
    "smart_meter": Format(
        (
            Column("premises_number", PREMISES, Fault.PREMISES_UNKNOWN),
            _DAY,
            _SLOT,
            _energy("forward", may_be_empty=True),
            _energy("reverse", may_be_empty=True),
        ),
        schemas.SMART_METER,
        place="premises_number",
        order=("premises_number", "slot"),
    ),
}


def heading_in_parquet(column: Column, names: Sequence[str]) -> str | None:
    """The name under which a Parquet file with columns ``names`` has ``column``: kWh, or whole Wh; None where neither."""
    return next((name for name in (column.heading, column.frame_name) if name in names), None)


def typed_value(column: Column, heading: str, dtype: pl.DataType) -> pl.Expr | None:
    """The value of a Parquet column, None where its type is not one of the contract's (a float is none, ever)."""
    found = pl.col(heading)
    if isinstance(dtype, pl.Categorical | pl.Enum | pl.Null):
        found, dtype = found.cast(pl.String), pl.String()
    if heading.endswith("_wh"):
        return found.cast(pl.Int64, strict=False) if dtype.is_integer() else None
    if dtype == pl.String:
        return column.value.of_text(found)
    return _converted(found, dtype) if column.value.fits(dtype) else None


def _converted(found: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    if isinstance(dtype, pl.Decimal):
        return found.cast(pl.Decimal(38, 3)).to_physical().cast(pl.Int64, strict=False)
    if isinstance(dtype, pl.Datetime):
        return parsing.naive_jst(found, dtype)
    return found
