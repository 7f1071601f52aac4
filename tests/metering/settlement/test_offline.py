"""The offline settlement equals the settlement of frames, however the files are cut, ordered and written."""

import shutil
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metering.domain.rules import Stage
from metering.settlement import feeds, offline, pipeline, runs
from metering.settlement.offline import Files, Job
from tests.engine_rows import frames_of
from tests.metering.settlement.written import (
    as_csv,
    as_parquet,
    bytes_of,
    settle_written,
    write,
)
from tests.strategies import Case, cases

DRILL_DAYS = (date(2026, 11, 2), date(2026, 11, 5))


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts of a few points, runs of a few rows: every seam of the machinery in a small test."""
    monkeypatch.setattr(offline, "ROWS_PER_PART", 2_000)
    monkeypatch.setattr(feeds, "_RUN_ROWS", 5_000)
    monkeypatch.setattr(feeds, "_WINDOW_ROWS", 7_000)
    monkeypatch.setattr(runs, "_BLOCK", 128)


def drill_files(folder: Path) -> Files:
    return Files(
        register=folder / "register.csv",
        readings=[folder / "readings-1.csv.gz", folder / "readings-2.csv.gz"],
        exchanges=folder / "exchanges.csv",
        gapfill=folder / "gapfill.csv",
        baselines=folder / "baselines.csv.gz",
        smart_meter=folder / "smart_meter.csv.gz",
        holds=folder / "holds.csv",
    )


def homes_files(folder: Path) -> Files:
    return Files(
        register=folder / "register.csv",
        readings=[folder / "readings.parquet", folder / "readings-2026-11-19.csv"],
        exchanges=folder / "exchanges.csv",
        gapfill=folder / "gapfill.csv",
        baselines=folder / "baselines.csv",
        smart_meter=folder / "smart_meter.parquet",
    )


def assert_expected(results: pipeline.Results, folder: Path, stage: Stage) -> None:
    for name in ("energy", "sites"):
        found = getattr(results, name)
        expected = pl.read_parquet(folder / f"expected-{name}-{stage}.parquet")
        assert found.equals(expected.cast(found.schema)), name


@pytest.mark.parametrize("stage", ["provisional", "final"])
def test_drill_settles_from_its_files_to_the_expected_ones(
    shared_data: Path, tmp_path: Path, stage: Stage
) -> None:
    folder = shared_data / "drill"
    job = Job(first_day=DRILL_DAYS[0], last_day=DRILL_DAYS[1], stage=stage)
    results, _ = settle_written(drill_files(folder), job, tmp_path / "out")
    assert_expected(results, folder, stage)


def test_homes_settle_from_their_files_to_the_expected_ones(
    shared_data: Path, tmp_path: Path
) -> None:
    folder = shared_data / "homes"
    job = Job(first_day=date(2026, 10, 20), last_day=date(2026, 11, 19), stage="final")
    results, _ = settle_written(homes_files(folder), job, tmp_path / "out")
    assert_expected(results, folder, "final")


@pytest.mark.usefixtures("small_parts")
def test_small_parts_give_the_same_bytes(
    shared_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = Job(first_day=DRILL_DAYS[0], last_day=DRILL_DAYS[1], stage="final")
    files = drill_files(shared_data / "drill")
    offline.settle_files(files, job, tmp_path / "small")
    monkeypatch.undo()
    offline.settle_files(files, job, tmp_path / "whole")
    assert bytes_of(tmp_path / "small") == bytes_of(tmp_path / "whole")


@pytest.mark.usefixtures("small_parts")
@pytest.mark.parametrize(
    "order", [["device_point_number"], ["read_at"], ["meter_id", "register_wh"]]
)
def test_parquet_in_any_order_gives_the_same_bytes(
    shared_data: Path, tmp_path: Path, order: list[str]
) -> None:
    """Only the order within one instant of one series means anything: the last delivery wins there."""
    folder = shared_data / "homes"
    job = Job(first_day=date(2026, 10, 20), last_day=date(2026, 11, 19), stage="final")
    offline.settle_files(homes_files(folder), job, tmp_path / "as delivered")
    readings = pl.read_parquet(folder / "readings.parquet").sort(order, maintain_order=True)
    shuffled = as_parquet(readings, tmp_path / "readings.parquet")
    files = homes_files(folder)
    offline.settle_files(
        Files(**(vars(files) | {"readings": [shuffled, files.readings[1]]})), job, tmp_path / "out"
    )
    assert bytes_of(tmp_path / "out") == bytes_of(tmp_path / "as delivered")


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """One place for all examples of a hypothesis test."""
    path = Path(tempfile.mkdtemp())
    yield path
    shutil.rmtree(path)


def in_memory(case: Case) -> pipeline.Results:
    return pipeline.settle(frames_of(case.inputs), **case.arguments)


def assert_same(found: pipeline.Results, expected: pipeline.Results) -> None:
    for name in ("energy", "sites", "findings"):
        assert getattr(found, name).equals(getattr(expected, name)), name


@settings(max_examples=40)
@given(
    case=cases(), kind=st.sampled_from(["csv", "parquet"]), size=st.sampled_from([1, 60, 10_000])
)
def test_files_settle_as_their_frames_do(folder: Path, case: Case, kind: str, size: int) -> None:
    files = write(frames_of(case.inputs), folder / "in", kind)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(offline, "ROWS_PER_PART", size)
        results, summary = settle_written(files, Job(**case.arguments), folder / "out")
    assert_same(results, in_memory(case))
    assert summary.rows_out == {
        name: getattr(results, name).height for name in ("energy", "sites", "findings")
    }


@settings(max_examples=25)
@given(case=cases(), cut=st.integers(0, 400))
def test_split_files_settle_as_one(folder: Path, case: Case, cut: int) -> None:
    readings = frames_of(case.inputs).readings.collect()
    files = write(frames_of(case.inputs), folder / "in")
    first = as_csv(readings[:cut], folder / "first.csv")
    second = as_parquet(readings[cut:], folder / "second.parquet")
    split = Files(**(vars(files) | {"readings": [first, second]}))
    results, _ = settle_written(split, Job(**case.arguments), folder / "out")
    assert_same(results, in_memory(case))


def test_files_of_one_name_in_two_folders_are_two_files(shared_data: Path, tmp_path: Path) -> None:
    folder = shared_data / "drill"
    job = Job(first_day=DRILL_DAYS[0], last_day=DRILL_DAYS[1], stage="final")
    again = []
    for number, path in enumerate(drill_files(folder).readings):
        again.append(tmp_path / str(number) / "readings.csv.gz")
        again[-1].parent.mkdir()
        shutil.copy(path, again[-1])
    files = Files(**(vars(drill_files(folder)) | {"readings": again}))
    results, _ = settle_written(files, job, tmp_path / "out")
    assert_expected(results, folder, "final")


def test_two_runs_write_the_same_bytes(shared_data: Path, tmp_path: Path) -> None:
    job = Job(first_day=DRILL_DAYS[0], last_day=DRILL_DAYS[1], stage="final")
    for name in ("first", "second"):
        offline.settle_files(drill_files(shared_data / "drill"), job, tmp_path / name)
    assert bytes_of(tmp_path / "first") == bytes_of(tmp_path / "second")
