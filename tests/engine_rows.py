"""Between the plain rows of the reference and the frames of the engine, so that both can be asked the same."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from metering.domain.rows import Finding, Inputs, Results, SiteSlot, SlotEnergy
from metering.domain.rules import Rules, Stage
from metering.settlement import files, pipeline, schemas, tables

# Names of the plain rows that differ from the columns of the frames.
COLUMNS: dict[str, dict[str, str]] = {
    "register": {"starts_at": "service_from", "ends_at": "service_to"},
    "holds": {"starts_at": "from", "ends_at": "to"},
}
TABLES: dict[str, tables.Table] = {
    "register": tables.REGISTER,
    "readings": tables.READINGS,
    "exchanges": tables.EXCHANGES,
    "gapfill": tables.GAPFILL,
    "baselines": tables.BASELINES,
    "smart_meter": tables.SMART_METER,
    "holds": tables.HOLDS,
}


def frames_of(inputs: Inputs) -> pipeline.Inputs:
    """Plain rows as the engine takes them: empty text is null there."""
    frames = {kind: _frame(kind, getattr(inputs, kind)) for kind in TABLES}
    return pipeline.Inputs(**frames)


def _frame(kind: str, rows: list[Any]) -> pl.LazyFrame:
    schema: pl.Schema = getattr(schemas, kind.upper())
    names = COLUMNS.get(kind, {})
    records = [
        {
            names.get(name, name): None if value == "" else value
            for name, value in asdict(row).items()
        }
        for row in rows
    ]
    return pl.LazyFrame(records, schema=schema, orient="row")


def frames_of_files(paths: Mapping[str, Path], rules: Rules) -> pipeline.Inputs:
    """Files of the contract's tables by name, through the engine's readers."""
    return pipeline.Inputs(**{kind: _read(kind, path, rules) for kind, path in paths.items()})


def _read(kind: str, path: Path, rules: Rules) -> pl.LazyFrame:
    source = files.Source(path, TABLES[kind], rules)
    empty = pl.DataFrame(schema=TABLES[kind].schema)
    frame = pl.concat([empty, *source.batches()])
    if kind == "register":
        files.refuse_overlaps(source, frame)
    return frame.lazy()


def settle(
    inputs: pipeline.Inputs, *, first_day: date, last_day: date, stage: Stage, rules: Rules
) -> Results:
    """The engine's results as plain rows."""
    results = pipeline.settle(
        inputs, first_day=first_day, last_day=last_day, stage=stage, rules=rules
    )
    findings = results.findings.with_columns(pl.col("detail").fill_null(""))
    return Results(
        energy=[SlotEnergy(**row) for row in results.energy.iter_rows(named=True)],
        sites=[SiteSlot(**row) for row in results.sites.iter_rows(named=True)],
        findings=[Finding(**row) for row in findings.iter_rows(named=True)],
    )
