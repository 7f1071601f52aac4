"""The drill through the database: taken in, settled day by day and bucket by bucket, it gives the expected files exactly."""

import csv
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from metering import frames
from metering.domain.rules import Rules
from metering.settlement import schemas
from metering.store import reader
from tests.metering.readings.conftest import TakeIn
from tests.metering.readings.registered import register

FIRST, LAST = date(2026, 11, 2), date(2026, 11, 5)
FILES = [
    ("readings", "readings-1.csv.gz"),
    ("readings", "readings-2.csv.gz"),
    ("exchanges", "exchanges.csv"),
    ("gapfill", "gapfill.csv"),
    ("baselines", "baselines.csv.gz"),
    ("smart_meter", "smart_meter.csv.gz"),
]


@pytest.fixture
def drill(shared_data: Path, take_in: TakeIn) -> Path:
    """The whole drill taken in."""
    folder = shared_data / "drill"
    register(rows_of(folder / "register.csv"), rows_of(folder / "holds.csv"))
    for kind, name in FILES:
        take_in(folder / name, kind)
    return folder


def rows_of(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def days() -> list[date]:
    return [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]


@pytest.mark.parametrize("stage", ["provisional", "final"])
def test_days_settled_alone_give_the_expected_files(drill: Path, stage: str) -> None:
    parts = [
        frames.settle_part(day=day, bucket=bucket, stage=stage, rules=Rules())
        for day in days()
        for bucket in range(frames.bucket_count())
    ]

    energy = reader.scan(frames.store(), [p.energy_key for p in parts], schemas.ENERGY)
    sites = reader.scan(frames.store(), [p.sites_key for p in parts if p.sites_key], schemas.SITES)
    expected = pl.read_parquet(drill / f"expected-energy-{stage}.parquet")
    expected_sites = pl.read_parquet(drill / f"expected-sites-{stage}.parquet")
    assert_frame_equal(energy.sort(schemas.ENERGY_ORDER).collect(), expected.cast(schemas.ENERGY))
    assert_frame_equal(
        sites.sort(schemas.SITES_ORDER).collect(), expected_sites.cast(schemas.SITES)
    )
