"""The shared data sets as plain rows; tests that use them are skipped where the folder is not there."""

from collections.abc import Iterator
from pathlib import Path

import polars as pl

from metering.domain.rows import Inputs, Reading, SmartMeterValue
from tests.plain_rows import Row, csv_rows, inputs_from


def drill(folder: Path) -> Inputs:
    """Made-up device points for every rule; the readings come in two deliveries."""

    def both_deliveries() -> Iterator[Row]:
        yield from csv_rows(folder / "readings-1.csv.gz")
        yield from csv_rows(folder / "readings-2.csv.gz")

    packed = ("baselines", "smart_meter")
    plain = ("register", "exchanges", "gapfill", "holds")
    return inputs_from(
        {kind: csv_rows(folder / f"{kind}.csv.gz") for kind in packed}
        | {kind: csv_rows(folder / f"{kind}.csv") for kind in plain}
        | {"readings": both_deliveries()}
    )


def homes(folder: Path) -> Inputs:
    """A month of 17 real homes."""
    kinds = ("register", "exchanges", "gapfill", "baselines")
    tables = inputs_from({kind: csv_rows(folder / f"{kind}.csv") for kind in kinds})
    readings = pl.read_parquet(folder / "readings.parquet").with_columns(
        pl.col("meter_id", "status").fill_null("")
    )
    values = pl.read_parquet(folder / "smart_meter.parquet")
    return Inputs(
        register=tables.register,
        exchanges=tables.exchanges,
        gapfill=tables.gapfill,
        baselines=tables.baselines,
        readings=[Reading(**row) for row in readings.iter_rows(named=True)],
        smart_meter=[SmartMeterValue(**row) for row in values.iter_rows(named=True)],
    )
