"""Scans give the rows of all parts in the order of their keys, and find single points without reading the rest."""

from datetime import datetime
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from metering.settlement.schemas import READINGS
from metering.store import reader
from metering.store.stores import Store
from metering.store.writer import ROW_GROUP_SIZE, write_part, write_parts
from tests.metering.store.frames import DAY, point, readings


def test_a_scan_gives_back_what_was_written(store: Store) -> None:
    part = write_part(store, readings(5), kind="readings", day=DAY, bucket=0)

    found = reader.scan(store, [part.key], READINGS).collect()

    assert_frame_equal(found, readings(5))


def test_no_parts_are_an_empty_frame_of_the_schema(store: Store) -> None:
    found = reader.scan(store, [], READINGS).collect()

    assert found.is_empty()
    assert found.schema == READINGS


def test_rows_come_in_the_order_of_the_keys(folder_store: Store) -> None:
    """Row order is the order of delivery (rule 2), so it must survive many files, filters and the streaming engine."""
    frame = readings(2_000)
    frames = [frame.with_columns(register_wh=pl.lit(n, pl.Int64)) for n in range(48)]
    parts = write_parts(folder_store, [(DAY, 0, frame) for frame in frames], kind="readings")
    order = [parts[n].key for n in (5, 3, 47, *range(6, 47), 0, 1, 2, 4)]

    scanned = reader.scan(folder_store, order, READINGS).filter(
        pl.col("device_point_number") >= point(1_500)
    )
    seen = scanned.collect()["register_wh"].rle().struct.field("value").to_list()

    assert seen == [5, 3, 47, *range(6, 47), 0, 1, 2, 4]


def test_a_span_of_instants_includes_both_ends(store: Store) -> None:
    part = write_part(store, readings(2), kind="readings", day=DAY, bucket=0)

    span = datetime(2026, 11, 1, 1, 0), datetime(2026, 11, 1, 2, 0)
    found = reader.between(reader.scan(store, [part.key], READINGS), "read_at", *span).collect()

    assert found["read_at"].unique().sort().to_list() == [
        datetime(2026, 11, 1, 1, 0),
        datetime(2026, 11, 1, 1, 30),
        datetime(2026, 11, 1, 2, 0),
    ]


@pytest.mark.parametrize("wanted", [[], [3], [3, 700], [1_000_000]])
def test_only_the_points_asked_for_come_back(store: Store, wanted: list[int]) -> None:
    part = write_part(store, readings(1_000, 4), kind="readings", day=DAY, bucket=0)

    numbers = [point(n) for n in wanted]
    found = reader.only(
        reader.scan(store, [part.key], READINGS), "device_point_number", numbers
    ).collect()

    assert found["device_point_number"].unique().sort().to_list() == [
        n for n in numbers if n < point(1_000)
    ]


def test_a_single_point_is_found_by_row_groups_alone(folder_store: Store) -> None:
    """The file is cut so that only the groups of the point can still be read; a scan that needed others would fail."""
    frame = readings(20_000, 48)
    part = write_part(folder_store, frame, kind="readings", day=DAY, bucket=0)
    address = folder_store.place.address(part.key)
    with Path(address).open("r+b") as file:
        file.seek(4)
        file.write(
            b"\0" * 5_000
        )  # the data of the first row group is gone; the footer and the last group are not

    scanned = reader.scan(folder_store, [part.key], READINGS)
    found = reader.only(scanned, "device_point_number", [point(19_999)]).collect()

    assert frame.height > 10 * ROW_GROUP_SIZE
    assert_frame_equal(found, frame.tail(48))
    with pytest.raises(pl.exceptions.PolarsError):
        scanned.collect()
