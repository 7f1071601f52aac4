"""Rows of large files by part, with flat memory: each part takes the rows of its names, in order of delivery.

A **part** is a range of sorted names (device points or premises). A file sorted by name is read once from front to
back; any other file is first put aside in sorted runs, once, and each part reads its slice of every run.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Protocol

import polars as pl

from metering.settlement.files import Source
from metering.settlement.names import Names
from metering.settlement.runs import Run, between, put_aside
from metering.settlement.steps.normalize import identify
from metering.settlement.tables import Table

_RUN_ROWS = 1_000_000  # rows put aside at once
_WINDOW_ROWS = 3_000_000  # rows read back at once


@dataclass(frozen=True)
class Part:
    """Names ``begin`` to ``end`` - 1 of the sorted names; the first and the last part also take what lies outside."""

    of: Names
    begin: int
    end: int

    @cached_property
    def names(self) -> Names:
        """The part's own names; its rows are numbered by these."""
        return Names(self.of.all[self.begin : self.end])

    @property
    def upper(self) -> str | None:
        """The first name behind the part; None for the last part."""
        return None if self.end >= len(self.of) else str(self.of.all[self.end])

    def cut(self, rows: pl.DataFrame, name: str) -> pl.DataFrame:
        """The part's rows of a frame sorted by ``name``."""
        return rows[self._place(rows[name], self.begin) : self._place(rows[name], self.end)]

    def _place(self, sorted_names: pl.Series, border: int) -> int:
        if border <= 0:
            return 0
        if border >= len(self.of):
            return len(sorted_names)
        return int(sorted_names.search_sorted(self.of.all[border], side="left"))


def parts(names: Names, size: int) -> list[Part]:
    """Parts of ``size`` names; one part where there are no names at all."""
    begins = range(0, max(len(names), 1), max(size, 1))
    return [Part(names, begin, min(begin + size, len(names))) for begin in begins]


class Feed(Protocol):
    """Hands out the rows of one file, part after part, in the order of the parts."""

    def take(self, part: Part) -> tuple[pl.DataFrame, pl.Series]:
        """The rows of ``part`` as delivered, by number (see ``identify``), and the names that are not known."""
        ...


@dataclass(frozen=True)
class Naming:
    """Which column names the rows of a table, and what it is called as a number."""

    name: str
    number: str


class EmptyFeed:
    """No file at all."""

    def __init__(self, table: Table, naming: Naming) -> None:
        self._rows = table.schema.to_frame()
        self._naming = naming

    def take(self, part: Part) -> tuple[pl.DataFrame, pl.Series]:
        return identify(self._rows, part.names, self._naming.name, self._naming.number)


class SortedFeed:
    """A file that is sorted by name: what a part takes lies at the front of what is left."""

    def __init__(self, source: Source, naming: Naming) -> None:
        self._batches = source.batches()
        self._naming = naming
        self._left = source.table.schema.to_frame()

    def take(self, part: Part) -> tuple[pl.DataFrame, pl.Series]:
        return identify(
            pl.concat(self._until(part.upper)), part.names, self._naming.name, self._naming.number
        )

    def _until(self, upper: str | None) -> list[pl.DataFrame]:
        """What is left of the rows before the name ``upper``, in pieces."""
        taken, name = [], self._naming.name
        while upper is None or self._left.is_empty() or self._left[name][-1] < upper:
            taken.append(self._left)
            following = next(self._batches, None)
            if following is None:
                self._left = self._left.clear()
                return taken
            self._left = following
        place = int(self._left[name].search_sorted(upper, side="left"))
        taken.append(self._left[:place])
        self._left = self._left[place:]
        return taken


class RunFeed:
    """A file in any other order, put aside in sorted runs; rows of one name stay as delivered.

    A window of names is read from all runs at once and cut into parts in memory.
    """

    def __init__(self, source: Source, naming: Naming, names: Names, folder: Path) -> None:
        self._naming, self._names = naming, names
        self._strays = source.table.schema.to_frame().select(naming.name)
        self._runs: list[Run] = []
        self._rows = 0
        for number, batch in enumerate(source.batches(_RUN_ROWS)):
            self._runs += put_aside(self._numbered(batch), folder / f"{number}.ipc")
            self._rows += batch.height
        self._window: list[pl.DataFrame] = []
        self._window_end = 0
        self._empty = self._numbered(source.table.schema.to_frame())

    def _numbered(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Rows with the number of their name (``key``) instead of it; the names that are not known are kept aside."""
        numbered, strays = identify(rows, self._names, self._naming.name, "key")
        if strays.is_empty():
            return numbered
        found = pl.concat([self._strays, strays.to_frame(self._naming.name)])
        self._strays = found.unique().sort(self._naming.name)
        return numbered.drop_nulls("key")

    def take(self, part: Part) -> tuple[pl.DataFrame, pl.Series]:
        if part.end > self._window_end:
            self._read(part)
        taken = [between(rows, part.begin, part.end) for rows in self._window]
        rows = pl.concat(
            [self._empty, *(rows for rows in taken if not rows.is_empty())], rechunk=True
        )
        number = (pl.col("key") - part.begin).alias(self._naming.number)
        strays = part.cut(self._strays, self._naming.name)
        return rows.select(pl.exclude("key"), number), strays.to_series()

    def _read(self, part: Part) -> None:
        width = max(_WINDOW_ROWS * len(self._names) // max(self._rows, 1), part.end - part.begin)
        self._window.clear()
        self._window_end = part.begin + width
        taken = (run.take(part.begin, self._window_end) for run in self._runs)
        self._window = [rows for rows in taken if rows is not None]


def feed(source: Source, naming: Naming, names: Names, folder: Path) -> Feed:
    """The feed that fits the order of the file."""
    if is_sorted(source, naming.name):
        return SortedFeed(source, naming)
    return RunFeed(source, naming, names, folder)


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


def take_all(feeds: Sequence[Feed], part: Part) -> tuple[pl.DataFrame, pl.Series]:
    """The part's rows of all files, in order of delivery: file after file, row after row; and the strays."""
    if len(feeds) == 1:
        return feeds[0].take(part)
    taken = [each.take(part) for each in feeds]
    columns = taken[0][0].columns
    rows = pl.concat([rows.select(columns) for rows, _ in taken], rechunk=True)
    return rows, pl.concat([strays for _, strays in taken])
