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
from metering.settlement.plain import Plain, restore
from metering.settlement.runs import Run, between, put_aside
from metering.settlement.steps.normalize import identify
from metering.settlement.threads import in_turn

_RUN_ROWS = 500_000  # rows put aside at once
_WINDOW_ROWS = 2_500_000  # rows read back at once


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
        self.empty, _ = self.number(source.table.schema.to_frame())

    def batches(self, size: int) -> Iterator[pl.DataFrame]:
        """Rows with ``key``, the number of their name among all names, instead of the name."""
        for batch in self.source.batches(size):
            numbered, strays = self.number(batch)
            self.keep_strays(strays)
            yield numbered

    def number(self, rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.Series]:
        """Rows of known names by ``key``, and the names that are not known."""
        numbered, strays = identify(rows, self.names, self.naming.name, "key")
        return (numbered if strays.is_empty() else numbered.drop_nulls("key")), strays

    def keep_strays(self, names: pl.Series) -> None:
        """Remembers names that are not known, each once."""
        if not names.is_empty():
            found = pl.concat([self.strays, names.to_frame(self.naming.name)])
            self.strays = found.unique().sort(self.naming.name)

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
        self._rows, self._folder = rows, folder
        self._runs: list[Run] = []
        self._height = 0
        for runs, strays, height in in_turn(self._work, enumerate(rows.source.batches(_RUN_ROWS))):
            self._runs += runs
            self._height += height
            rows.keep_strays(strays)
        self._window: list[pl.DataFrame] = []
        self._window_end = 0

    def _work(self, batch: tuple[int, pl.DataFrame]) -> tuple[list[Run], pl.Series, int]:
        """Puts one batch aside."""
        number, rows = batch
        numbered, strays = self._rows.number(rows)
        return self._put_aside(numbered, self._folder / f"{number}.ipc"), strays, rows.height

    def _put_aside(self, batch: pl.DataFrame, path: Path) -> list[Run]:
        return put_aside(batch, path)

    def take(self, part: Part) -> tuple[pl.DataFrame, pl.Series]:
        return self._rows.part(self._window_of(part), part)

    def _window_of(self, part: Part) -> list[pl.DataFrame]:
        """The rows of a part in each run of the window."""
        if part.end > self._window_end:
            width = _WINDOW_ROWS * len(self._rows.names) // max(self._height, 1)
            self._window.clear()  # before the next one is read
            self._window_end = part.begin + max(width, part.end - part.begin)
            taken = (run.take(part.begin, self._window_end) for run in self._runs)
            self._window = [rows for rows in taken if rows is not None]
        return [between(rows, part.begin, part.end) for rows in self._window]


class ReadingsFeed(RunFeed):
    """Readings in any order: plain ones are put aside without what is known of them."""

    def __init__(self, rows: Numbered, folder: Path, plain: Plain) -> None:
        self._plain = plain
        super().__init__(rows, folder)

    def _put_aside(self, batch: pl.DataFrame, path: Path) -> list[Run]:
        slim, others = self._plain.split(batch)
        few = others.sort("key", maintain_order=True)
        return put_aside(slim, path.with_suffix(".plain.ipc")) + put_aside(few, path)

    def take(self, part: Part) -> tuple[pl.DataFrame, pl.Series]:
        pieces = self._window_of(part)
        slim = [rows for rows in pieces if "status" not in rows.columns]
        others = [rows for rows in pieces if "status" in rows.columns]
        plain = (
            restore(pl.concat(slim)).select(self._rows.empty.columns) if slim else self._rows.empty
        )
        return self._rows.part([plain, *others], part)


def feed(rows: Numbered, folder: Path, plain: Plain | None = None) -> Feed:
    """The feed that fits the order of the file; ``plain`` of readings only."""
    if is_sorted(rows.source, rows.naming.name):
        return SortedFeed(rows)
    return RunFeed(rows, folder) if plain is None else ReadingsFeed(rows, folder, plain)


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
