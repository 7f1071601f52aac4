"""Uploaded CSV files: read into numbered rows, judged row by row, given back as the sender's own file with verdicts.

The only place that guesses an encoding: a byte order mark, else strict UTF-8, else CP932 (Excel on Japanese Windows).
A file that cannot be read, or whose header is not the expected one, is refused whole; everything else is a matter of
single rows. No Django here: pages, commands and tasks use the same three steps, ``read``, judge, ``with_verdicts``.
"""

import codecs
import csv
import io
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

from portal.errors import DomainError, Invalid, Text

VERDICT_COLUMNS = (
    "verdict",
    "verdict_code",
    "verdict_column",
    "verdict_ja",
    "remedy_ja",
    "verdict_en",
    "remedy_en",
)


class Outcome(StrEnum):
    """What became of a row; in a dry run, what would become of it."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass(frozen=True)
class Verdict:
    """The answer to one row; a refusal says why, and in which column where it is a matter of one."""

    outcome: Outcome
    error: DomainError | None = None
    column: str = ""

    @property
    def is_refusal(self) -> bool:
        return self.outcome is Outcome.REFUSED


def refusal(error: DomainError, column: str = "") -> Verdict:
    """The verdict of a refused row."""
    return Verdict(Outcome.REFUSED, error, column)


@dataclass(frozen=True, slots=True)
class Row:
    """One row as sent. ``number`` is what a spreadsheet shows beside it: the header is row 1."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Upload:
    """One file as sent. ``places`` says in which cell a column of the table stands."""

    name: str
    digest: str
    encoding: str
    newline: str
    header: tuple[str, ...]
    places: Mapping[str, int]
    rows: Sequence[Row]

    def values(self, row: Row) -> dict[str, str]:
        """The cells of ``row`` by column name, without the spaces around them; refuses a row of another width."""
        if len(row.cells) != len(self.header):
            raise _wrong_width(len(row.cells), len(self.header))
        return {column: row.cells[place].strip() for column, place in self.places.items()}

    def place(self, row: Row, column: str = "") -> str:
        """Where something stands, for people: file, row and column."""
        return f"{self.name}, row {row.number}" + (f", column {column}" if column else "")


def read(content: bytes, *, name: str, columns: Mapping[str, str]) -> Upload:
    """The rows of a CSV file.

    ``columns`` are the names of the table's columns with their Japanese labels; the header must hold each of them once,
    by name or by label, in any order, and nothing else but the verdicts of an earlier answer, which are ignored.
    Raises ``Invalid`` for the whole file; blank rows are passed over.
    """
    text, encoding = _decoded(content, name)
    records = _records(text, name)
    header = tuple(cell.strip() for cell in (records[0] if records else ()))
    places = _places(header, columns, name)
    rows = [
        Row(number, tuple(cells))
        for number, cells in enumerate(records[1:], start=2)
        if any(cell.strip() for cell in cells)
    ]
    newline = "\r\n" if "\r\n" in text else "\n"
    return Upload(name, sha256(content).hexdigest(), encoding, newline, header, places, rows)


def counted(verdicts: Iterable[Verdict]) -> dict[Outcome, int]:
    """How many rows met each outcome, all four named."""
    counts = Counter(verdict.outcome for verdict in verdicts)
    return {outcome: counts[outcome] for outcome in Outcome}


def with_verdicts(upload: Upload, verdicts: Sequence[Verdict]) -> bytes:
    """The sender's own file, in its order and encoding, with the verdict of each row behind it."""
    old = [place for place, column in enumerate(upload.header) if column in VERDICT_COLUMNS]

    def own(cells: Sequence[str]) -> list[str]:
        return [cell for place, cell in enumerate(cells) if place not in old]

    out = io.StringIO()
    writer = csv.writer(out, lineterminator=upload.newline)
    writer.writerow([*own(upload.header), *VERDICT_COLUMNS])
    for row, verdict in zip(upload.rows, verdicts, strict=True):
        writer.writerow([*own(row.cells), *_cells_of(verdict)])
    return out.getvalue().encode(upload.encoding, errors="replace")


def _cells_of(verdict: Verdict) -> list[str]:
    error = verdict.error
    if error is None:
        return [verdict.outcome, *[""] * (len(VERDICT_COLUMNS) - 1)]
    remedy = error.remedy or Text("", "")
    return [
        verdict.outcome,
        error.code,
        verdict.column,
        error.message.ja,
        remedy.ja,
        error.message.en,
        remedy.en,
    ]


def _decoded(content: bytes, name: str) -> tuple[str, str]:
    """The text and how it was encoded. NUL is never text: it is what UTF-16 and binary files look like."""
    if b"\0" not in content:
        encodings = ["utf-8-sig"] if content.startswith(codecs.BOM_UTF8) else ["utf-8", "cp932"]
        for encoding in encodings:
            try:
                return content.decode(encoding), encoding
            except UnicodeDecodeError:
                continue
    raise Invalid(
        "E-UPLOAD-01",
        Text(
            ja="ファイルの文字コードを判別できません。", en="The encoding of the file is unknown."
        ),
        remedy=Text(
            ja="UTF-8 または Shift_JIS（CP932）のCSVとして保存し直してください。",
            en="Save it as a CSV file in UTF-8 or CP932.",
        ),
        place=name,
    )


def _records(text: str, name: str) -> list[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        return list(reader)
    except csv.Error as error:
        raise Invalid(
            "E-UPLOAD-02",
            Text(
                ja=f"{reader.line_num}行目でCSVとして読めません。",
                en=f"Line {reader.line_num} is not CSV ({error}).",
            ),
            remedy=Text(
                ja='引用符（"）の対応と行の区切りを確かめてください。',
                en='Check the quotation marks (") and line ends.',
            ),
            place=f"{name}, line {reader.line_num}",
        ) from error


def _places(header: Sequence[str], columns: Mapping[str, str], name: str) -> dict[str, int]:
    known = {label: column for column, label in columns.items()} | {each: each for each in columns}
    named = [known.get(cell, cell) for cell in header if cell not in VERDICT_COLUMNS]
    missing = [column for column in columns if column not in named]
    unknown = [column for column in named if column not in columns]
    doubled = [column for column, times in Counter(named).items() if times > 1]
    if missing or unknown or doubled:
        raise _wrong_header(missing, unknown, doubled, columns, name)
    return {known[cell]: place for place, cell in enumerate(header) if cell in known}


def _wrong_header(
    missing: Sequence[str],
    unknown: Sequence[str],
    doubled: Sequence[str],
    columns: Mapping[str, str],
    name: str,
) -> Invalid:
    kinds = (("不足", "missing", missing), ("不明", "unknown", unknown), ("重複", "twice", doubled))
    found = [
        (f"{ja}: {', '.join(names)}", f"{en}: {', '.join(names)}")
        for ja, en, names in ((ja, en, [each or '""' for each in names]) for ja, en, names in kinds)
        if names
    ]
    return Invalid(
        "E-UPLOAD-03",
        Text(
            ja=f"見出し行が違います（{'、'.join(ja for ja, _ in found)}）。",
            en=f"The header is not the expected one ({'; '.join(en for _, en in found)}).",
        ),
        remedy=Text(
            ja=f"1行目を次の見出しにしてください: {','.join(columns)}",
            en=f"The first row must read: {','.join(columns)}",
        ),
        place=f"{name}, row 1",
    )


def _wrong_width(found: int, expected: int) -> Invalid:
    return Invalid(
        "E-UPLOAD-04",
        Text(
            ja=f"列の数が{found}で、見出しの{expected}と合いません。",
            en=f"The row has {found} cells, the header {expected}.",
        ),
        remedy=Text(
            ja="コンマを含む値は引用符で囲んでください。",
            en="Put values that contain a comma in quotation marks.",
        ),
    )
