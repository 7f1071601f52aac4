"""The sweeper takes only old files that no row names, and private folders of processes that died."""

import os
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from pathlib import Path

from metering.store.stores import Store
from metering.store.sweeping import sweep
from metering.store.writer import write_part
from tests.metering.store.frames import DAY, readings

SOON = timedelta(minutes=5)


def nothing(keys: Collection[str]) -> Collection[str]:
    return []


def test_files_without_a_row_go_and_others_stay(store: Store) -> None:
    named = write_part(store, readings(1), kind="readings", day=DAY, bucket=0)
    lost = write_part(store, readings(2), kind="readings", day=DAY, bucket=0)
    other_kind = write_part(store, readings(2), kind="energy", day=DAY, bucket=0)

    removed = sweep(
        store,
        ["readings/"],
        before=datetime.now(UTC) + SOON,
        referenced=lambda keys: {named.key} & set(keys),
    )

    assert removed == [lost.key]
    assert [store.place.holds(part.key) for part in (named, lost, other_kind)] == [
        True,
        False,
        True,
    ]


def test_young_files_stay_because_their_row_may_be_on_its_way(store: Store) -> None:
    part = write_part(store, readings(1), kind="readings", day=DAY, bucket=0)

    removed = sweep(store, ["readings/"], before=datetime.now(UTC) - SOON, referenced=nothing)

    assert removed == []
    assert store.place.holds(part.key)


def test_an_orphan_that_is_written_again_is_young_again(folder_store: Store) -> None:
    """A file left by a killed process and written again by its successor must not be swept before the row is there."""
    part = write_part(folder_store, readings(1), kind="readings", day=DAY, bucket=0)
    path = Path(folder_store.place.address(part.key))
    last_week = (datetime.now(UTC) - timedelta(days=7)).timestamp()
    os.utime(path, (last_week, last_week))

    write_part(folder_store, readings(1), kind="readings", day=DAY, bucket=0)
    removed = sweep(
        folder_store, ["readings/"], before=datetime.now(UTC) - SOON, referenced=nothing
    )

    assert removed == []


def test_private_folders_of_dead_processes_go(folder_store: Store) -> None:
    root = Path(folder_store.place.url)
    left_behind = root / ".writing" / "0123"
    left_behind.mkdir(parents=True)
    (left_behind / "0.parquet").write_bytes(b"half a f")

    sweep(folder_store, [], before=datetime.now(UTC) - SOON, referenced=nothing)
    assert left_behind.exists()
    sweep(folder_store, [], before=datetime.now(UTC) + SOON, referenced=nothing)
    assert not left_behind.exists()


def test_a_thousand_and_more_orphans_go_in_batches(folder_store: Store) -> None:
    folder = Path(folder_store.place.url) / "raw" / "readings" / "00"
    folder.mkdir(parents=True)
    for number in range(1_234):
        (folder / f"{number}.csv").touch()
    asked: list[int] = []

    def none_of(keys: Collection[str]) -> Collection[str]:
        asked.append(len(keys))
        return []

    removed = sweep(folder_store, ["raw/"], before=datetime.now(UTC) + SOON, referenced=none_of)

    assert len(removed) == 1_234
    assert asked == [1_000, 234]
