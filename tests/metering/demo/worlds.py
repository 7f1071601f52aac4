"""Small made-up areas for the tests of the sample area, and their files as frames of the settlement."""

import csv
import gzip
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path

import polars as pl

from metering.demo.world.area import plan
from metering.demo.world.files import Writer, Written
from metering.demo.world.plan import Area
from metering.settlement import schemas
from metering.settlement.pipeline import Inputs

LAST_DAY = date(2026, 11, 19)


def small_area(*, points: int = 60, days: int = 9, seed: int = 7) -> Area:
    return plan(points=points, days=days, seed=seed, until=LAST_DAY)


def written(area: Area, folder: Path) -> Written:
    return Writer(area, folder).write()


def rows_of(path: Path) -> Iterator[dict[str, str]]:
    """The lines of one file, by the names of its header."""
    with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as lines:
        yield from csv.DictReader(lines)


def delivered(files: Written, kind: str) -> Iterator[dict[str, str]]:
    """All rows of one kind in the order of delivery, without the file that holds bad ones on purpose."""
    for delivery in files.deliveries:
        if delivery.kind == kind and "by-hand" not in delivery.path.name:
            yield from rows_of(delivery.path)


def wh(kwh: str) -> int | None:
    return int(kwh.replace(".", "")) if kwh else None


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=None)


def inputs_of(area: Area, files: Written) -> Inputs:
    """What the settlement reads, straight from the plan and the files."""
    return Inputs(
        register=_register(area),
        readings=_frame(
            schemas.READINGS,
            (
                (
                    row["device_point_number"],
                    int(row["direction"]),
                    instant(row["read_at"]),
                    wh(row["register_kwh"]),
                    row["meter_id"] or None,
                    row["status"] or None,
                )
                for row in delivered(files, "readings")
            ),
        ),
        exchanges=_frame(
            schemas.EXCHANGES,
            (
                (
                    row["device_point_number"],
                    int(row["direction"]),
                    instant(row["exchanged_at"]),
                    row["old_meter_id"],
                    row["new_meter_id"],
                    wh(row["old_register_kwh"]),
                    wh(row["new_register_kwh"]),
                )
                for row in delivered(files, "exchanges")
            ),
        ),
        gapfill=_frame(
            schemas.GAPFILL,
            (
                (
                    row["device_point_number"],
                    int(row["direction"]),
                    row["kind"],
                    instant(row["at"]),
                    wh(row["value_kwh"]),
                )
                for row in delivered(files, "gapfill")
            ),
        ),
        baselines=_frame(
            schemas.BASELINES,
            (
                (
                    row["device_point_number"],
                    int(row["direction"]),
                    date.fromisoformat(row["day"]),
                    int(row["slot"]),
                    wh(row["energy_kwh"]),
                )
                for row in delivered(files, "baselines")
            ),
        ),
        smart_meter=_frame(
            schemas.SMART_METER,
            (
                (
                    row["premises_number"],
                    date.fromisoformat(row["day"]),
                    int(row["slot"]),
                    wh(row["forward_kwh"]),
                    wh(row["reverse_kwh"]),
                )
                for row in delivered(files, "smart_meter")
            ),
        ),
        holds=_frame(
            schemas.HOLDS,
            (
                (hold.device_point_number, hold.starts_at, hold.ends_at, str(hold.reason))
                for hold in area.holds
            ),
        ),
    )


def _register(area: Area) -> pl.LazyFrame:
    return _frame(
        schemas.REGISTER,
        (
            (
                device.number,
                home.premises_number,
                home.retailer,
                int(device.pattern),
                device.directions,
                device.rated_w,
                device.meter_id,
                datetime.combine(home.service_from, time.min),
                None,
            )
            for home in area.homes
            for device in home.devices
        ),
    )


def _frame(schema: pl.Schema, rows) -> pl.LazyFrame:
    return pl.LazyFrame(list(rows), schema=schema, orient="row")


def morning_after(area: Area) -> datetime:
    return datetime.combine(area.until + timedelta(days=1), time(1))
