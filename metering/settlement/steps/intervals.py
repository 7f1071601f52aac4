"""The intervals between consecutive known instants, and what each of them is worth (rules 5 to 8, 13)."""

import polars as pl

from metering.domain.points import ServicePattern
from metering.domain.quality import Quality
from metering.domain.rules import Rules
from metering.settlement.expressions import registers, shares
from metering.settlement.expressions.instants import REACH
from metering.settlement.expressions.quality import label


def know(
    measured: pl.DataFrame, filled: pl.DataFrame, stretches: pl.DataFrame, rules: Rules
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The intervals of measured instants and C rows (rules 5 to 8), and the spikes dropped on the way.

    A spike leaves an implausible step also where C rows lie in it (plausible steps add up to a plausible one), so the
    measured instants are only judged by themselves where there is such a step.
    """
    paired = pair(stand_in(measured, filled), stretches, rules)
    if not (paired["paired"] & ~paired["trusted"]).any():
        return paired, measured.clear()
    spike = _with_limits(measured, stretches).select(registers.spike(rules)).to_series()
    if not spike.any():
        return paired, measured.clear()
    known = stand_in(measured.filter(~spike), filled)
    return pair(known, stretches, rules), measured.filter(spike)


def stand_in(measured: pl.DataFrame, filled: pl.DataFrame) -> pl.DataFrame:
    """C rows at instants that have no usable measured reading left (rule 6)."""
    if measured.is_empty() or filled.is_empty():
        return filled if measured.is_empty() else measured
    place = measured["key"].search_sorted(filled["key"]).clip(upper_bound=measured.height - 1)
    missing = filled.filter(measured["key"].gather(place) != filled["key"])
    return measured if missing.is_empty() else pl.concat([measured, missing]).sort("key")


def pair(known: pl.DataFrame, stretches: pl.DataFrame, rules: Rules) -> pl.DataFrame:
    """Per known instant the interval that ends there: ``until`` (key), ``slots`` N, ``total_wh`` T, and the judgement.

    ``paired`` is false where T is unknown: at the first instant of a span and across a break (rule 9); ``trusted`` as
    in rule 7. N = 1 and trusted is energy (rule 8): there ``energy_wh`` is T and ``quality`` says how it came about;
    everywhere else the quality is MISSING.
    """
    plausible = pl.col("total_wh") <= pl.col("slots") * pl.col("slot_cap_wh")
    trusted = pl.col("paired") & plausible & (pl.col("slots") <= pl.col("flat_max"))
    judged = (
        _with_limits(known, stretches)
        .with_columns(slots=registers.slots_since(), total_wh=registers.change_wh())
        .with_columns(
            registers.wrapped(pl.col("total_wh"), rules.modulus_wh), paired=registers.paired()
        )
        .with_columns(trusted=trusted)
        .with_columns(whole=pl.col("trusted") & (pl.col("slots") == 1))
    )
    return judged.select(
        pl.col("key").set_sorted().alias("until"),
        "slots",
        "total_wh",
        "paired",
        "trusted",
        pl.when("whole").then("total_wh").alias("energy_wh"),
        _quality(judged, stretches),
        _provided(judged, stretches, rules),
    )


def _with_limits(known: pl.DataFrame, stretches: pl.DataFrame) -> pl.DataFrame:
    """Known instants with what their span can carry, and the breaks up to them."""
    of = known["stretch"]
    limits = stretches.select("slot_cap_wh", "flat_max", "breaks")
    return known.with_columns(column.gather(of) for column in limits.iter_columns())


def _quality(judged: pl.DataFrame, stretches: pl.DataFrame) -> pl.Series:
    """Rule 8: measured at both ends, with an exchange between, or with a C row at an end; MISSING elsewhere."""
    whole = judged["whole"]
    quality = judged.select(
        pl.when("whole")
        .then(label(Quality.MEASURED))
        .otherwise(label(Quality.MISSING))
        .alias("quality")
    ).to_series()
    if stretches["exchanges"].any():
        moved = (judged["stretch"] != judged["stretch"].shift()) & (judged["slots"] < REACH)
        quality = quality.scatter((whole & moved).arg_true(), Quality.EXCHANGED)
    filled = ~judged["measured"]
    if filled.any():
        beside = filled | filled.shift(fill_value=False)
        quality = quality.scatter((whole & beside).arg_true(), Quality.FILLED_REGISTER)
    return quality


def _provided(judged: pl.DataFrame, stretches: pl.DataFrame, rules: Rules) -> pl.Series:
    """Rule 13: pattern 2, where there is energy."""
    pattern = stretches["pattern"].gather(judged["stretch"])
    provides = judged["whole"] & (pattern == ServicePattern.PROVISION)
    shortened = judged.select(shares.shortened(pl.col("carried_wh"), rules))
    units = shortened.select(shares.provided_units(pl.col("carried_wh"), rules))
    return units.select(pl.when(provides).then("carried_wh").alias("provided_100wh")).to_series()
