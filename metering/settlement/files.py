"""Files of an offline settlement as checked frames: CSV, CSV.gz and Parquet (settlement.md section 4).

A file is read batch by batch, in its own order. What the contract refuses raises :class:`portal.errors.Invalid` with
file, row (the line of a CSV, its header being row 1; the row of a Parquet file) and column; nothing is skipped.
"""

import csv
import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import polars as pl
from polars.exceptions import PolarsError

from metering.domain.rules import Rules
from metering.settlement.tables import ENERGY, Column, Table
from portal.errors import Invalid, Text

BATCH = 250_000
_FIELD = "\x1f"  # between the fields of a line once quotes are resolved


@dataclass(frozen=True)
class Source:
    """One file of one table."""

    path: Path
    table: Table
    rules: Rules

    @property
    def is_parquet(self) -> bool:
        """By its name; everything else is CSV."""
        return self.path.suffix == ".parquet"

    def batches(self, size: int = BATCH) -> Iterator[pl.DataFrame]:
        """Checked rows in the schema of the table, in file order. Raises :class:`Invalid`."""
        raw = _parquet_batches(self, size) if self.is_parquet else _csv_batches(self, size)
        while True:
            with _readable(self.path):
                batch = next(raw, None)
            if batch is None:
                return
            yield _checked(self, batch)

    def frame(self) -> pl.DataFrame:
        """The whole file."""
        return pl.concat([self.table.schema.to_frame(), *self.batches()])

    def refuse_number(self, number: str) -> None:
        """Raises :class:`Invalid` for the first row with this device point number, where it has one."""
        row = 1 if self.is_parquet else 2
        for batch in self.batches():
            places = (batch["device_point_number"] == number).arg_true()
            if len(places):
                says = Text(ja="22桁の機器点番号", en="a device point number of 22 digits")
                raise _refused_value(self, row + places[0], "device_point_number", number, says)
            row += batch.height


@dataclass(frozen=True)
class Batch:
    """Raw rows: per column of the table its value and whether the file had something there."""

    frame: pl.DataFrame
    first_row: int
    values: dict[str, pl.Expr]  # by target: the value, null where there is none
    names: dict[str, str]  # by target: the column's name in the file


def _checked(source: Source, batch: Batch) -> pl.DataFrame:
    """The typed rows of ``batch``, or :class:`Invalid` for the first row that the contract refuses."""
    typed = batch.frame.with_columns(
        value.alias(f"value of {target}") for target, value in batch.values.items()
    )
    faults = {c.target: _fault(c, batch, source.rules) for c in source.table.columns}
    _refuse_first(source, batch, typed, faults, {c.target: c.demand for c in source.table.columns})
    rows = typed.select(
        pl.col(f"value of {name}").cast(dtype).alias(name)
        for name, dtype in source.table.schema.items()
    )
    demands = {demand.column: ~demand.holds for demand in source.table.demands}
    _refuse_first(
        source,
        batch,
        rows,
        demands,
        {demand.column: demand.says for demand in source.table.demands},
    )
    return rows


def _fault(column: Column, batch: Batch, rules: Rules) -> pl.Expr:
    """Whether a row's value is none, is missing, or is not what the column demands."""
    raw, value = pl.col(batch.names[column.target]), pl.col(f"value of {column.target}")
    fault = value.is_null() & raw.is_not_null() if column.optional else value.is_null()
    return (
        fault if column.may is None else fault | (value.is_not_null() & ~column.may(value, rules))
    )


def _refuse_first(
    source: Source,
    batch: Batch,
    frame: pl.DataFrame,
    faults: dict[str, pl.Expr],
    says: dict[str, Text],
) -> None:
    found = frame.select(fault.any().alias(target) for target, fault in faults.items())
    guilty = (
        [target for target, is_guilty in found.row(0, named=True).items() if is_guilty]
        if faults
        else []
    )
    if not guilty:
        return
    rows = frame.select(faults[target].arg_true().first().alias(target) for target in guilty).row(
        0, named=True
    )
    target = min(guilty, key=lambda name: rows[name])
    value = batch.frame[batch.names[target]][rows[target]]
    raise _refused_value(
        source, batch.first_row + rows[target], batch.names[target], value, says[target]
    )


def _parquet_batches(source: Source, size: int) -> Iterator[Batch]:
    scanned = pl.scan_parquet(source.path)
    schema = scanned.collect_schema()
    names = _names_in_parquet(source, schema)
    values = {c.target: _value_of(source, c, names[c.target], schema) for c in source.table.columns}
    first_row = 1
    for frame in scanned.collect_batches(chunk_size=size, maintain_order=True):
        yield Batch(frame, first_row, values, names)
        first_row += frame.height


def _names_in_parquet(source: Source, schema: pl.Schema) -> dict[str, str]:
    """Per target its column: kWh by the contract's name, or whole Wh by the target's own."""
    names = {}
    for column in source.table.columns:
        there = [name for name in dict.fromkeys((column.name, column.target)) if name in schema]
        if len(there) != 1:
            raise _wrong_header(source, list(schema))
        names[column.target] = there[0]
    if set(schema) != set(names.values()):
        raise _wrong_header(source, list(schema))
    return names


def _value_of(source: Source, column: Column, name: str, schema: pl.Schema) -> pl.Expr:
    dtype = schema[name]
    in_wh = column.kind is ENERGY and name == column.target
    if in_wh and (dtype.is_integer() or dtype == pl.Null):
        return pl.col(name).cast(pl.Int64, strict=False)
    value = None if in_wh else column.kind.from_parquet(pl.col(name), dtype)
    if value is None:
        raise _wrong_type(source, name, dtype)
    return value


def _csv_batches(source: Source, size: int) -> Iterator[Batch]:
    header = _header(source)
    names = {column.target: column.name for column in source.table.columns}
    values = {c.target: c.kind.from_text(pl.col(c.name)) for c in source.table.columns}
    lines = pl.scan_lines(source.path).slice(1)
    first_row = 2
    for batch in lines.collect_batches(chunk_size=size, maintain_order=True):
        yield Batch(_fields(source, batch["line"], header, first_row), first_row, values, names)
        first_row += batch.height


def _header(source: Source) -> list[str]:
    opened = gzip.open if source.path.suffix == ".gz" else open
    with opened(source.path, "rt", encoding="utf-8-sig", newline="") as file:
        header = next(csv.reader(file), [])
    if sorted(header) != sorted(column.name for column in source.table.columns):
        raise _wrong_header(source, header)
    return header


def _fields(source: Source, lines: pl.Series, header: list[str], first_row: int) -> pl.DataFrame:
    """Lines as columns of text, null where a field is empty."""
    split = lines.str.strip_suffix("\r").str.replace_all(",", _FIELD, literal=True)
    for place in lines.str.contains('"', literal=True).arg_true():
        split[place] = _FIELD.join(next(csv.reader([lines[place].removesuffix("\r")]), []))
    wrong = (split.str.count_matches(_FIELD, literal=True) != len(header) - 1).arg_true()
    if len(wrong):
        raise _wrong_count(source, first_row + wrong[0], len(header))
    fields = split.str.split_exact(_FIELD, len(header) - 1).struct.unnest()
    fields.columns = header
    return fields.select(pl.when(pl.col(name) != "").then(name).alias(name) for name in header)


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """What the libraries say of a damaged file, as a refusal."""
    try:
        yield
    except (PolarsError, OSError, EOFError, UnicodeDecodeError, csv.Error) as error:
        raise Invalid(
            "E-INPUT-01",
            Text(ja="ファイルを読めません。", en="The file cannot be read."),
            remedy=Text(
                ja="UTF-8 の CSV、その gzip、または Parquet を指定してください。",
                en="Name a CSV file in UTF-8, one compressed by gzip, or a Parquet file.",
            ),
            place=f"{path.name}, row -, column -",
        ) from error


def _wrong_header(source: Source, found: list[str]) -> Invalid:
    expected = ", ".join(column.name for column in source.table.columns)
    return Invalid(
        "E-INPUT-02",
        Text(
            ja=f"列は {', '.join(found) or '（なし）'} ですが、{expected} でなければなりません。",
            en=f"The columns are {', '.join(found) or '(none)'}; they must be {expected}.",
        ),
        place=f"{source.path.name}, row 1, column {_odd_column(source, found)}",
    )


def _odd_column(source: Source, found: list[str]) -> str:
    """The first column that is missing, else the first that is too many."""
    missing = [
        c.name for c in source.table.columns if c.name not in found and c.target not in found
    ]
    known = {name for c in source.table.columns for name in (c.name, c.target)}
    extra = [name for name in found if name not in known]
    return next(iter([*missing, *extra, *found]), "-")


def _wrong_type(source: Source, name: str, dtype: pl.DataType) -> Invalid:
    return Invalid(
        "E-INPUT-03",
        Text(ja=f"列の型 {dtype} は使えません。", en=f"A column of type {dtype} cannot be used."),
        remedy=Text(
            ja="エネルギーは …_wh の整数か、…_kwh の文字列または Decimal、時刻は Datetime としてください。",
            en="Energies are whole numbers in …_wh, or text or Decimal in …_kwh; times are Datetime.",
        ),
        place=f"{source.path.name}, row 1, column {name}",
    )


def _wrong_count(source: Source, row: int, columns: int) -> Invalid:
    return Invalid(
        "E-INPUT-04",
        Text(
            ja=f"この行の項目は {columns} 個ではありません。",
            en=f"The row does not have {columns} fields.",
        ),
        place=f"{source.path.name}, row {row}, column -",
    )


def _refused_value(source: Source, row: int, column: str, value: object, says: Text) -> Invalid:
    empty = value is None
    return Invalid(
        "E-INPUT-05",
        Text(
            ja="空欄にはできません。" if empty else f"「{value}」は{says.ja}ではありません。",
            en="The field must not be empty." if empty else f"{str(value)!r} is not {says.en}.",
        ),
        remedy=Text(ja=f"{says.ja}を入れてください。", en=f"Give {says.en}."),
        place=f"{source.path.name}, row {row}, column {column}",
    )


def refuse_overlaps(source: Source, register: pl.DataFrame) -> None:
    """Raises :class:`Invalid` where service periods of one device point overlap; touching is fine (section 3)."""
    numbers = register["device_point_number"]
    if (numbers[1:] > numbers[:-1]).all():
        return  # one period each
    by_point = register.with_row_index("row", offset=1 if source.is_parquet else 2).sort(
        "device_point_number", "service_from"
    )
    before = pl.col("service_to").shift()
    is_later = pl.col("device_point_number") == pl.col("device_point_number").shift()
    found = by_point.filter(is_later & (before.is_null() | (before > pl.col("service_from"))))
    if not found.is_empty():
        row, number = found.sort("row").select("row", "device_point_number").row(0)
        raise Invalid(
            "E-INPUT-06",
            Text(
                ja=f"{number} の利用期間が重なっています。",
                en=f"Service periods of {number} overlap.",
            ),
            remedy=Text(ja="前の期間を閉じてください。", en="End the earlier period first."),
            place=f"{source.path.name}, row {row}, column service_from",
        )
