"""A received file becomes parts of the store: one per day and bucket, its rows in the order of delivery.

Nothing is visible before the database says so: the parts are written, and what is handed back are values for one
transaction of the caller. A process that dies on the way leaves only files that nothing refers to.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from metering.domain.rules import Rules
from metering.frames import received, stores
from metering.frames.formats import FORMATS, Format
from metering.frames.places import Register
from metering.frames.verdicts import QUARANTINE, Verdicts, judge
from metering.store import writer

Group = tuple[date, int]  # day and bucket


class PartTaken(NamedTuple):
    """One written part and the span of its instants (naive JST; None for kinds without instants)."""

    part: writer.Part
    first_at: datetime | None
    last_at: datetime | None


class RowSetAside(NamedTuple):
    """One row that could not be parsed or identified; the fields of ``QUARANTINE``."""

    row: int
    raw: str
    column: str
    code: str


@dataclass(kw_only=True)
class Taken:
    """What became of a file. ``rows`` = accepted rows + rows set aside."""

    rows: int = 0
    accepted: int = 0
    parts: list[PartTaken] = field(default_factory=list)
    _set_aside: list[pl.DataFrame] = field(default_factory=list)
    _exchanges: list[pl.DataFrame] = field(default_factory=list)

    @property
    def quarantined(self) -> int:
        """How many rows were set aside."""
        return self.rows - self.accepted

    def set_aside(self) -> Iterator[RowSetAside]:
        """The rows set aside, in the order of the file."""
        for frame in self._set_aside:
            yield from map(RowSetAside._make, frame.select(QUARANTINE.names()).iter_rows())

    def exchanges(self) -> Iterator[dict[str, Any]]:
        """Accepted rows of a file of exchanges (schema ``EXCHANGES`` and ``row``); they live in a table, not in parts."""
        for frame in self._exchanges:
            yield from frame.iter_rows(named=True)


def take_apart(
    path: Path,
    *,
    kind: str,
    name: str,
    rules: Rules,
    only: Collection[int] | None = None,
) -> Taken:
    """Read the file at ``path`` and write its parts.

    ``only`` is for a re-drive: the rows that were set aside before. Then just the parts that gain one of them are
    written, in whole: every row in the place it has in the file. Exchanges are then those rows alone.
    Raises :class:`portal.errors.Invalid` where the file as a whole cannot be read; no part is written then.
    """
    form = FORMATS[kind]
    store = stores.store()
    register = Register(form.place, store.layout)
    wanted = None if only is None else pl.Series(list(only), dtype=pl.UInt32)
    taken = Taken()
    with store.place.scratch() as scratch:
        spool = _Spool(scratch, form, wanted)
        for block in received.blocks(path, form, name=name):
            verdicts = judge(block, form, register, rules)
            _count(taken, verdicts)
            if kind == "exchanges":
                taken._exchanges.append(_those(verdicts.good, wanted))
            else:
                spool.add(verdicts.good)
        parts = writer.write_parts(store, spool.frames(), kind=kind)
    taken.parts = [PartTaken(part, *spool.spans[part.day, part.bucket]) for part in parts]
    return taken


def _count(taken: Taken, verdicts: Verdicts) -> None:
    taken.rows += verdicts.good.height + verdicts.set_aside.height
    taken.accepted += verdicts.good.height
    taken._set_aside.append(verdicts.set_aside)


def _those(rows: pl.DataFrame, wanted: pl.Series | None) -> pl.DataFrame:
    return rows if wanted is None else rows.filter(pl.col("row").is_in(wanted.implode()))


class _Spool:
    """Rows on their way into parts, kept on disk: the blocks of a large file meet there by day and bucket."""

    def __init__(self, scratch: Path, form: Format, wanted: pl.Series | None) -> None:
        self._scratch = scratch
        self._form = form
        self._wanted = wanted
        self._pieces: dict[Group, list[Path]] = {}
        self._gaining: set[Group] = set()
        self.spans: dict[Group, tuple[datetime | None, datetime | None]] = {}

    def add(self, good: pl.DataFrame) -> None:
        """Put the good rows of one block away."""
        for key, rows in good.partition_by("store_day", "bucket", as_dict=True).items():
            pieces = self._pieces.setdefault((key[0], key[1]), [])
            path = self._scratch / f"{key[0]}-{key[1]}-{len(pieces)}.arrow"
            rows.select(self._form.schema.names()).write_ipc(path, compression="uncompressed")
            pieces.append(path)
        gaining = _those(good, self._wanted).select("store_day", "bucket").unique()
        self._gaining.update(gaining.iter_rows())

    def frames(self) -> Iterator[tuple[date, int, pl.DataFrame]]:
        """Day, bucket and rows of every part to write: all, or those that gain a row that was wanted."""
        for group in sorted(self._gaining):
            frame = self._frame(group)
            if self._form.at:
                at = frame[self._form.at]
                self.spans[group] = (at.min(), at.max())  # type: ignore[assignment]  # instants by schema
            else:
                self.spans[group] = (None, None)
            yield (*group, frame)

    def _frame(self, group: Group) -> pl.DataFrame:
        """The rows of one part, sorted by point and instant; equal ones stay as they were delivered."""
        pieces = [pl.read_ipc(path) for path in self._pieces[group]]
        return pl.concat(pieces).sort(self._form.order, maintain_order=True)
