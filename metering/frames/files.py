"""Received files as they are kept: byte for byte, under their digest."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from metering.frames.formats import FORMATS
from metering.frames.received import suffix_of
from metering.frames.stores import store
from metering.store import sweeping, writer

RESULTS = ("energy", "sites", "findings")


@dataclass(frozen=True, kw_only=True)
class KeptFile:
    """A received file in the store, and a local path to read it from."""

    key: str
    digest: str
    size: int
    path: Path


def keep_file(path: Path, *, kind: str, scratch: Path) -> KeptFile:
    """Keep the file at ``path`` as it is; ``scratch`` is for a local copy where the store is not local."""
    opened = store()
    kept = writer.keep_raw(opened, path, kind=kind, suffix=suffix_of(path))
    local = opened.place.local(kept.key, scratch)
    return KeptFile(key=kept.key, digest=kept.digest, size=kept.size, path=local)


def kept_file(key: str, *, scratch: Path) -> Path:
    """A local path of a kept file."""
    return store().place.local(key, scratch)


def sweep_files(
    *, before: datetime, referenced: Callable[[Collection[str]], Collection[str]]
) -> list[str]:
    """Remove received files, parts and results that are older than ``before`` and that ``referenced`` does not name."""
    prefixes = [f"raw/{kind}/" for kind in FORMATS] + [f"{kind}/" for kind in (*FORMATS, *RESULTS)]
    return sweeping.sweep(store(), prefixes, before=before, referenced=referenced)
