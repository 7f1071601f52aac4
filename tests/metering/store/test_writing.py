"""Parts are named by their bytes, equal frames are equal bytes, and nothing is ever overwritten or half there."""

from pathlib import Path

import polars as pl
import pytest

from metering.store.places import Entry
from metering.store.stores import Store
from metering.store.writer import digest_of, keep_raw, save_parquet, write_part, write_parts
from tests.metering.store.frames import DAY, readings


def keys(store: Store) -> list[str]:
    return sorted(entry.key for entry in store.place.entries(""))


def test_a_part_lies_under_kind_day_bucket_and_digest(store: Store, tmp_path: Path) -> None:
    part = write_part(store, readings(3), kind="readings", day=DAY, bucket=2)

    assert part.key == f"readings/day=2026-11-01/bucket=02/{part.digest}.parquet"
    assert part.rows == 144
    assert store.place.holds(part.key)
    assert digest_of(store.place.local(part.key, tmp_path)) == part.digest


def test_the_same_frame_gives_the_same_part_however_it_is_cut_in_chunks(store: Store) -> None:
    frame = readings(2_000)
    pieces = [frame.slice(start, 7_777) for start in range(0, frame.height, 7_777)]
    chunked = pl.concat(pieces, rechunk=False)

    first = write_part(store, frame, kind="readings", day=DAY, bucket=0)
    again = write_part(store, chunked, kind="readings", day=DAY, bucket=0)

    assert chunked.n_chunks() > 1
    assert again == first
    assert len(keys(store)) == 2  # the part and layout.json


def test_a_part_of_other_rows_is_another_file_beside_the_first(store: Store) -> None:
    write_part(store, readings(3), kind="readings", day=DAY, bucket=0)
    write_part(store, readings(4), kind="readings", day=DAY, bucket=0)

    assert len(keys(store)) == 3


def test_the_order_of_rows_is_part_of_the_bytes(tmp_path: Path) -> None:
    save_parquet(readings(3), tmp_path / "a.parquet")
    save_parquet(readings(3).reverse(), tmp_path / "b.parquet")

    assert digest_of(tmp_path / "a.parquet") != digest_of(tmp_path / "b.parquet")


def test_a_received_file_is_kept_byte_for_byte(store: Store, tmp_path: Path) -> None:
    received = tmp_path / "読み取り.csv"
    received.write_bytes(b"\xef\xbb\xbfnot,even\x00a table")

    kept = keep_raw(store, received, kind="readings", suffix=".csv")

    assert kept.key == f"raw/readings/{kept.digest[:2]}/{kept.digest}.csv"
    assert store.place.content(kept.key) == received.read_bytes()
    assert kept.size == received.stat().st_size
    assert keep_raw(store, received, kind="readings", suffix=".csv") == kept


def test_a_writer_that_dies_leaves_nothing_under_a_key(store: Store) -> None:
    def frames():
        yield DAY, 0, readings(1)
        raise RuntimeError("the machine stops here")

    with pytest.raises(RuntimeError, match="stops here"):
        write_parts(store, frames(), kind="readings")

    # what was finished is whole, and nothing is left of the private place
    assert [key.split("/")[0] for key in keys(store)] == ["layout.json", "readings"]


def test_what_is_there_already_is_not_written_again(folder_store: Store) -> None:
    part = write_part(folder_store, readings(2), kind="readings", day=DAY, bucket=1)
    path = Path(folder_store.place.address(part.key))
    inode = path.stat().st_ino

    write_part(folder_store, readings(2), kind="readings", day=DAY, bucket=1)

    assert path.stat().st_ino == inode


def test_a_missing_file_is_missing(store: Store) -> None:
    assert not store.place.holds("raw/readings/00/nothing.csv")
    with pytest.raises(FileNotFoundError):
        store.place.content("raw/readings/00/nothing.csv")


def test_entries_tell_size_and_an_aware_time(store: Store) -> None:
    part = write_part(store, readings(1), kind="readings", day=DAY, bucket=1)

    [entry] = store.place.entries("readings/")

    assert isinstance(entry, Entry)
    assert entry.key == part.key
    assert entry.size > 0
    assert entry.modified_at.tzinfo is not None
