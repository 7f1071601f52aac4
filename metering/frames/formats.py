"""What is received, and where its rows belong. Columns and types are those of the offline settlement (settlement.tables).

Both read the same contract (settlement.md sections 1 and 4). They differ in what happens to an odd row: offline it refuses the
file, here it is set aside under the fault named here, and its fellows are taken in.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from metering.domain.row_faults import Fault
from metering.settlement import tables
from metering.settlement.tables import Column, Kind, Table


@dataclass(frozen=True)
class Format:
    """One kind of received file."""

    table: Table
    place: str  # the column that says where a row belongs: device point or premises
    at: str | None = None  # the column with an instant
    order: tuple[
        str, ...
    ] = ()  # how a part is sorted; rows equal in these stay in the order of delivery

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns in the order of the header."""
        return self.table.columns

    @property
    def schema(self) -> pl.Schema:
        """The schema of accepted rows."""
        return self.table.schema

    @property
    def headings(self) -> list[str]:
        """The header of a CSV file."""
        return [column.name for column in self.columns]


POINT, PREMISES = "device_point_number", "premises_number"

FORMATS: dict[str, Format] = {
    "readings": Format(tables.READINGS, POINT, "read_at", (POINT, "direction", "read_at")),
    "exchanges": Format(tables.EXCHANGES, POINT, "exchanged_at"),
    "gapfill": Format(tables.GAPFILL, POINT, "at", (POINT, "direction", "at")),
    "baselines": Format(tables.BASELINES, POINT, order=(POINT, "direction", "slot")),
    "smart_meter": Format(tables.SMART_METER, PREMISES, order=(PREMISES, "slot")),
}

# The fault of a value that cannot be read, by kind of value or by column; and of one that may not be there.
_UNREADABLE: dict[Kind, Fault] = {
    tables.INSTANT: Fault.INSTANT_FORM,
    tables.DAY: Fault.DAY_FORM,
    tables.ENERGY: Fault.NUMBER_FORM,
}
_OF_COLUMN: dict[str, Fault] = {
    POINT: Fault.POINT_FORM,
    PREMISES: Fault.PREMISES_UNKNOWN,
    "direction": Fault.DIRECTION,
    "slot": Fault.SLOT,
    "kind": Fault.FILL_KIND,
}
_NOT_ALLOWED: dict[str, Fault] = {
    "read_at": Fault.OFF_BOUNDARY,
    "at": Fault.OFF_BOUNDARY,
    "exchanged_at": Fault.INSTANT_FORM,  # any minute, but whole ones
    "old_register_kwh": Fault.REGISTER_RANGE,
    "new_register_kwh": Fault.REGISTER_RANGE,
}


def unreadable(column: Column) -> Fault:
    """The fault of a value of ``column`` that is not of its form."""
    return _OF_COLUMN.get(column.name) or _UNREADABLE.get(column.kind, Fault.TOO_LONG)


def not_allowed(column: Column) -> Fault:
    """The fault of a value of ``column`` that can be read but may not stand there."""
    return _NOT_ALLOWED.get(column.name) or unreadable(column)


def heading_in_parquet(column: Column, names: Sequence[str]) -> str | None:
    """The name under which a Parquet file with columns ``names`` has ``column``: kWh, or whole Wh; None where neither."""
    return next((name for name in (column.name, column.target) if name in names), None)


def typed_value(column: Column, heading: str, dtype: pl.DataType) -> pl.Expr | None:
    """The value of a Parquet column, None where its type is not one of the contract's (a float is none, ever)."""
    found = pl.col(heading)
    if heading == column.name:
        return column.kind.from_parquet(found, dtype)
    is_whole_wh = dtype.is_integer() or dtype == pl.Null
    return found.cast(pl.Int64, strict=False) if is_whole_wh else None
