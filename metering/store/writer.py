"""Writes parts and keeps received files: to a private place first, then by their digest into place. Nothing is overwritten.

Equal frames give equal bytes: one chunk, an explicit row group size and a fixed compression (dependencies.md 0). A frame
whose order carries meaning is handed in in that order; the writer does not sort.
"""

import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from hashlib import file_digest
from pathlib import Path

import polars as pl

from metering.store.layout import part_key, raw_key
from metering.store.stores import Store

# Small enough that one point is found by reading a few groups, large enough that a scan of all is not slowed down.
ROW_GROUP_SIZE = 65_536
COMPRESSION_LEVEL = 3


@dataclass(frozen=True, kw_only=True)
class Part:
    """One immutable file of the store: where it lies and what is in it."""

    kind: str
    day: date
    bucket: int
    key: str
    digest: str
    rows: int


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A received file, byte for byte."""

    key: str
    digest: str
    size: int


def write_part(store: Store, frame: pl.DataFrame, *, kind: str, day: date, bucket: int) -> Part:
    """Write one part of ``frame`` (any schema) and say where it lies; the same frame again gives the same part."""
    [part] = write_parts(store, [(day, bucket, frame)], kind=kind)
    return part


def write_parts(
    store: Store, frames: Iterable[tuple[date, int, pl.DataFrame]], *, kind: str
) -> list[Part]:
    """Write many parts of one kind: rows of (day, bucket, frame), taken one after the other."""
    return list(_written(store, frames, kind))


def _written(
    store: Store, frames: Iterable[tuple[date, int, pl.DataFrame]], kind: str
) -> Iterator[Part]:
    with store.place.scratch() as scratch:
        for number, (day, bucket, frame) in enumerate(frames):
            path = scratch / f"{number}.parquet"
            save_parquet(frame, path)
            digest = digest_of(path)
            key = part_key(kind=kind, day=day, bucket=bucket, digest=digest)
            store.place.adopt(path, key)
            path.unlink(missing_ok=True)
            yield Part(kind=kind, day=day, bucket=bucket, key=key, digest=digest, rows=frame.height)


def keep_raw(store: Store, path: Path, *, kind: str, suffix: str) -> Kept:
    """Keep a received file as it is, under its digest; the same bytes again are the same file."""
    with store.place.scratch() as scratch:
        copy = scratch / "received"
        shutil.copyfile(
            path, copy
        )  # what is kept is what was digested, whatever happens to ``path`` meanwhile
        digest = digest_of(copy)
        key = raw_key(kind=kind, digest=digest, suffix=suffix)
        size = copy.stat().st_size
        store.place.adopt(copy, key)
    return Kept(key=key, digest=digest, size=size)


def save_parquet(frame: pl.DataFrame, path: Path) -> None:
    """``frame`` as Parquet, the same bytes whenever the rows are the same (chunks and threads leave no trace)."""
    frame.rechunk().write_parquet(
        path,
        compression="zstd",
        compression_level=COMPRESSION_LEVEL,
        statistics=True,
        row_group_size=ROW_GROUP_SIZE,
    )


def digest_of(path: Path) -> str:
    """SHA-256 of a file in hex."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()
