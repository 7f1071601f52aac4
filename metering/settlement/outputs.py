"""What an offline settlement leaves behind: Parquet of the same bytes for the same rows, findings as CSV, all or nothing."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import file_digest
from pathlib import Path

import polars as pl
from polars.io.plugins import register_io_source

ROW_GROUP = 250_000


def write_parquet(frames: Iterator[pl.DataFrame], schema: pl.Schema, path: Path) -> int:
    """Streams ``frames`` into one file: zstd, fixed row groups, so the same rows give the same bytes."""
    rows = 0
    failures: list[BaseException] = []

    def source(*_: object) -> Iterator[pl.DataFrame]:
        nonlocal rows
        try:
            for frame in frames:
                rows += frame.height
                yield frame
        except BaseException as failure:
            failures.append(failure)
            raise

    try:
        register_io_source(source, schema=schema).sink_parquet(
            path, row_group_size=ROW_GROUP, statistics=False
        )
    except BaseException:
        if failures:  # the engine wraps what a source raises
            raise failures[0] from None
        raise
    return rows


def as_csv(findings: pl.DataFrame) -> pl.DataFrame:
    """Findings as they are written: times with their offset."""
    return findings.with_columns(pl.col("at").dt.strftime("%Y-%m-%dT%H:%M+09:00"))


def sha256(path: Path) -> str:
    """The digest that names a file's content."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


@contextmanager
def workspace(out: Path) -> Iterator[Path]:
    """A private folder beside ``out`` whose files move there at the end, or vanish with it."""
    above = next(parent for parent in (out, *out.absolute().parents) if parent.is_dir())
    folder = Path(tempfile.mkdtemp(prefix=".settling-", dir=above))
    try:
        yield folder
        out.mkdir(parents=True, exist_ok=True)
        for file in sorted(folder.iterdir()):
            file.replace(out / file.name)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
