"""The reference on whole data sets: every slot of homes and drill equals what a separate program calculated."""

from dataclasses import astuple
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from metering.domain import reference
from metering.domain.rules import Rules, Stage
from tests.data_sets import drill, homes


def assert_same(found: list[Any], expected: Path) -> None:
    frame = pl.read_parquet(expected)
    for row, wanted in zip(found, frame.iter_rows(), strict=True):
        assert astuple(row) == wanted


@pytest.mark.parametrize("stage", ["provisional", "final"])
def test_drill_settles_exactly_to_its_expected_files(shared_data: Path, stage: Stage) -> None:
    folder = shared_data / "drill"
    results = reference.settle(
        drill(folder),
        first_day=date(2026, 11, 2),
        last_day=date(2026, 11, 5),
        stage=stage,
        rules=Rules(),
    )
    assert_same(results.energy, folder / f"expected-energy-{stage}.parquet")
    assert_same(results.sites, folder / f"expected-sites-{stage}.parquet")


def test_homes_settle_exactly_to_their_expected_files(shared_data: Path) -> None:
    folder = shared_data / "homes"
    results = reference.settle(
        homes(folder),
        first_day=date(2026, 10, 20),
        last_day=date(2026, 11, 19),
        stage="final",
        rules=Rules(),
    )
    assert_same(results.energy, folder / "expected-energy-final.parquet")
    assert_same(results.sites, folder / "expected-sites-final.parquet")
