"""Rows of large files by part, with flat memory: each part takes the rows of its names, in order of delivery.

A **part** is a range of sorted names (device points or premises). A file sorted by name is read once from front to
back; any other file is first cut into sorted runs on disk, once, and each part reads its slice of every run.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import polars as pl

from metering.settlement.expressions.instants import REACH, STRIDE
from metering.settlement.files import Source
from metering.settlement.names import Names

_RUN_ROWS = 2_000_000  # rows sorted in memory at once
_RUN_BATCH = 65_536  # rows of a run read together


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
    """A file in any other order, as sorted runs in ``folder``; rows of one name stay as delivered."""

    def __init__(self, source: Source, name: str, names: Names, folder: Path) -> None:
        self._name, self._names = name, names
        self._schema = source.table.schema
        self._strays = self._schema.to_frame()
        self._runs = [
            Run.write(folder / f"{number}.ipc", self._numbered(rows))
            for number, rows in enumerate(source.batches(_RUN_ROWS))
        ]

    def _numbered(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Rows with the place of their name instead of the name; of unknown names one row each is kept aside."""
        numbered = rows.with_columns(self._names.numbers(rows[self._name]).alias("key"))
        strays = numbered.filter(pl.col("key").is_null()).select(self._schema.names())
        self._strays = pl.concat([self._strays, strays]).unique(self._name, maintain_order=True)
        return numbered.filter(pl.col("key").is_not_null()).drop(self._name)

    def take(self, part: Part) -> pl.DataFrame:
        strays = part.of(self._strays.sort(self._name), self._name)
        return pl.concat(
            [*(self._named(run.take(part.begin, part.end)) for run in self._runs), strays]
        )

    def _named(self, rows: pl.DataFrame) -> pl.DataFrame:
        name = self._names.name(rows["key"]).alias(self._name)
        return rows.with_columns(name).select(self._schema.names())


@dataclass(frozen=True)
class Run:
    """Rows on disk, sorted by the whole number ``key``; rows of one key as they came."""

    path: Path
    keys: pl.Series  # every _RUN_BATCH-th key, to find a range without reading
    rows: int
    schema: pl.Schema

    @classmethod
    def write(cls, path: Path, rows: pl.DataFrame) -> "Run":
        path.parent.mkdir(parents=True, exist_ok=True)
        ordered = rows.sort("key", maintain_order=True)
        ordered.write_ipc(path, compression="lz4", record_batch_size=_RUN_BATCH)
        return cls(path, ordered["key"].gather_every(_RUN_BATCH), ordered.height, ordered.schema)

    def take(self, begin: int, end: int) -> pl.DataFrame:
        """Rows with ``begin`` ≤ key < ``end``."""
        first = max(int(self.keys.search_sorted(begin, side="left")) - 1, 0) * _RUN_BATCH
        last = min(int(self.keys.search_sorted(end, side="left")) * _RUN_BATCH, self.rows)
        if first >= last:
            return self.schema.to_frame()
        rows = pl.scan_ipc(self.path).slice(first, last - first)
        return rows.filter(pl.col("key").is_between(begin, end, closed="left")).collect()

    def take_lanes(self, begin: int, end: int) -> pl.DataFrame:
        """Rows whose key lies in the lanes ``begin`` to ``end`` - 1 (see expressions.instants)."""
        return self.take(begin * STRIDE - REACH, end * STRIDE - REACH)


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
    return bool(scanned.select(pl.col(name).cast(pl.String).is_sorted()).collect().item())


def take_all(feeds: Sequence[Feed], part: Part, schema: pl.Schema) -> pl.DataFrame:
    """The part's rows of all files, in order of delivery: file after file, row after row."""
    return pl.concat([schema.to_frame(), *(each.take(part) for each in feeds)])
