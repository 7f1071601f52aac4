"""The 30-minute calculation as a list of steps: rows as delivered in, energy of every slot out (settlement.md).

Frames come and go in the schemas of :mod:`metering.settlement.schemas`. One call settles one part: all device points of
some premises, over some days. A part is small enough to be looked at between the steps: what is in order is not sorted, and
what a part does not have (exchanges, spikes, foreign meters, holds) is not looked for row by row.
"""

from dataclasses import dataclass, field
from datetime import date

import polars as pl

from metering.domain.points import ServicePattern
from metering.domain.rules import Rules, Stage
from metering.settlement import schemas
from metering.settlement.expressions import registers
from metering.settlement.look import look
from metering.settlement.names import Names
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


@dataclass(frozen=True, kw_only=True)
class Rows:
    """Rows of a part as delivered, by ``point``, the number of the device point, instead of its name.

    ``strays`` are the names that the register does not know; their rows have no ``point``.
    """

    readings: pl.DataFrame
    exchanges: pl.DataFrame
    gapfill: pl.DataFrame
    baselines: pl.DataFrame
    strays: pl.Series

    @classmethod
    def of(cls, inputs: Inputs, points: Names) -> "Rows":
        """The rows of ``inputs``; of the holds only the strays are wanted."""
        kinds = ("readings", "exchanges", "gapfill", "baselines", "holds")
        found = [normalize.identify(look(getattr(inputs, kind)), points) for kind in kinds]
        frames = {kind: rows for kind, (rows, _) in zip(kinds[:-1], found, strict=False)}
        return cls(**frames, strays=pl.concat([strays for _, strays in found]))


@dataclass(frozen=True, kw_only=True)
class Settled:
    """The device points of a part, settled.

    ``delivered`` (see :mod:`steps.deliver`) is what sites are made of, by the number of the ``premises``.
    """

    energy: pl.DataFrame
    delivered: pl.DataFrame
    premises: Names
    findings: pl.DataFrame


@dataclass(frozen=True, kw_only=True)
class _Ground:
    """What the rows of a part are laid on: its device points, their spans and stretches, the holds."""

    points: Names
    premises: Names
    spans: pl.DataFrame
    stretches: pl.DataFrame
    holds: pl.DataFrame
    rules: Rules


def settle(
    inputs: Inputs, *, first_day: date, last_day: date, stage: Stage, rules: Rules
) -> Results:
    """Energy of every slot in service from ``first_day`` to ``last_day`` (both included), sites and findings.

    Gaps are judged over all readings handed over, also outside these days; only these days are written. Inputs must
    be clean in the sense of section 3 (no overlapping periods, instants on slot boundaries).
    """
    register = look(inputs.register)
    rows = Rows.of(inputs, Names.of(register["device_point_number"]))
    settled = settle_points(
        register,
        rows,
        look(inputs.holds),
        first_day=first_day,
        last_day=last_day,
        stage=stage,
        rules=rules,
    )
    smart_meter, _ = normalize.identify(
        look(inputs.smart_meter), settled.premises, "premises_number", "premises"
    )
    sites = settle_sites(settled.delivered, smart_meter, premises=settled.premises, rules=rules)
    return Results(energy=settled.energy, sites=sites, findings=settled.findings)


def settle_points(
    register: pl.DataFrame,
    rows: Rows,
    holds: pl.DataFrame,
    *,
    first_day: date,
    last_day: date,
    stage: Stage,
    rules: Rules,
) -> Settled:
    """Rules 1 to 13 and the device points' side of rule 14, for all device points of ``register``."""
    ground = _survey(register, rows.exchanges, holds, rules)
    paired, found = _know(rows.readings, rows.gapfill, ground)
    weighed = fill.weigh(_interval_fills(rows.gapfill, ground), paired)
    laid = slots.lay_out(ground.spans, first_day, last_day, rules)
    laid = slots.lay_over(laid, paired.all, ground.spans)
    filled = fill.fill(fill.missing(laid, ground.spans), paired.gaps, weighed, stage)
    laid = fill.lay_in(laid, filled)
    baselines = deliver.key_baselines(rows.baselines, rules)
    balanced = deliver.balance(laid, ground.spans, baselines)
    lacking = deliver.without_baseline(balanced, ground.spans, first_day, rules)
    findings = [
        *found,
        report.unknown(rows.strays),
        report.fills(weighed, ground.spans, rules),
        report.no_baseline(lacking),
    ]
    return Settled(
        energy=slots.energy(laid, ground.spans, first_day, last_day, rules),
        delivered=deliver.deliver(balanced, ground.spans),
        premises=ground.premises,
        findings=report.gather(findings),
    )


def settle_sites(
    delivered: pl.DataFrame, smart_meter: pl.DataFrame, *, premises: Names, rules: Rules
) -> pl.DataFrame:
    """The corrections of rule 14 for what the device points of whole premises delivered (all parts of them).

    ``smart_meter`` has the number of the ``premises`` instead of its name.
    """
    measured = correct.key_smart_meter(smart_meter, rules)
    return correct.sites(correct.correct(deliver.add_up(delivered), measured), premises, rules)


def _survey(
    register: pl.DataFrame, exchanged: pl.DataFrame, holds: pl.DataFrame, rules: Rules
) -> _Ground:
    """Service periods cut by holds (rules 3, 9a) and by meter exchanges (rule 4)."""
    points = Names.of(register["device_point_number"])
    premises = Names.of(register["premises_number"])
    periods = look(spans.number_periods(register.lazy(), points, premises, rules))
    cut = look(spans.cut(periods.lazy(), holds, rules))
    tallied = exchanges.tally(exchanged, rules)
    return _Ground(
        points=points,
        premises=premises,
        spans=cut,
        stretches=look(exchanges.stretch(cut.lazy(), tallied, rules)),
        holds=holds,
        rules=rules,
    )


def _know(
    readings: pl.DataFrame, gapfill: pl.DataFrame, ground: _Ground
) -> tuple[intervals.Intervals, list[pl.DataFrame]]:
    """The intervals between the known instants of every span (rules 1 to 8), with the findings on the way."""
    rules, stretches, of = ground.rules, ground.stretches, ground.spans
    measured, held, found = _measure(readings, ground)
    filled, filled_in_hold = normalize.held(_register_fills(gapfill, ground), stretches)
    paired, spikes = intervals.know(
        normalize.carry(measured, stretches, rules),
        normalize.carry(filled, stretches, rules),
        stretches,
        rules,
    )
    findings = [
        *found,
        report.in_hold(held, of, ground.holds, rules),
        report.in_hold(filled_in_hold, of, ground.holds, rules),
        report.spikes(spikes, measured, of, rules),
        report.implausible(paired.untrusted, of, rules),
    ]
    return paired, findings


def _measure(
    readings: pl.DataFrame, ground: _Ground
) -> tuple[pl.DataFrame, pl.DataFrame, list[pl.DataFrame]]:
    """Usable readings, one per instant of a span: of served and of held spans (rules 1 to 3, 9a); with the findings."""
    rules, stretches = ground.rules, ground.stretches
    usable = normalize.usable(readings, rules)
    rows = normalize.by_series(readings, "read_at", rules, "register_wh", "meter_id", usable)
    sliced = normalize.slices(rows["series_key"], stretches)
    placed = normalize.place(rows["series_key"], sliced)
    foreign = normalize.foreign(rows["meter_id"], placed, sliced, stretches)
    sound = placed.of(rows["usable"])
    columns = [placed.key, placed.stretch, placed.of(rows["register_wh"])]
    expected = normalize.keep(pl.DataFrame(columns), sound if foreign is None else sound & ~foreign)
    last = normalize.keep(expected, normalize.last_delivered(expected["key"]))
    found = [report.of_readings(readings, usable, ground.points, rules)]
    if foreign is not None:
        named = pl.DataFrame([placed.key, placed.of(rows["meter_id"])])
        found.append(report.foreign(normalize.keep(named, sound & foreign), ground.spans, rules))
    return *normalize.held(last, stretches), found


def _register_fills(gapfill: pl.DataFrame, ground: _Ground) -> pl.DataFrame:
    """C rows of pattern 1 in range; the last of one instant counts, before its value is looked at (rules 2 and 6)."""
    rows = gapfill.filter(pl.col("kind") == "C")
    register = pl.col("value_wh").alias("register_wh")
    keyed = normalize.by_series(rows, "at", ground.rules, register)
    sliced = normalize.slices(keyed["series_key"], ground.stretches)
    placed = normalize.place(keyed["series_key"], sliced)
    last = _last_of_pattern_1(placed, keyed["register_wh"], ground)
    return last.filter(registers.in_range(pl.col("register_wh"), ground.rules))


def _interval_fills(gapfill: pl.DataFrame, ground: _Ground) -> pl.DataFrame:
    """I rows of pattern 1 by the slot that ends at their instant; placed by the slot's begin, keyed by its end."""
    rows = gapfill.filter(pl.col("kind") == "I")
    ends = normalize.by_series(rows, "at", ground.rules, "value_wh")
    begins = ends["series_key"] - 1
    placed = normalize.place(begins, normalize.slices(begins, ground.stretches, ends_too=False))
    last = _last_of_pattern_1(placed, ends["value_wh"], ground)
    served, _ = normalize.held(last, ground.stretches)
    cap = ground.stretches["slot_cap_wh"][served["stretch"]]
    return pl.DataFrame([served["key"] + 1, served["value_wh"], cap])


def _last_of_pattern_1(
    placed: normalize.Placed, values: pl.Series, ground: _Ground
) -> pl.DataFrame:
    """Placed gap-fill rows of pattern 1 with their values, the last delivered of each instant."""
    rows = pl.DataFrame([placed.key, placed.stretch, placed.of(values)])
    last = normalize.keep(rows, normalize.last_delivered(placed.key))
    pattern = ground.stretches["pattern"][last["stretch"]]
    return normalize.keep(last, pattern == ServicePattern.BALANCING)
