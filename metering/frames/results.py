"""Settles one part and keeps its results: immutable files of energy, sites and findings, addressed by their content."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import polars as pl

from metering.domain.rules import Rules, Stage
from metering.frames.inputs import Loaded, load_inputs
from metering.frames.stores import store
from metering.settlement.pipeline import Results, settle
from metering.store.writer import write_part
from portal.timekeeping.half_hours import naive_jst


@dataclass(frozen=True, kw_only=True)
class SettledPart:
    """Where the results of a part lie, and what they were made from (see :class:`metering.frames.inputs.Loaded`)."""

    input_digest: str
    reads_from: date
    reads_to: date
    energy_key: str
    sites_key: str  # empty where there are none
    findings_key: str  # empty where there are none
    counts: dict[str, Any]


def settle_part(
    *, day: date, bucket: int, stage: Stage, rules: Rules, until: datetime | None = None
) -> SettledPart:
    """Calculate one day of one bucket and keep the results; the same inputs give the same files.

    ``until`` (aware, a slot boundary) leaves out slots that end later. Findings are those with an instant of the day.
    """
    loaded = load_inputs(first_day=day, last_day=day, bucket=bucket, rules=rules)
    results = settle(loaded.inputs, first_day=day, last_day=day, stage=stage, rules=rules)
    results = _of_day(results, day, rules, until)
    return SettledPart(
        input_digest=loaded.digest,
        reads_from=loaded.reads_from,
        reads_to=loaded.reads_to,
        energy_key=_keep(results.energy, "energy", day, bucket),
        sites_key=_keep(results.sites, "sites", day, bucket) if results.sites.height else "",
        findings_key=_keep(results.findings, "findings", day, bucket)
        if results.findings.height
        else "",
        counts=_counts(loaded, results),
    )


def _of_day(results: Results, day: date, rules: Rules, until: datetime | None) -> Results:
    """Slots up to ``until``; findings of the day alone: those of the hours around are told by the days beside."""
    at = pl.col("at")
    opening = datetime.combine(day, time.min)
    findings = results.findings.filter(at >= opening, at < opening + timedelta(days=1))
    if until is None:
        return Results(energy=results.energy, sites=results.sites, findings=findings)
    cut = naive_jst(until)
    end = pl.col("day").cast(pl.Datetime("us")) + pl.duration(
        minutes=pl.col("slot").cast(pl.Int64) * rules.slot_minutes
    )
    return Results(
        energy=results.energy.filter(end <= cut),
        sites=results.sites.filter(end <= cut),
        findings=findings.filter(at <= cut),
    )


def _keep(frame: pl.DataFrame, kind: str, day: date, bucket: int) -> str:
    return write_part(store(), frame, kind=kind, day=day, bucket=bucket).key


def _counts(loaded: Loaded, results: Results) -> dict[str, Any]:
    """How much there was of everything; no energy, no number of a point."""
    energy = results.energy
    return {
        "device_points": energy["device_point_number"].n_unique(),
        "slots": energy.height,
        "rows_read": loaded.rows_read,
        "quality": _by_value(energy["quality"]),
        "findings": _by_value(results.findings["code"]),
    }


def _by_value(values: pl.Series) -> dict[str, int]:
    counted = values.value_counts(sort=False, name="n").sort(values.name)
    return {str(value): count for value, count in counted.iter_rows()}
