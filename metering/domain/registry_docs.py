"""docs/registry.md, written from the tables themselves: `python manage.py import_registry --describe > docs/registry.md`."""

from collections.abc import Iterator

from metering.domain.registry_rows import Column, Table
from metering.domain.registry_tables import TABLES

HEAD = """\
# Registry files

`python manage.py import_registry TABLE FILE… [--dry-run] [--partly] [--verdicts OUT]` takes CSV files into the
registry. This page is made from the tables themselves (`python manage.py import_registry --describe`); a test keeps it true.

- UTF-8 (with or without byte order mark) or CP932, comma-separated. The first row holds every column of the table once, in any
  order, by its name or its Japanese name. A wrong header or an unreadable file is refused whole.
- A row is known by its key columns (marked **key**): it is created, updated or unchanged. The same file again is all
  unchanged. Columns marked *fixed* never change once they are registered.
- Spans are half-open: an end is the first day or instant that is no longer covered; empty means open.
- Every row gets a verdict. One refused row refuses the whole import; `--partly` lets the other rows through. `--dry-run` answers the
  same and writes nothing. `--verdicts` writes the sender's own file back with the verdicts behind its columns: it can be
  mended and sent again.
- Excel spoils long numbers (`3.0E+21`) and turns `01` into `1`: format such columns as text, write `both` for both
  directions.
- Import the tables in the order of this page: each refers only to those before it.
"""


def described() -> str:
    """The whole page."""
    return "\n".join([HEAD, *(line for table in TABLES.values() for line in _table(table))])


def _table(table: Table) -> Iterator[str]:
    yield f"## {table.name} ({table.label})"
    yield ""
    yield table.says
    yield ""
    yield "| Column | Japanese | Value | |"
    yield "|---|---|---|---|"
    yield from (_row(column) for column in table.columns)
    yield ""
    yield "```"
    yield ",".join(column.name for column in table.columns)
    yield ",".join(column.example for column in table.columns)
    yield "```"
    yield ""


def _row(column: Column) -> str:
    marks = [
        "**key**" if column.key else "",
        "" if column.required else "may be empty",
        "*fixed*" if column.fixed else "",
        column.note,
    ]
    told = "; ".join(mark for mark in marks if mark)
    return f"| `{column.name}` | {column.label} | {column.kind.form} | {told} |"
