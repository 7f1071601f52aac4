"""Rows put aside on disk in sorted runs, and read back by ranges of their key."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import polars as pl

from metering.settlement.expressions.instants import REACH, STRIDE

_BLOCK = 16_384  # rows of a file that are read together
_MANY = 40  # with more runs than this in a frame, sorting it is cheaper than reading them back


@dataclass(frozen=True)
class Run:
    """Rows ``first`` to ``first + rows`` - 1 of an IPC file, in the order of the whole number ``key``."""

    path: Path
    first: int
    rows: int
    every: pl.Series  # the key of every _BLOCK-th row, to find a range without reading
    highest: int  # the last key

    def take(self, begin: int, end: int) -> pl.DataFrame | None:
        """Rows with ``begin`` ≤ key < ``end``; None where there are certainly none."""
        if begin > self.highest or end <= self.every[0]:
            return None
        first = max(int(self.every.search_sorted(begin, side="left")) - 1, 0) * _BLOCK
        last = min(int(self.every.search_sorted(end, side="left")) * _BLOCK, self.rows)
        if first >= last:
            return None
        rows = pl.scan_ipc(self.path).slice(self.first + first, last - first).collect()
        return between(rows, begin, end)

    def take_lanes(self, begin: int, end: int) -> pl.DataFrame | None:
        """Rows whose key lies in the lanes ``begin`` to ``end`` - 1 (see expressions.instants)."""
        return self.take(begin * STRIDE - REACH, end * STRIDE - REACH)


def between(rows: pl.DataFrame, begin: int, end: int) -> pl.DataFrame:
    """The rows with ``begin`` ≤ key < ``end`` of rows sorted by ``key``, without copying."""
    first = int(rows["key"].search_sorted(begin, side="left"))
    return rows[first : int(rows["key"].search_sorted(end, side="left"))]


def put_aside(rows: pl.DataFrame, path: Path) -> list[Run]:
    """Writes rows with a ``key``; they are cut into runs where the key falls, or sorted first where it falls often.

    Rows of one key keep their order, within a run and from run to run.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    falls = (rows["key"][1:] < rows["key"][:-1]).arg_true() + 1
    if len(falls) >= _MANY:
        rows, falls = rows.sort("key", maintain_order=True), falls.clear()
    rows.write_ipc(path, compression="uncompressed", record_batch_size=_BLOCK)
    return list(_cut(path, rows["key"], [0, *falls, rows.height]))


def _cut(path: Path, keys: pl.Series, borders: list[int]) -> Iterator[Run]:
    for first, last in pairwise(borders):
        if first < last:
            every = keys[first:last].gather_every(_BLOCK).rechunk()
            yield Run(path, first, last - first, every, keys[last - 1])
