"""The intervals between consecutive known instants, and what each of them is worth (rules 5 to 8, 13).

Nearly every interval is one measured slot. Those are judged by a few passes over all instants; the others, called gaps,
are few and get a frame of their own.
"""

from dataclasses import dataclass

import polars as pl

from metering.domain.points import ServicePattern
from metering.domain.quality import Quality
from metering.domain.rules import Rules
from metering.settlement.expressions import registers, shares
from metering.settlement.expressions.instants import REACH
from metering.settlement.expressions.quality import label
from metering.settlement.look import look


@dataclass(frozen=True)
class Intervals:
    """Intervals by the key of their end, ``until``.

    ``all``: ``energy_wh``, ``quality`` and ``provided_100wh`` where N = 1 and trusted (rule 8), else null and MISSING.
    ``gaps``: the others, with ``slots`` N and ``total_wh`` T; ``paired`` is false where T is unknown (the first instant
    of a span, or across a break, rule 9), ``trusted`` as in rule 7.
    """

    all: pl.DataFrame
    gaps: pl.DataFrame

    @property
    def untrusted(self) -> pl.DataFrame:
        """Intervals with a known T that is not trusted."""
        return self.gaps.filter(pl.col("paired") & ~pl.col("trusted"))


def know(
    measured: pl.DataFrame, filled: pl.DataFrame, stretches: pl.DataFrame, rules: Rules
) -> tuple[Intervals, pl.DataFrame]:
    """The intervals of measured instants and C rows (rules 5 to 8), and the spikes dropped on the way.

    A spike leaves an implausible step also where C rows lie in it (plausible steps add up to a plausible one), so the
    measured instants are only judged by themselves where there is such a step.
    """
    paired = pair(measured, filled, stretches, rules)
    if paired.untrusted.is_empty():
        return paired, measured.clear()
    spike = look(_limited(measured, stretches).select(registers.spike(rules))).to_series()
    if not spike.any():
        return paired, measured.clear()
    return pair(measured.filter(~spike), filled, stretches, rules), measured.filter(spike)


def pair(
    measured: pl.DataFrame, filled: pl.DataFrame, stretches: pl.DataFrame, rules: Rules
) -> Intervals:
    """Pairs each known instant with the one before; C rows stand in where nothing usable was measured (rule 6)."""
    missing = _missing(filled, measured)
    known = measured if missing.is_empty() else pl.concat([measured, missing]).sort("key")
    broken = _first_in(known, stretches.filter("breaks_here"))
    judged = _judge(known, stretches, rules)
    whole = judged["whole"].scatter(broken, values=False)
    return Intervals(
        all=judged.select(
            pl.col("key").set_sorted().alias("until"),
            pl.when(whole).then("total_wh").alias("energy_wh"),
            _quality(whole, known, missing, stretches),
            pl.when(whole & judged["provides"]).then("provided_100wh").alias("provided_100wh"),
        ),
        gaps=_gaps(known, (~whole).arg_true(), broken, stretches, rules),
    )


def _missing(filled: pl.DataFrame, measured: pl.DataFrame) -> pl.DataFrame:
    """C rows at instants without a measured reading."""
    if filled.is_empty() or measured.is_empty():
        return filled
    place = measured["key"].search_sorted(filled["key"]).clip(upper_bound=measured.height - 1)
    return filled.filter(measured["key"].gather(place) != filled["key"])


def _first_in(known: pl.DataFrame, stretches: pl.DataFrame) -> pl.Series:
    """The first row in each of ``stretches``, or behind it where it has none: the step to it crosses the begin."""
    rows = known["stretch"].search_sorted(stretches["stretch"])
    return rows.filter(rows < known.height)


def _judge(known: pl.DataFrame, stretches: pl.DataFrame, rules: Rules) -> pl.DataFrame:
    """Known instants with the step from the one before: T, and whether it is one trusted slot (breaks not yet seen)."""
    limit = pl.when(pl.col("flat_max") >= 1).then("slot_cap_wh").otherwise(-1).alias("limit")
    limits = stretches.select(limit, provides=pl.col("pattern") == ServicePattern.PROVISION)
    provided = pl.lit(None, dtype=pl.Int32)
    if limits["provides"].any():
        provided = shares.provided_units(pl.col("shortened_100wh"), rules)
    return look(
        known.lazy()
        .select(
            "key",
            *(column.gather(known["stretch"]) for column in limits.iter_columns()),
            is_next=pl.col("key") - pl.col("key").shift() == 1,
            total_wh=registers.change_wh(),
            shortened_100wh=shares.shortened(pl.col("carried_wh"), rules),
        )
        .with_columns(
            registers.wrapped(pl.col("total_wh"), rules.modulus_wh), provided_100wh=provided
        )
        .with_columns(
            whole=(pl.col("is_next") & (pl.col("total_wh") <= pl.col("limit"))).fill_null(
                value=False
            )
        )
        .select("key", "total_wh", "whole", "provides", "provided_100wh")
    )


def _quality(
    whole: pl.Series, known: pl.DataFrame, missing: pl.DataFrame, stretches: pl.DataFrame
) -> pl.Series:
    """Rule 8: measured at both ends, with an exchange between, or with a C row at an end; MISSING elsewhere."""
    measured = pl.when(whole).then(label(Quality.MEASURED)).otherwise(label(Quality.MISSING))
    quality = pl.select(measured.alias("quality")).to_series()
    stood_in = known["key"].search_sorted(missing["key"])
    beside = pl.concat([stood_in, stood_in + 1])
    marks = (
        (_first_in(known, stretches.filter("exchanges_here")), Quality.EXCHANGED),
        (beside.filter(beside < known.height), Quality.FILLED_REGISTER),
    )
    for rows, mark in marks:
        quality = quality.scatter(rows.filter(whole.gather(rows)), int(mark))
    return quality


def _gaps(
    known: pl.DataFrame, rows: pl.Series, broken: pl.Series, stretches: pl.DataFrame, rules: Rules
) -> pl.DataFrame:
    """The intervals that end at ``rows`` of the known instants, judged by rules 4 and 7."""
    before = rows.cast(pl.Int64) - 1  # of the very first row: the last one, whose key is larger
    limits = stretches.select("slot_cap_wh", "flat_max")
    of = known["stretch"].gather(rows)
    in_span = pl.col("slots").is_between(1, REACH - 1)
    return look(
        pl.LazyFrame(
            [known["key"].gather(rows).alias("until"), *(limit.gather(of) for limit in limits)]
        )
        .with_columns(
            slots=pl.col("until") - known["key"].gather(before),
            total_wh=known["carried_wh"].gather(rows) - known["carried_wh"].gather(before),
        )
        .with_columns(
            registers.wrapped(pl.col("total_wh"), rules.modulus_wh),
            paired=in_span & ~rows.is_in(broken.implode()),
        )
        .with_columns(
            trusted=pl.col("paired")
            & (pl.col("total_wh") <= pl.col("slots") * pl.col("slot_cap_wh"))
            & (pl.col("slots") <= pl.col("flat_max"))
        )
        .select(pl.col("until").set_sorted(), "slots", "total_wh", "paired", "trusted")
    )


def _limited(measured: pl.DataFrame, stretches: pl.DataFrame) -> pl.LazyFrame:
    """Measured instants with what their span can carry and the breaks up to them, as the spike rule needs them."""
    of = measured["stretch"]
    limits = stretches.select("slot_cap_wh", "breaks")
    return measured.lazy().with_columns(column.gather(of) for column in limits.iter_columns())
