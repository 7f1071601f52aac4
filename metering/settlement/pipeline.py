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
    holds: pl.LazyFrame
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
        inputs.holds,
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
    holds: pl.LazyFrame,
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
    register: pl.DataFrame, exchanged: pl.DataFrame, holds: pl.LazyFrame, rules: Rules
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
    usable = normalize.is_usable(readings, rules)
    rows = normalize.by_series(
        readings.with_columns(usable), "read_at", rules, "register_wh", "meter_id", "usable"
    )
    sound = rows if usable.all() else rows.filter("usable")
    placed = normalize.place(sound.drop("usable"), stretches)
    foreign, expected = normalize.parted(placed, normalize.is_foreign(placed, stretches))
    kept, held = normalize.served(normalize.keep_last(expected), stretches)
    filled, filled_in_hold = normalize.served(_register_fills(gapfill, ground), stretches)
    paired, spikes = intervals.know(
        normalize.carry(kept, stretches, rules),
        normalize.carry(filled, stretches, rules),
        stretches,
        rules,
    )
    rejected = readings[(~usable).arg_true()].filter(pl.col("point").is_not_null())
    findings = [
        report.of_readings(rejected, ground.points, rules),
        report.foreign(foreign, of, rules),
        report.in_hold(held, of, ground.holds, rules),
        report.in_hold(filled_in_hold, of, ground.holds, rules),
        report.spikes(spikes, kept, of, rules),
        report.implausible(paired.untrusted, of, rules),
    ]
    return paired, findings


def _register_fills(gapfill: pl.DataFrame, ground: _Ground) -> pl.DataFrame:
    """C rows of pattern 1 in range; the last of one instant counts, before its value is looked at (rules 2 and 6)."""
    rows = gapfill.filter(pl.col("kind") == "C").rename({"value_wh": "register_wh"})
    keyed = normalize.by_series(rows, "at", ground.rules, "register_wh")
    last = normalize.keep_last(normalize.place(keyed, ground.stretches))
    in_range = registers.in_range(pl.col("register_wh"), ground.rules)
    return last.filter(_balancing(last, ground), in_range)


def _interval_fills(gapfill: pl.DataFrame, ground: _Ground) -> pl.DataFrame:
    """I rows of pattern 1 by the slot that ends at their instant; placed by the slot's begin, keyed by its end."""
    rows = gapfill.filter(pl.col("kind") == "I")
    ends = normalize.by_series(rows, "at", ground.rules, "value_wh")
    begins = ends.with_columns((pl.col("series_key") - 1).set_sorted())
    last = normalize.keep_last(normalize.place(begins, ground.stretches, ends_too=False))
    served = normalize.served(last.filter(_balancing(last, ground)), ground.stretches)[0]
    cap = ground.stretches["slot_cap_wh"].gather(served["stretch"])
    return served.select((pl.col("key") + 1).set_sorted(), "value_wh", cap)


def _balancing(placed: pl.DataFrame, ground: _Ground) -> pl.Series:
    """Whether placed rows are of pattern 1."""
    return ground.stretches["pattern"].gather(placed["stretch"]) == ServicePattern.BALANCING
