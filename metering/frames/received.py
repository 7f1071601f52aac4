"""Opens a received file and gives its rows block by block, with the row numbers that people count.

CSV (UTF-8, with or without a byte order mark), the same gzipped, or Parquet; the content decides, not the name. What
is no such file, or has another header, is refused whole with file, row and column. A row with another number of fields is
handed on as *broken*: its fellows are good. Memory holds one block, however large the file.
"""

import csv
import gzip
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BufferedReader
from pathlib import Path
from typing import IO, cast

import polars as pl

from metering.frames import refusals
from metering.frames.formats import Format, heading_in_parquet, typed_value

BLOCK_BYTES = 64 * 1024 * 1024
BLOCK_ROWS = 1_000_000
LONGEST_ROW = 1024 * 1024
UTF8_MARK = b"\xef\xbb\xbf"
GZIP_MAGIC = b"\x1f\x8b"
PARQUET_MAGIC = b"PAR1"


@dataclass(frozen=True)
class Block:
    """Rows of a file in their order: ``row`` and one text column per heading, or the typed columns of Parquet."""

    rows: pl.DataFrame
    values: list[pl.Expr]  # the columns of the frame, read from ``rows``
    headings: list[str]  # the columns of ``rows`` in the order of the format
    broken: list[tuple[int, str]] = field(default_factory=list)  # row number and text


def suffix_of(path: Path) -> str:
    """What the content is: ``.csv``, ``.csv.gz`` or ``.parquet``."""
    with path.open("rb") as file:
        start = file.read(4)
    if start == PARQUET_MAGIC:
        return ".parquet"
    return ".csv.gz" if start[:2] == GZIP_MAGIC else ".csv"


def blocks(path: Path, form: Format, *, name: str) -> Iterator[Block]:
    """The rows of ``path``; raises :class:`portal.errors.Invalid` where the file as a whole cannot be read."""
    suffix = suffix_of(path)
    if suffix == ".parquet":
        return _parquet_blocks(path, form, name)
    return _csv_blocks(path, form, name, is_gzip=suffix == ".csv.gz")


# --- CSV ----------------------------------------------------------------


def _csv_blocks(path: Path, form: Format, name: str, *, is_gzip: bool) -> Iterator[Block]:
    values = [c.kind.from_text(pl.col(c.name)).alias(c.target) for c in form.columns]
    with _opened(path, is_gzip=is_gzip) as stream, _unpacking(name):
        headings = _header(stream, form, name)
        first_row = 2
        while chunk := _chunk(stream, first_row, name):
            _check_text(chunk, first_row, headings, name)
            rows, broken = _rows(chunk, headings, first_row)
            yield Block(rows, values, form.headings, broken)
            first_row += _lines(chunk)


@contextmanager
def _opened(path: Path, *, is_gzip: bool) -> Iterator[IO[bytes]]:
    with path.open("rb") as file:
        yield cast("IO[bytes]", BufferedReader(gzip.GzipFile(fileobj=file))) if is_gzip else file


@contextmanager
def _unpacking(name: str) -> Iterator[None]:
    try:
        yield
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise refusals.unreadable_gzip(name) from error


def _header(stream: IO[bytes], form: Format, name: str) -> list[str]:
    """The headings in the order of the file: just those of the contract, in any order."""
    line = stream.readline(LONGEST_ROW).removeprefix(UTF8_MARK)
    if not line.strip():
        raise refusals.empty_file(name)
    _check_text(line, 1, [], name)
    found = _fields(line.decode().rstrip("\r\n")) or []
    if sorted(found) != sorted(form.headings):
        raise refusals.wrong_header(name, found=found, expected=form.headings)
    return found


def _chunk(stream: IO[bytes], first_row: int, name: str) -> bytes:
    """About ``BLOCK_BYTES`` of whole lines; empty at the end."""
    chunk = stream.read(BLOCK_BYTES)
    if chunk and not chunk.endswith(b"\n"):
        rest = stream.readline(LONGEST_ROW)
        if len(rest) == LONGEST_ROW and not rest.endswith(b"\n"):
            raise refusals.endless_row(name, row=first_row + chunk.count(b"\n"))
        chunk += rest
    return chunk


def _lines(chunk: bytes) -> int:
    return chunk.count(b"\n") + (not chunk.endswith(b"\n"))


def _check_text(chunk: bytes, first_row: int, headings: list[str], name: str) -> None:
    """Refuses what is not UTF-8 text, naming the first place where it is not."""
    at, is_binary = chunk.find(b"\0"), True
    if at < 0:
        try:
            chunk.decode("utf-8")
        except UnicodeDecodeError as error:
            at, is_binary = error.start, False
        else:
            return
    before = chunk[:at]
    row = first_row + before.count(b"\n")
    place = before[before.rfind(b"\n") + 1 :].count(b",")
    column = headings[place] if place < len(headings) else ""
    raise refusals.not_text(name, row=row, column=column, is_binary=is_binary)


def _rows(
    chunk: bytes, headings: list[str], first_row: int
) -> tuple[pl.DataFrame, list[tuple[int, str]]]:
    """Rows with as many fields as the header, and the others."""
    plain = _plain_rows(chunk, headings, first_row)
    return (plain, []) if plain is not None else _row_by_row(chunk, headings, first_row)


def _plain_rows(chunk: bytes, headings: list[str], first_row: int) -> pl.DataFrame | None:
    """The quick way, for lines that all have the right number of commas and no quotes; None where some have not."""
    lines = _lines(chunk)
    if b'"' in chunk or chunk.count(b",") != lines * (len(headings) - 1):
        return None
    try:
        rows = pl.read_csv(
            chunk,
            has_header=False,
            quote_char=None,
            schema=dict.fromkeys(headings, pl.String),
        )
    except (
        pl.exceptions.PolarsError
    ):  # a line with more fields than the header, so another has fewer
        return None
    if rows.height != lines:
        return None
    return rows.with_row_index("row", offset=first_row)


def _row_by_row(
    chunk: bytes, headings: list[str], first_row: int
) -> tuple[pl.DataFrame, list[tuple[int, str]]]:
    """The careful way: quotes are understood, empty lines passed over, and every odd line is kept with its number."""
    whole: list[list[str]] = []
    numbers: list[int] = []
    broken: list[tuple[int, str]] = []
    for number, line in enumerate(chunk.decode().split("\n"), start=first_row):
        if not (line := line.removesuffix("\r")):
            continue
        fields = _fields(line)
        if fields is None or len(fields) != len(headings):
            broken.append((number, line))
        else:
            whole.append(fields)
            numbers.append(number)
    rows = pl.DataFrame(whole, schema=dict.fromkeys(headings, pl.String), orient="row")
    return rows.insert_column(0, pl.Series("row", numbers, dtype=pl.UInt32)), broken


def _fields(line: str) -> list[str] | None:
    """The fields of one line; None where its quotes do not close."""
    if '"' not in line:
        return line.split(",")
    try:
        return next(csv.reader([line], strict=True))
    except csv.Error:
        return None


# --- Parquet ------------------------------------------------------------


def _parquet_blocks(path: Path, form: Format, name: str) -> Iterator[Block]:
    with _decoding(name):
        schema = pl.read_parquet_schema(path)
    headings, values = _typed(schema, form, name)
    offset = 0
    while True:
        with _decoding(name):
            rows = (
                pl.scan_parquet(path, glob=False, hive_partitioning=False)
                .slice(offset, BLOCK_ROWS)
                .collect()
            )
        if rows.is_empty():
            return
        yield Block(rows.with_row_index("row", offset=offset + 1), values, headings)
        offset += rows.height


@contextmanager
def _decoding(name: str) -> Iterator[None]:
    try:
        yield
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
        raise refusals.unreadable_parquet(name) from error


def _typed(
    schema: Mapping[str, pl.DataType], form: Format, name: str
) -> tuple[list[str], list[pl.Expr]]:
    headings = [heading_in_parquet(column, list(schema)) for column in form.columns]
    if None in headings or len(schema) != len(headings):
        raise refusals.wrong_header(name, found=list(schema), expected=form.headings)
    values: list[pl.Expr] = []
    for column, heading in zip(form.columns, cast("list[str]", headings), strict=True):
        value = typed_value(column, heading, schema[heading])
        if value is None:
            raise refusals.wrong_type(name, column=heading, found=str(schema[heading]))
        values.append(value.alias(column.target))
    return cast("list[str]", headings), values
