"""Frames as the files of an offline settlement, and the results read back."""

from pathlib import Path

import polars as pl

from metering.settlement import schemas
from metering.settlement.offline import Files, Job, Summary, settle_files
from metering.settlement.pipeline import Inputs, Results

TABLES = ("register", "readings", "exchanges", "gapfill", "baselines", "smart_meter", "holds")


def as_csv(frame: pl.DataFrame, path: Path) -> Path:
    """The contract's CSV: energies in kWh with three decimals, times with their offset."""
    columns = [_column(name, dtype) for name, dtype in frame.schema.items()]
    frame.select(columns).write_csv(path)
    return path


def _column(name: str, dtype: pl.DataType) -> pl.Expr:
    column = pl.col(name)
    if name == "rated_w" or name.endswith("_wh"):
        kwh = "rated_kw" if name == "rated_w" else name.removesuffix("_wh") + "_kwh"
        decimals = (column.abs() % 1000).cast(pl.String).str.zfill(3)
        sign = pl.when(column < 0).then(pl.lit("-")).otherwise(pl.lit(""))
        return pl.format("{}{}.{}", sign, column.abs() // 1000, decimals).alias(kwh)
    if dtype == schemas.INSTANT:
        form = "%Y-%m-%dT%H:%M+09:00"
        return column.dt.strftime(form)
    return column


def as_parquet(frame: pl.DataFrame, path: Path) -> Path:
    """The contract's Parquet: whole Wh in columns of that name, naive times."""
    frame.write_parquet(path, row_group_size=7)
    return path


def write(inputs: Inputs, folder: Path, kind: str = "csv") -> Files:
    """Every table of ``inputs`` as one file."""
    folder.mkdir(parents=True, exist_ok=True)
    writer = as_csv if kind == "csv" else as_parquet
    paths = {
        table: writer(getattr(inputs, table).collect(), folder / f"{table}.{kind}")
        for table in TABLES
    }
    return Files(**(paths | {"readings": [paths["readings"]]}))


def settle_written(files: Files, job: Job, out: Path) -> tuple[Results, Summary]:
    """The offline settlement with its results read back."""
    summary = settle_files(files, job, out)
    findings = pl.read_csv(out / "findings.csv", infer_schema=False)
    at = pl.col("at").str.to_datetime("%Y-%m-%dT%H:%M+09:00", time_unit="us")
    results = Results(
        energy=pl.read_parquet(out / "energy.parquet"),
        sites=pl.read_parquet(out / "sites.parquet"),
        findings=findings.with_columns(
            at, pl.col("direction").cast(pl.UInt8), pl.col("detail").fill_null("")
        ),
    )
    return results, summary


def bytes_of(out: Path) -> dict[str, bytes]:
    """The three files that must be the same on every run."""
    names = ("energy.parquet", "sites.parquet", "findings.csv")
    return {name: (out / name).read_bytes() for name in names}
