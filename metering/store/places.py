"""What the store asks of the place where its files lie: a local folder or an S3-compatible object store.

Both keep whole files under keys, for good: a file appears complete or not at all, and a second file of the same key is the
same file, because keys are made from digests. What was there already is made young again, so that the sweeper, which goes
by age, never takes a file that somebody is about to refer to.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True)
class Entry:
    """One file of a place."""

    key: str
    size: int
    modified_at: datetime  # aware


class Place(Protocol):
    """Files under keys with forward slashes."""

    @property
    def url(self) -> str:
        """The place as people name it."""

    @property
    def storage_options(self) -> dict[str, str] | None:
        """What Polars needs to know to read here; None for a folder."""

    def address(self, key: str) -> str:
        """Where Polars finds the file ``key``."""

    def scratch(self) -> AbstractContextManager[Path]:
        """A private local folder to write in; gone afterwards, with whatever was not adopted."""

    def adopt(self, path: Path, key: str) -> bool:
        """Move the finished file ``path`` into place, durably; False where the key was there already."""

    def holds(self, key: str) -> bool:
        """Whether the file is there."""

    def content(self, key: str) -> bytes:
        """The bytes of a small file; FileNotFoundError where there is none."""

    def local(self, key: str, scratch: Path) -> Path:
        """A local path with the bytes of ``key``; object stores copy it into ``scratch``."""

    def entries(self, prefix: str) -> Iterator[Entry]:
        """Every file whose key begins with ``prefix`` (a whole folder, with its slash), in no order."""

    def remove(self, key: str) -> None:
        """Take the file away; nothing happens where there is none."""

    def sweep_scratch(self, before: datetime) -> int:
        """Remove private folders that killed processes left behind before this instant; how many."""
