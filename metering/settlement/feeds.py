"""Rows of large files by part, with flat memory: each part takes the rows of its names, in order of delivery.

A **part** is a range of sorted names (device points or premises). A file sorted by name is read once from front to
back; any other file is first cut into sorted runs on disk, once, and each part reads its slice of every run.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import polars as pl

from metering.settlement.files import Source
from metering.settlement.names import Names
from metering.settlement.runs import Run, between, put_aside

_RUN_ROWS = 1_000_000  # rows put aside at once
_WINDOW_ROWS = 3_000_000  # rows read back at once


@dataclass(frozen=True)
class Part:
    """Names ``begin`` to ``end`` - 1 of the sorted names; the first and the last part also take what lies outside."""

    names: pl.Series
    begin: int
    end: int

    @property
    def upper(self) -> str | None:
        """The first name behind the part; None for the last part."""
        return None if self.end >= len(self.names) else str(self.names[self.end])

    def of(self, rows: pl.DataFrame, name: str) -> pl.DataFrame:
        """The part's rows of a frame sorted by ``name``."""
        return rows[self._place(rows[name], self.begin) : self._place(rows[name], self.end)]

    def _place(self, sorted_names: pl.Series, border: int) -> int:
        if border <= 0:
            return 0
        if border >= len(self.names):
            return len(sorted_names)
        return int(sorted_names.search_sorted(self.names[border], side="left"))


def parts(names: pl.Series, size: int) -> list[Part]:
    """Parts of ``size`` names; one part where there are no names at all."""
    begins = range(0, max(len(names), 1), max(size, 1))
    return [Part(names, begin, min(begin + size, len(names))) for begin in begins]


class Feed(Protocol):
    """Hands out the rows of one file, part after part, in the order of the parts."""

    def take(self, part: Part) -> pl.DataFrame:
        """The rows of ``part`` as delivered."""
        ...


class SortedFeed:
    """A file that is sorted by name: what a part takes lies at the front of what is left."""

    def __init__(self, source: Source, name: str) -> None:
        self._batches = source.batches()
        self._name = name
        self._left = source.table.schema.to_frame()

    def take(self, part: Part) -> pl.DataFrame:
        taken = []
        upper = part.upper
        while upper is None or self._left.is_empty() or self._left[self._name][-1] < upper:
            taken.append(self._left)
            following = next(self._batches, None)
            if following is None:
                self._left = self._left.clear()
                return pl.concat(taken)
            self._left = following
        place = int(self._left[self._name].search_sorted(upper, side="left"))
        taken.append(self._left[:place])
        self._left = self._left[place:]
        return pl.concat(taken)


class RunFeed:
    """A file in any other order, put aside in sorted runs; rows of one name stay as delivered.

    A window of names is read from all runs at once and cut into parts in memory.
    """

    def __init__(self, source: Source, name: str, names: Names, folder: Path) -> None:
        self._name, self._names = name, names
        self._schema = source.table.schema
        self._strays = self._schema.to_frame()
        self._runs: list[Run] = []
        rows = 0
        for number, batch in enumerate(source.batches(_RUN_ROWS)):
            self._runs += put_aside(self._numbered(batch), folder / f"{number}.ipc")
            rows += batch.height
        self._width = max(_WINDOW_ROWS * len(names) // max(rows, 1), 1)
        self._window: list[pl.DataFrame] = []
        self._window_end = 0

    def _numbered(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Rows with the number of their name instead of it; of unknown names one row each is kept aside."""
        key = self._names.numbers(rows[self._name])
        numbered = rows.drop(self._name).with_columns(key.alias("key"))
        if not key.has_nulls():
            return numbered
        strays = [self._strays, rows.filter(key.is_null())]
        self._strays = pl.concat(strays).unique(self._name, maintain_order=True).sort(self._name)
        return numbered.filter(key.is_not_null())

    def take(self, part: Part) -> pl.DataFrame:
        if part.end > self._window_end:
            self._read(part.begin, max(part.end, part.begin + self._width))
        taken = [between(rows, part.begin, part.end) for rows in self._window]
        named = [self._named(rows) for rows in taken if not rows.is_empty()]
        return pl.concat([self._schema.to_frame(), *named, part.of(self._strays, self._name)])

    def _read(self, begin: int, end: int) -> None:
        self._window.clear()
        taken = (run.take(begin, end) for run in self._runs)
        self._window = [rows for rows in taken if rows is not None]
        self._window_end = end

    def _named(self, rows: pl.DataFrame) -> pl.DataFrame:
        name = self._names.name(rows["key"]).alias(self._name)
        return rows.with_columns(name).select(self._schema.names())


def feed(source: Source, name: str, names: Names, folder: Path) -> Feed:
    """The feed that fits the order of the file."""
    if is_sorted(source, name):
        return SortedFeed(source, name)
    return RunFeed(source, name, names, folder)


def is_sorted(source: Source, name: str) -> bool:
    """Whether a Parquet file is sorted by ``name``; CSV is always cut into runs."""
    if not source.is_parquet:
        return False
    scanned = pl.scan_parquet(source.path)
    if name not in scanned.collect_schema():
        return True  # refused when it is read
    last = ""
    for batch in scanned.select(pl.col(name).cast(pl.String)).collect_batches(maintain_order=True):
        names = batch[name].drop_nulls()
        if not names.is_sorted() or (len(names) and names[0] < last):
            return False
        last = names[-1] if len(names) else last
    return True


def take_all(feeds: Sequence[Feed], part: Part, schema: pl.Schema) -> pl.DataFrame:
    """The part's rows of all files, in order of delivery: file after file, row after row."""
    return pl.concat([schema.to_frame(), *(each.take(part) for each in feeds)])
