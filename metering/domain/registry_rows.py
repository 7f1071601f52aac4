"""What a registry file is made of: tables, their columns, and how a row of cells becomes values.

What needs the database (is it registered, does it overlap) is judged by ``metering.services.registry``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from metering.domain import registry_refusals as refusals
from metering.domain.registry_kinds import Formats, Kind
from metering.domain.registry_rules import check_order
from portal.errors import DomainError


@dataclass(frozen=True)
class Column:
    """One column. ``key`` columns together say which thing a row is about; ``fixed`` ones never change afterwards."""

    name: str
    label: str
    kind: Kind
    example: str
    required: bool = True
    key: bool = False
    fixed: bool = False
    note: str = ""


@dataclass(frozen=True)
class Table:
    """One table: ``says`` what a row is, ``span`` names the columns of its validity."""

    name: str
    label: str
    says: str
    columns: tuple[Column, ...]
    span: tuple[str, str] | None = None

    @property
    def key(self) -> tuple[str, ...]:
        """The columns that say which thing a row is about."""
        return tuple(column.name for column in self.columns if column.key)

    @property
    def labels(self) -> dict[str, str]:
        """Japanese labels by column name, as ``portal.uploads.read`` takes them."""
        return {column.name: column.label for column in self.columns}


class CellRefused(Exception):
    """A cell or a span of a row is wrong: why, and in which column."""

    def __init__(self, column: str, error: DomainError) -> None:
        super().__init__(column, error)
        self.column = column
        self.error = error


def parse(table: Table, cells: Mapping[str, str], formats: Formats) -> dict[str, Any]:
    """The values of one row by column; an empty cell that may be empty is None. Raises :class:`CellRefused`."""
    values = {column.name: _value(column, cells[column.name], formats) for column in table.columns}
    if table.span:
        start, end = table.span
        try:
            check_order(values[start], values[end])
        except DomainError as error:
            raise CellRefused(end, error) from error
    return values


def _value(column: Column, cell: str, formats: Formats) -> Any:
    if not cell:
        if column.required:
            raise CellRefused(column.name, refusals.required())
        return None
    try:
        return column.kind.read(cell, formats)
    except DomainError as error:
        raise CellRefused(column.name, error) from error
