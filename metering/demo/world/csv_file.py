"""One CSV file under way: a header, lines and the count of them; ``.gz`` names are compressed, the same bytes every time."""

import gzip
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Self

from metering.demo.world.rows import HEADERS


class CsvFile:
    """Opened on making, closed by ``with``."""

    def __init__(self, kind: str, path: Path) -> None:
        self.kind = kind
        self.path = path
        self.rows = 0
        self._raw = path.open("wb")
        self._zip = (
            gzip.GzipFile(filename="", mode="wb", compresslevel=1, fileobj=self._raw, mtime=0)
            if path.suffix == ".gz"
            else None
        )
        self._put(HEADERS[kind])

    def write(self, lines: Iterable[str]) -> None:
        """Add lines; each may hold several rows, or none."""
        text = "".join(lines)
        self.rows += text.count("\n")
        self._put(text)

    def _put(self, text: str) -> None:
        (self._zip or self._raw).write(text.encode())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._zip:
            self._zip.close()
        self._raw.close()
