"""The watched folder: each file is taken in once and put away with a verdict beside it."""

import json
import os
from pathlib import Path

import pytest

from metering.models import Delivery, DevicePoint
from metering.services import inbox, readings
from portal.journal.models import Entry
from tests.metering.readings.conftest import ACTOR, AT, HEADER


@pytest.fixture
def folder(own_folders: Path) -> Path:
    path = own_folders / "inbox" / "readings"
    path.mkdir(parents=True)
    return path


def drop(folder: Path, name: str, point: DevicePoint, kwh: str = "1.5", age: int = 0) -> Path:
    """Rename a file into the folder, as senders do."""
    draft = folder / f".{name}"
    draft.write_text(f"{HEADER}\n{point.number},0,2026-11-01T00:30,{kwh},,\n")
    os.utime(draft, (1_000_000 - age, 1_000_000 - age))
    return draft.rename(folder / name)


def watch() -> list[inbox.Outcome]:
    return readings.watch_inbox(actor=ACTOR, at=AT)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def verdict(folder: Path, name: str) -> dict:
    return json.loads((folder / f"{name}.verdict.json").read_text(encoding="utf-8"))


def test_a_file_is_taken_in_and_put_away_with_its_verdict(folder: Path, point: DevicePoint) -> None:
    drop(folder, "a.csv", point)

    [outcome] = watch()

    assert outcome.delivery == Delivery.objects.get()
    assert names(folder / "taken") == ["a.csv", "a.csv.verdict.json"]
    assert not (folder / "a.csv").exists()
    told = verdict(folder / "taken", "a.csv")
    assert (told["verdict"], told["rows"], told["accepted"]) == ("taken", 1, 1)


def test_an_unreadable_file_is_put_away_with_the_reason(folder: Path, db: None) -> None:
    (folder / "b.csv").write_text("something,else\n")

    [outcome] = watch()

    assert outcome.refusal
    assert names(folder / "refused") == ["b.csv", "b.csv.verdict.json"]
    told = verdict(folder / "refused", "b.csv")
    assert told["code"] == "E-FILE-02"
    assert told["place"].startswith("b.csv, row 1")
    assert told["message"]["ja"]
    assert told["remedy"]["en"]
    assert not Delivery.objects.exists()
    assert Entry.objects.get().verb == "delivery.refused"


def test_unfinished_files_are_left_alone(folder: Path, db: None) -> None:
    for name in (".hidden.csv", "c.csv.part", "d.csv.tmp"):
        (folder / name).write_text("half")

    assert watch() == []
    assert names(folder) == [".hidden.csv", "c.csv.part", "d.csv.tmp"]


def test_files_are_taken_in_the_order_in_which_they_were_written(
    folder: Path, point: DevicePoint
) -> None:
    drop(folder, "a-newer.csv", point, "2.0")
    drop(folder, "z-older.csv", point, "1.0", age=60)

    watch()

    ordered = Delivery.objects.order_by("pk").values_list("file_name", flat=True)
    assert list(ordered) == ["z-older.csv", "a-newer.csv"]


def test_a_file_that_came_before_is_unchanged_and_both_are_kept(
    folder: Path, point: DevicePoint
) -> None:
    drop(folder, "a.csv", point)
    watch()
    drop(folder, "a.csv", point)

    [outcome] = watch()

    assert outcome.delivery
    assert not outcome.delivery.is_new
    number = outcome.delivery.pk
    assert names(folder / "taken") == sorted(
        ["a.csv", "a.csv.verdict.json", f"{number}-a.csv", f"{number}-a.csv.verdict.json"]
    )
    assert verdict(folder / "taken", f"{number}-a.csv")["verdict"] == "unchanged"


def test_a_kill_between_taking_in_and_putting_away_does_no_harm(
    folder: Path, point: DevicePoint
) -> None:
    path = drop(folder, "a.csv", point)
    readings.take_in(path=path, kind="readings", actor=ACTOR, at=AT)

    [outcome] = watch()

    assert Delivery.objects.count() == 1
    assert outcome.delivery
    assert names(folder / "taken") == ["a.csv", "a.csv.verdict.json"]


def test_a_file_that_another_watcher_has_just_put_away_is_no_crash(
    folder: Path, point: DevicePoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop(folder, "a.csv", point)
    drop(folder, "b.csv", point, "2.0")
    waiting = list(inbox.waiting(folder.parent, ["readings"]))
    watch()
    monkeypatch.setattr(inbox, "waiting", lambda *_: iter(waiting))

    outcomes = watch()

    assert outcomes == []
    assert names(folder) == ["taken"]
    assert Delivery.objects.count() == 2


def test_every_kind_has_its_folder(own_folders: Path, db: None) -> None:
    watch()

    assert names(own_folders / "inbox") == [
        "baselines",
        "exchanges",
        "gapfill",
        "readings",
        "smart_meter",
    ]
