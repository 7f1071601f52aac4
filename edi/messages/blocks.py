"""Cutting a message into splits (分割): records in order of device point number, at most so many per file."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from edi.domain.lines import PointLine


@dataclass(frozen=True, kw_only=True)
class Block:
    """The records of one file, before its envelope.

    ``rows`` counts records and ``available`` those with a value; ``points`` is the list for the ledger;
    ``record_digests`` says what each point's record holds, in monthly messages only.
    """

    position: int  # 0 = first split
    slot: int | None = None
    records: str
    rows: int
    available: int
    points: str
    first_number: str
    last_number: str
    record_digests: tuple[str, ...] = ()

    @property
    def content(self) -> str:
        """Digest of what the file says, without the envelope: the same in two revisions when nothing changed."""
        return hashlib.sha256(self.records.encode()).hexdigest()


@dataclass
class Cutter:
    """Collects lines with columns beside them and builds a block whenever ``limit`` lines are there.

    ``build(position, lines, columns)`` makes the block; the last, smaller one comes from :meth:`rest`.
    """

    limit: int
    build: Callable[[int, list[PointLine], list[list[Any]]], Block]
    _position: int = 0
    _lines: list[PointLine] = field(default_factory=list)
    _columns: list[list[Any]] = field(default_factory=list)

    def feed(self, lines: Sequence[PointLine], *columns: Sequence[Any]) -> Iterator[Block]:
        """Add lines in order of number, each column as long as ``lines``; yields every block that is full."""
        start = 0
        while start < len(lines):
            end = start + self.limit - len(self._lines)
            self._lines += lines[start:end]
            self._columns = self._columns or [[] for _ in columns]
            for kept, column in zip(self._columns, columns, strict=True):
                kept += column[start:end]
            start = end
            if len(self._lines) == self.limit:
                yield self._block()

    def rest(self) -> Iterator[Block]:
        """What is left when nothing more comes."""
        if self._lines:
            yield self._block()

    def _block(self) -> Block:
        block = self.build(self._position, self._lines, self._columns)
        self._position += 1
        self._lines, self._columns = [], []
        return block
