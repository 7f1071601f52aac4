"""The 30-minute calculation as a list of steps: rows as delivered in, energy of every slot out (settlement.md).

Frames come and go in the schemas of :mod:`metering.settlement.schemas`. One call settles one part: all device points of
some premises, over some days. Steps are lazy; the few places where a frame is needed more than once collect it.
"""

from dataclasses import dataclass, field
from datetime import date

import polars as pl

from metering.domain.findings import Code
from metering.domain.points import ServicePattern
from metering.domain.rules import Rules, Stage
from metering.settlement import schemas
from metering.settlement.expressions import registers
from metering.settlement.expressions.instants import instant
from metering.settlement.steps import (
    correct,
    deliver,
    exchanges,
    fill,
    intervals,
    normalize,
    report,
    slots,
    spans,
)


def _none(schema: pl.Schema) -> pl.LazyFrame:
    return pl.LazyFrame(schema=schema)


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """Everything a settlement reads; the order of rows is the order of delivery."""

    register: pl.LazyFrame
    readings: pl.LazyFrame = field(default_factory=lambda: _none(schemas.READINGS))
    exchanges: pl.LazyFrame = field(default_factory=lambda: _none(schemas.EXCHANGES))
    gapfill: pl.LazyFrame = field(default_factory=lambda: _none(schemas.GAPFILL))
    baselines: pl.LazyFrame = field(default_factory=lambda: _none(schemas.BASELINES))
    smart_meter: pl.LazyFrame = field(default_factory=lambda: _none(schemas.SMART_METER))
    holds: pl.LazyFrame = field(default_factory=lambda: _none(schemas.HOLDS))


@dataclass(frozen=True, kw_only=True)
class Results:
    """Everything a settlement writes, each frame in the total order of its file."""

    energy: pl.DataFrame
    sites: pl.DataFrame
    findings: pl.DataFrame


def look(frame: pl.LazyFrame) -> pl.LazyFrame:
    """Calculates a frame that is needed more than once."""
    return frame.collect(engine="in-memory").lazy()


@dataclass(frozen=True, kw_only=True)
class _Ground:
    """What the rows are laid on: spans and meter exchanges of the registered points."""

    points: pl.Series
    premises: pl.LazyFrame
    spans: pl.LazyFrame
    tallied: pl.LazyFrame
    rows: dict[str, pl.LazyFrame]  # readings, gapfill, baselines with their ``point``


def settle(
    inputs: Inputs, *, first_day: date, last_day: date, stage: Stage, rules: Rules
) -> Results:
    """Energy of every slot in service from ``first_day`` to ``last_day`` (both included), sites and findings.

    Gaps are judged over all readings handed over, also outside these days; only these days are written. Inputs must
    be clean in the sense of section 3 (no overlapping periods, instants on slot boundaries).
    """
    ground, unknown = _survey(inputs, rules)
    known, found_in_rows = _know(ground, inputs.holds, rules)
    paired = look(intervals.pair(known, rules))
    weighed = look(fill.weigh(_interval_fills(ground, rules), paired))
    laid = slots.lay_over(slots.lay_out(ground.spans, first_day, last_day, rules), paired)
    laid = look(laid)
    filled = look(fill.lay_fill(laid, fill.fill(laid, weighed, stage)))
    balanced = look(deliver.balance(filled, deliver.key_baselines(ground.rows["baselines"], rules)))
    smart_meter = correct.key_smart_meter(inputs.smart_meter, ground.premises, rules)
    findings = [
        unknown,
        *found_in_rows,
        report.implausible(paired, ground.spans, rules),
        report.fills(weighed, ground.spans, rules),
        report.no_baseline(deliver.without_baseline(balanced, rules)),
    ]
    return Results(
        energy=slots.energy(filled, rules).collect(),
        sites=correct.sites(
            correct.correct(deliver.deliver(balanced), smart_meter), ground.premises, rules
        ).collect(),
        findings=report.gather(findings).collect(),
    )


def _survey(inputs: Inputs, rules: Rules) -> tuple[_Ground, pl.LazyFrame]:
    """Rules 3 and 9a and the exchanges of rule 4; with the finding UNKNOWN_POINT."""
    periods = look(spans.number_periods(inputs.register, rules))
    points = periods.select(pl.col("device_point_number").unique().sort()).collect().to_series()
    frames = {
        name: getattr(inputs, name)
        for name in ("readings", "exchanges", "gapfill", "baselines", "holds")
    }
    rows = {name: look(normalize.identify(frame, points)) for name, frame in frames.items()}
    registered = normalize.key_series(rows["exchanges"], pl.lit(0, dtype=pl.Int64))
    tallied = look(exchanges.tally(registered, rules))
    ground = _Ground(
        points=points,
        premises=periods.select("premises", "premises_number").unique(),
        spans=look(exchanges.origins(spans.cut(periods, inputs.holds, rules), tallied)),
        tallied=tallied,
        rows=rows,
    )
    return ground, report.unknown(list(rows.values()))


def _know(
    ground: _Ground, holds: pl.LazyFrame, rules: Rules
) -> tuple[pl.LazyFrame, list[pl.LazyFrame]]:
    """The known instants of every span (rules 1 to 6), with the findings on the way."""
    readings = ground.rows["readings"]
    placed = look(_place(normalize.usable(readings, rules), ground, "read_at", rules))
    foreign = (pl.col("meter_id") != exchanges.expected_meter()) & (pl.col("meter_id") != "")
    foreign = foreign.fill_null(value=False)
    kept = normalize.keep_last(placed.filter(~foreign))
    measured = look(_known(kept, rules, measured=True))
    fills = look(_register_fills(ground, rules))
    known = intervals.stand_in(
        intervals.drop_spikes(measured, rules), _known(fills, rules, measured=False)
    )
    findings = [
        report.of_readings(readings, rules),
        report.of_rows(placed.filter(foreign), Code.WRONG_METER, pl.col("meter_id"), rules),
        report.in_hold(kept, holds, rules),
        report.in_hold(fills, holds, rules),
        report.spikes(measured, ground.spans, rules),
    ]
    return look(known), findings


def _place(rows: pl.LazyFrame, ground: _Ground, at: str, rules: Rules) -> pl.LazyFrame:
    keyed = normalize.key_series(rows, instant(pl.col(at), rules))
    return normalize.place(exchanges.attach(keyed, ground.tallied), ground.spans)


def _known(placed: pl.LazyFrame, rules: Rules, *, measured: bool) -> pl.LazyFrame:
    """Placed rows of served spans as known instants."""
    served = placed.filter(~pl.col("held")).with_columns(measured=pl.lit(measured))
    return normalize.carry(served, rules).select(intervals.KNOWN)


def _register_fills(ground: _Ground, rules: Rules) -> pl.LazyFrame:
    """C rows of pattern 1 in range; the last of one instant counts, before its value is looked at (rules 2 and 6)."""
    rows = (
        ground.rows["gapfill"]
        .filter(pl.col("kind") == "C")
        .rename({"value_wh": "register_wh", "at": "stated_at"})
    )
    placed = normalize.keep_last(_place(rows, ground, "stated_at", rules))
    in_range = registers.in_range(pl.col("register_wh"), rules)
    return placed.filter(pl.col("pattern") == ServicePattern.BALANCING, in_range)


def _interval_fills(ground: _Ground, rules: Rules) -> pl.LazyFrame:
    """I rows of pattern 1 by the slot that ends at their instant: placed by the slot's begin."""
    rows = ground.rows["gapfill"].filter(pl.col("kind") == "I").rename({"at": "stated_at"})
    keyed = normalize.key_series(rows, instant(pl.col("stated_at"), rules) - 1)
    placed = normalize.keep_last(normalize.inside(keyed, ground.spans))
    served = placed.filter(pl.col("pattern") == ServicePattern.BALANCING, ~pl.col("held"))
    return served.select(pl.col("key") + 1, "value_wh", "slot_cap_wh")
