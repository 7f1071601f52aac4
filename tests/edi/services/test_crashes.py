"""A building killed anywhere leaves no half file, and running it again gives the same bytes as if nothing had happened.

The death of the process is played by an exception that nobody catches, with every tidying-up left out, as with kill -9.
"""

import io
import zipfile
from collections.abc import Callable
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.db import transaction

from edi.models import Considered, FileState, OutboundMessage
from edi.services import half_hours, issuing, ledger, months, shelf
from edi.services.shelf import Staged
from portal.timekeeping.half_hours import JST
from tests.edi.conftest import ACTOR, AT, DAY, limit_points_per_split, points
from tests.edi.publishing import publish
from tests.factories import make_reading_schedule, make_retailer

pytestmark = pytest.mark.db


class Killed(BaseException):
    """The process is gone."""


@pytest.fixture
def settled(retailer, monkeypatch):
    """Two receivers, several splits each, published results."""
    limit_points_per_split(monkeypatch, 2)
    made = points(5, retailer) + points(3, make_retailer())
    publish([p.number for p in made], DAY)
    return made


def build(code="1120"):
    return half_hours.build(code=code, day=DAY, actor=ACTOR, at=AT)


def visible(on_disk):
    """What lies in the receivers' folders."""
    return {path: content for path, content in on_disk().items() if path[0] != "."}


def clean_run(on_disk, code="1120", settings=None, tmp_path=None):
    """What a building without any accident leaves, in another folder and a transaction that is rolled back."""
    here = settings.EDI_DIR
    settings.EDI_DIR = tmp_path / "clean"
    with transaction.atomic():
        build(code)
        found = visible(on_disk)
        rows = set(OutboundMessage.objects.values_list("receiver_code", "name", "digest"))
        transaction.set_rollback(True)
    settings.EDI_DIR = here
    return found, rows


@contextmanager
def dying(monkeypatch, owner, name, after: int):
    """Dies at the ``after``-th call of ``owner.name``, 0 = before it did anything."""
    calls = iter(range(10_000))
    original = getattr(owner, name)

    def deadly(*args, **kwargs):
        if next(calls) == after:
            raise Killed
        return original(*args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(owner, name, deadly)
        patch.setattr(shelf, "_take_back", lambda *_: None)
        patch.setattr(shelf, "_clear", lambda *_: None)
        with pytest.raises(Killed):
            yield


def steps() -> list[tuple[object, str, int]]:
    return [
        *((Staged, "add", n) for n in range(5)),
        *((shelf, "_write", n) for n in range(7)),
        *((shelf, "_flush", n) for n in range(4)),
        *((Path, "replace", n) for n in range(5)),
        (Staged, "publish", 0),
        (Staged, "publish", 1),
        (ledger.Issue, "publish", 0),
        (ledger.Issue, "publish", 1),
        (ledger.Issue, "_claim", 0),
        (ledger.Issue, "_keep_lists", 0),
        (ledger.recorder, "record", 0),
        (ledger.recorder, "record", 1),
        (issuing, "consider", 0),
    ]


@pytest.mark.parametrize(("owner", "name", "after"), steps())
def test_killed_at_a_step_and_run_again_gives_the_same_bytes(
    settled, on_disk, monkeypatch, settings, tmp_path, owner, name, after
):
    expected, rows = clean_run(on_disk, settings=settings, tmp_path=tmp_path)
    assert len(expected) == 5
    with dying(monkeypatch, owner, name, after):
        build()
    assert_nothing_half(on_disk)
    build()
    assert visible(on_disk) == expected
    assert set(OutboundMessage.objects.values_list("receiver_code", "name", "digest")) == rows
    assert on_disk() == expected  # and nothing private is left
    assert build().files == 0


def assert_nothing_half(on_disk: Callable[[], dict[str, bytes]]) -> None:
    """Every file in a receiver's folder is a whole zip, and every ledger row has its file."""
    found = visible(on_disk)
    for content in found.values():
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            assert archive.testzip() is None
    for row in OutboundMessage.objects.all():
        assert len(found[f"{row.receiver_code}/{row.name}"]) == row.size


def test_killed_while_moving_then_other_results_leaves_no_orphan(
    settled, on_disk, monkeypatch, settings, tmp_path
):
    """The half-moved first attempt had three splits, the second has two: the third must not stay behind."""
    with dying(monkeypatch, shelf, "_flush", 1):  # all three moved, the transaction not yet closed
        build()
    assert len(visible(on_disk)) == 3
    assert OutboundMessage.objects.count() == 0
    for point in settled[:2]:
        point.service_periods.all().delete()
    publish([p.number for p in settled[2:]], DAY, values=lambda n, d, s: 8, at=AT)
    build()
    listed = {f"{row.receiver_code}/{row.name}" for row in OutboundMessage.objects.all()}
    assert set(visible(on_disk)) == listed
    assert len(listed) == 4


def test_a_living_builders_private_files_are_not_swept(settled, on_disk):
    with shelf.staging("99993", lambda code, names: set()) as staged:
        staged.add("W4.zip", b"x")
        assert shelf.sweep(lambda code, names: set()) == 0
        assert any(path.endswith("W4.zip") for path in on_disk())
    assert on_disk() == {}


def test_a_failing_transaction_takes_its_files_back(settled, on_disk, monkeypatch):
    """Not killed, but refused by the database after the files were moved."""
    original = Staged.publish

    def publish_then_fail(self):
        original(self)
        raise OSError("disk full")

    monkeypatch.setattr(Staged, "publish", publish_then_fail)
    with pytest.raises(OSError, match="disk full"):
        build()
    assert on_disk() == {}
    assert not OutboundMessage.objects.exists()


def test_two_builders_at_once_issue_one_revision(settled, on_disk, monkeypatch):
    """The other builder is faster between our look at the ledger and our transaction."""
    original = ledger.Issue.publish
    inside = []

    def overtaken(self, *, actor, at):
        if not inside:
            inside.append(True)
            half_hours.build(code="1120", day=DAY, actor=actor, at=at)
        original(self, actor=actor, at=at)

    monkeypatch.setattr(ledger.Issue, "publish", overtaken)
    built = build()
    assert (built.files, built.overtaken) == (0, 2)  # of both receivers
    assert OutboundMessage.objects.count() == 5
    assert {row.revision for row in OutboundMessage.objects.all()} == {0}
    assert_nothing_half(on_disk)
    assert not any(path.startswith(".") for path in on_disk())


def test_slot_messages_killed_in_the_middle_converge_too(
    settled, on_disk, monkeypatch, settings, tmp_path
):
    expected, _ = clean_run(on_disk, "1110", settings=settings, tmp_path=tmp_path)
    with dying(monkeypatch, Path, "replace", 100):
        build("1110")
    assert_nothing_half(on_disk)
    build("1110")
    assert on_disk() == expected


def test_months_killed_in_the_middle_converge_too(retailer, on_disk, monkeypatch):
    limit_points_per_split(monkeypatch, 1)
    schedule = make_reading_schedule(DAY, DAY + timedelta(days=3))
    made = points(3, retailer)
    for point in made:
        point.supply_point.reading_schedule = schedule
        point.supply_point.save()
    at = datetime(2026, 11, 18, 9, 0, tzinfo=JST)
    last = DAY + timedelta(days=2)
    publish([p.number for p in made], DAY, last, stage="final", at=at)

    def build_month():
        return months.build(code="1220", reading_day=DAY + timedelta(days=3), actor=ACTOR, at=at)

    with transaction.atomic():
        build_month()
        expected = on_disk()
        transaction.set_rollback(True)
    for path in expected:
        (shelf.folder("") / path).unlink()
    with dying(monkeypatch, Path, "replace", 1):
        build_month()
    assert Considered.objects.count() == 0
    assert build_month().files == 3
    assert on_disk() == expected
    assert {row.state for row in OutboundMessage.objects.all()} == {FileState.LISTED}
