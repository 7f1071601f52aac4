"""A meter store in a local folder: written under ``.writing/``, made durable, then linked into place."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from metering.store.places import Entry

WRITING = ".writing"


class Folder:
    """Files under one root. A link appears at once, so a reader or a killed writer never leaves half a file."""

    def __init__(self, root: Path) -> None:
        self.root = root.absolute()
        make_folder(self.root)

    @property
    def url(self) -> str:
        """The folder's path."""
        return str(self.root)

    @property
    def storage_options(self) -> dict[str, str] | None:
        """Nothing: Polars opens paths by itself."""
        return None

    def address(self, key: str) -> str:
        """The path of the file."""
        return str(self.root / key)

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """A private folder on the same file system, so that adopting needs no copy."""
        folder = self.root / WRITING / uuid4().hex
        make_folder(folder)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def adopt(self, path: Path, key: str) -> bool:
        """Move ``path`` into place: first its bytes reach the disk, then its name, so the name never shows less."""
        target = self.root / key
        if target.exists():
            os.utime(target)
            return False
        flush_file(path)
        make_folder(target.parent)
        try:
            target.hardlink_to(
                path
            )  # a rename would overwrite; the private name goes with its folder
        except FileExistsError:
            return False
        flush_folder(target.parent)
        return True

    def holds(self, key: str) -> bool:
        """Whether the file is there."""
        return (self.root / key).is_file()

    def content(self, key: str) -> bytes:
        """The bytes of a small file."""
        return (self.root / key).read_bytes()

    def local(self, key: str, scratch: Path) -> Path:
        """The file itself; nobody writes to it."""
        return self.root / key

    def entries(self, prefix: str) -> Iterator[Entry]:
        """Every file below ``prefix``."""
        for folder, _, names in os.walk(self.root / prefix):
            for name in names:
                path = Path(folder, name)
                try:
                    found = path.stat()
                except FileNotFoundError:  # another sweeper was faster
                    continue
                modified_at = datetime.fromtimestamp(found.st_mtime, UTC)
                yield Entry(path.relative_to(self.root).as_posix(), found.st_size, modified_at)

    def remove(self, key: str) -> None:
        """Take the file away; empty folders stay, they cost nothing and may be written to at this moment."""
        (self.root / key).unlink(missing_ok=True)

    def sweep_scratch(self, before: datetime) -> int:
        """Remove private folders untouched since ``before``."""
        writing = self.root / WRITING
        old = [path for path in writing.glob("*") if path.stat().st_mtime < before.timestamp()]
        for path in old:
            shutil.rmtree(path, ignore_errors=True)
        return len(old)


def make_folder(folder: Path) -> None:
    """``mkdir -p`` whose new names survive a power cut."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    flush_folder(folder.parent)


def flush_file(path: Path) -> None:
    """Wait until the bytes of ``path`` are on the disk."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def flush_folder(folder: Path) -> None:
    """Wait until the names in ``folder`` are on the disk."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
