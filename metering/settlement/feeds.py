"""Rows of large files by part, with flat memory: each part takes the rows of its names, in order of delivery.

A **part** is a range of sorted names (device points or premises). A file sorted by name is read once from front to
back; any other file is first put aside in sorted runs, once, and each part reads its slice of every run.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Protocol

import polars as pl

from metering.settlement.files import BATCH, Source
from metering.settlement.names import Names
from metering.settlement.runs import Run, between, put_aside
from metering.settlement.steps.normalize import identify

_RUN_ROWS = 500_000  # rows put aside at once
_WINDOW_ROWS = 2_000_000  # rows read back at once


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
    def is_last(self) -> bool:
        """Whether no name lies behind the part."""
        return self.end >= len(self.of)

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


class Numbered:
    """The batches of one file by the number of their names; names that are not known are kept aside."""

    def __init__(self, source: Source, naming: Naming, names: Names) -> None:
        self.source, self.naming, self.names = source, naming, names
        self.strays = source.table.schema.to_frame().select(naming.name)
        self.empty = self._of(source.table.schema.to_frame())

    def batches(self, size: int) -> Iterator[pl.DataFrame]:
        """Rows with ``key``, the number of their name among all names, instead of the name."""
        for batch in self.source.batches(size):
            yield self._of(batch)

    def part(self, rows: Iterable[pl.DataFrame], part: Part) -> tuple[pl.DataFrame, pl.Series]:
        """The rows of a part, numbered by its own names, and its strays."""
        pieces = [frame for frame in rows if not frame.is_empty()]
        taken = pl.concat(pieces) if pieces else self.empty
        number = (taken["key"] - part.begin).alias(self.naming.number)
        others = [column for column in taken if column.name != "key"]
        return pl.DataFrame([*others, number]), self._strays_of(part)

    def _strays_of(self, part: Part) -> pl.Series:
        if self.strays.is_empty():
            return self.strays.to_series()
        return part.cut(self.strays, self.naming.name).to_series()

    def _of(self, rows: pl.DataFrame) -> pl.DataFrame:
        numbered, strays = identify(rows, self.names, self.naming.name, "key")
        if strays.is_empty():
            return numbered
        found = pl.concat([self.strays, strays.to_frame(self.naming.name)])
        self.strays = found.unique().sort(self.naming.name)
        return numbered.drop_nulls("key")


class FrameFeed:
    """A small table in memory."""

    def __init__(self, rows: Numbered) -> None:
        self._rows = rows
        batches = [rows.empty, *rows.batches(BATCH)]
        self._ordered = pl.concat(batches).sort("key", maintain_order=True)

    def take(self, part: Part) -> tuple[pl.DataFrame, pl.Series]:
        return self._rows.part([between(self._ordered, part.begin, part.end)], part)


class EmptyFeed:
    """No file at all."""

    def __init__(self, rows: Numbered) -> None:
        self._rows = rows

    def take(self, part: Part) -> tuple[pl.DataFrame, pl.Series]:
        return self._rows.part([], part)


class SortedFeed:
    """A file that is sorted by name: what a part takes lies at the front of what is left."""

    def __init__(self, rows: Numbered) -> None:
        self._rows = rows
        self._batches = rows.batches(BATCH)
        self._left = rows.empty

    def take(self, part: Part) -> tuple[pl.DataFrame, pl.Series]:
        return self._rows.part(list(self._until(part)), part)

    def _until(self, part: Part) -> Iterator[pl.DataFrame]:
        """What is left of the rows of ``part``, in pieces; the last part also reads the strays behind all names."""
        while part.is_last or self._left.is_empty() or self._left["key"][-1] < part.end:
            yield self._left
            following = next(self._batches, None)
            self._left = self._left.clear() if following is None else following
            if following is None:
                return
        place = int(self._left["key"].search_sorted(part.end, side="left"))
        yield self._left[:place]
        self._left = self._left[place:]


class RunFeed:
    """A file in any other order, put aside in sorted runs; rows of one name stay as delivered.

    A window of names is read from all runs at once and cut into parts in memory.
    """

    def __init__(self, rows: Numbered, folder: Path) -> None:
        self._rows = rows
        self._runs: list[Run] = []
        self._height = 0
        for number, batch in enumerate(rows.batches(_RUN_ROWS)):
            self._runs += put_aside(batch, folder / f"{number}.ipc")
            self._height += batch.height
        self._window: list[pl.DataFrame] = []
        self._window_end = 0

    def take(self, part: Part) -> tuple[pl.DataFrame, pl.Series]:
        if part.end > self._window_end:
            self._read(part)
        return self._rows.part((between(rows, part.begin, part.end) for rows in self._window), part)

    def _read(self, part: Part) -> None:
        width = _WINDOW_ROWS * len(self._rows.names) // max(self._height, 1)
        self._window.clear()  # before the next one is read
        self._window_end = part.begin + max(width, part.end - part.begin)
        taken = (run.take(part.begin, self._window_end) for run in self._runs)
        self._window = [rows for rows in taken if rows is not None]


def feed(rows: Numbered, folder: Path) -> Feed:
    """The feed that fits the order of the file."""
    return SortedFeed(rows) if is_sorted(rows.source, rows.naming.name) else RunFeed(rows, folder)


def is_sorted(source: Source, name: str) -> bool:
    """Whether a Parquet file is sorted by ``name``; CSV is always cut into runs."""
    if not source.is_parquet:
        return False
    scanned = pl.scan_parquet(source.path)
    if name not in scanned.collect_schema():
        return True  # refused when it is read
    return bool(scanned.select(pl.col(name).cast(pl.String).is_sorted()).collect().item())


def take_all(feeds: Sequence[Feed], part: Part) -> tuple[pl.DataFrame, pl.Series]:
    """The part's rows of all files, in order of delivery: file after file, row after row; and the strays."""
    if len(feeds) == 1:
        return feeds[0].take(part)
    taken = [each.take(part) for each in feeds]
    return pl.concat([rows for rows, _ in taken]), pl.concat([strays for _, strays in taken])
