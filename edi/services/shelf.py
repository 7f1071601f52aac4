"""Where the files lie: ``EDI_DIR/<receiver code>/<name>.zip``, and how they get there whole.

Files are written under ``EDI_DIR/.staging/<token>/``, made durable, and moved into place inside the transaction that
writes their ledger rows. A process killed at any point leaves at worst whole files without a row: nobody lists them, and
:func:`sweep` takes them away by the names that the dead process had written down before it moved the first. A lock that
dies with its process tells the dead from the living.
"""

import fcntl
import os
import shutil
from collections import deque
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from django.conf import settings

STAGING = ".staging"
MOVING = "moving"
OWN_FILES = 0o600
FLUSHERS = 8

Listed = Callable[[str, Collection[str]], Collection[str]]


def folder(receiver_code: str) -> Path:
    """The folder of one receiver."""
    return Path(settings.EDI_DIR) / receiver_code


class Staged:
    """Finished files of one receiver that nobody can see yet."""

    def __init__(self, draft: Path, receiver_code: str, flusher: Executor) -> None:
        self._draft = draft
        self._target = folder(receiver_code)
        self._flusher = flusher
        self._names: list[str] = []
        self._flushing: deque[Future[None]] = deque()

    def add(self, name: str, content: bytes) -> None:
        """Write one file; :meth:`publish` waits until it is on the disk."""
        path = self._draft / name
        _write(path, content)
        self._names.append(name)
        # several at a time: a disk flushes many files together in about the time of one
        self._flushing.append(self._flusher.submit(_flush_file, path))
        if len(self._flushing) > 8 * FLUSHERS:
            self._flushing.popleft().result()

    def publish(self) -> None:
        """Move all files into place. Call it inside the transaction that writes their rows."""
        while self._flushing:
            self._flushing.popleft().result()
        self._target.mkdir(parents=True, exist_ok=True)
        moving = self._draft / MOVING
        _write(moving, "\n".join([self._target.name, *self._names]).encode())
        _flush_file(moving)
        _flush(self._draft)
        for name in self._names:
            (self._draft / name).replace(self._target / name)
        _flush(self._target)


@contextmanager
def staging(receiver_code: str, listed: Listed) -> Iterator[Staged]:
    """A private place for files of one receiver; what was not published is gone afterwards.

    ``listed(receiver_code, names)`` says which names stand in the ledger: files that were moved for a transaction which
    then failed are taken back.
    """
    root = Path(settings.EDI_DIR) / STAGING
    root.mkdir(parents=True, exist_ok=True)
    token = uuid4().hex
    draft, lock = root / token, root / f"{token}.lock"
    with _held(lock), ThreadPoolExecutor(FLUSHERS, "edi-flush") as flusher:
        draft.mkdir(mode=0o700)
        try:
            yield Staged(draft, receiver_code, flusher)
        except BaseException:
            _take_back(draft, listed)
            raise
        finally:
            _clear(draft, lock)


def sweep(listed: Listed) -> int:
    """Take away what dead processes left behind; how many private folders there were."""
    root = Path(settings.EDI_DIR) / STAGING
    locks = sorted(root.glob("*.lock"))
    return sum(_swept(lock, listed) for lock in locks)


def _swept(lock: Path, listed: Listed) -> bool:
    try:
        handle = lock.open("r+b")
    except FileNotFoundError:
        return False
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False  # its process lives
        draft = lock.with_suffix("")
        _take_back(draft, listed)
        _clear(draft, lock)
    return True


def _clear(draft: Path, lock: Path) -> None:
    shutil.rmtree(draft, ignore_errors=True)
    lock.unlink(missing_ok=True)


def _take_back(draft: Path, listed: Listed) -> None:
    """Remove what was moved into place without a ledger row."""
    moving = draft / MOVING
    if moving.exists():
        code, *names = moving.read_text().split("\n")
        for name in set(names) - set(listed(code, names)):
            (folder(code) / name).unlink(missing_ok=True)


@contextmanager
def _held(lock: Path) -> Iterator[None]:
    """Hold ``lock`` while the block runs. A sweeper may take the new file away first: then it is made again."""
    while True:
        with lock.open("ab") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            if not _is_still(lock, handle.fileno()):
                continue
            yield
            return


def _is_still(path: Path, descriptor: int) -> bool:
    try:
        return path.stat().st_ino == os.fstat(descriptor).st_ino
    except FileNotFoundError:
        return False


def _write(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, OWN_FILES)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)


def _flush_file(path: Path) -> None:
    """Wait until the bytes are on the disk."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _flush(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
