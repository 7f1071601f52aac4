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
from metering.settlement.look import look
from metering.settlement.steps.normalize import keep


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
    broken = _first_in(known, stretches, "breaks_here")
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
    return keep(filled, measured["key"][place] != filled["key"])


def _first_in(known: pl.DataFrame, stretches: pl.DataFrame, kind: str) -> pl.Series:
    """The first row in each stretch of a kind, or behind it where it has none: the step to it crosses its begin."""
    if not stretches[kind].any():
        return pl.Series(dtype=pl.UInt32)
    rows = known["stretch"].search_sorted(stretches["stretch"].filter(stretches[kind]))
    return rows.filter(rows < known.height)


def _judge(known: pl.DataFrame, stretches: pl.DataFrame, rules: Rules) -> pl.DataFrame:
    """Known instants with the step from the one before: T, and whether it is one trusted slot (breaks not yet seen)."""
    key, register, of = known["key"], known["carried_wh"], known["stretch"]
    total = _steps(register, rules.modulus_wh)
    is_next = pl.Series([False] * min(len(key), 1), dtype=pl.Boolean).extend(
        key[1:] - key[:-1] == 1
    )
    provides = stretches["pattern"][of] == ServicePattern.PROVISION
    columns = [
        key,
        total.alias("total_wh"),
        (is_next & (total <= stretches["limit_wh"][of])).alias("whole"),
        provides.alias("provides"),
    ]
    if not provides.any():
        return pl.DataFrame(columns).with_columns(provided_100wh=pl.lit(None, dtype=pl.Int32))
    shortened = known.select(shares.shortened(pl.col("carried_wh"), rules)).to_series()
    provided = _steps(shortened, 10**rules.provision_digits).cast(pl.Int32)
    return pl.DataFrame([*columns, provided.alias("provided_100wh")])


def _steps(register: pl.Series, modulus: int) -> pl.Series:
    """Differences of a register to the row before, mod ``modulus``; 0 in the first row."""
    steps = register[1:] - register[:-1]
    falls = (steps < 0).arg_true()
    return pl.zeros(min(len(register), 1), dtype=pl.Int64, eager=True).extend(
        steps.scatter(falls, steps[falls] + modulus)
    )


def _quality(
    whole: pl.Series, known: pl.DataFrame, missing: pl.DataFrame, stretches: pl.DataFrame
) -> pl.Series:
    """Rule 8: measured at both ends, with an exchange between, or with a C row at an end; MISSING elsewhere."""
    quality = (~whole).cast(pl.UInt8).alias("quality") * int(Quality.MISSING)  # MEASURED is 0
    crossed = _first_in(known, stretches, "exchanges_here")
    stood_in = known["key"].search_sorted(missing["key"])
    beside = pl.concat([stood_in, stood_in + 1])
    marks = (
        (crossed, Quality.EXCHANGED),
        (beside.filter(beside < known.height), Quality.FILLED_REGISTER),
    )
    for rows, mark in marks:
        quality = quality.scatter(rows.filter(whole[rows]), int(mark))
    return quality


def _gaps(
    known: pl.DataFrame,
    rows: pl.Series,
    broken: pl.Series,
    stretches: pl.DataFrame,
    rules: Rules,
) -> pl.DataFrame:
    """The intervals that end at ``rows`` of the known instants, judged by rules 4 and 7."""
    before = rows.cast(pl.Int64) - 1  # of the very first row: the last one, whose key is larger
    limits = stretches[["slot_cap_wh", "flat_max"]][known["stretch"][rows]]
    until = known["key"][rows].alias("until").set_sorted()
    slots = (until - known["key"][before]).alias("slots")
    total = (known["carried_wh"][rows] - known["carried_wh"][before]).alias("total_wh")
    is_broken = rows.is_in(broken.implode()) if len(broken) else pl.lit(value=False)
    plausible = pl.col("total_wh") <= pl.col("slots") * pl.col("slot_cap_wh")
    return look(
        pl.LazyFrame([until, slots, total, *limits])
        .with_columns(
            registers.wrapped(pl.col("total_wh"), rules.modulus_wh),
            paired=pl.col("slots").is_between(1, REACH - 1) & ~is_broken,
        )
        .select(
            "until",
            "slots",
            "total_wh",
            "paired",
            trusted=pl.col("paired") & plausible & (pl.col("slots") <= pl.col("flat_max")),
        )
    )


def _limited(measured: pl.DataFrame, stretches: pl.DataFrame) -> pl.LazyFrame:
    """Measured instants with what their span can carry and the breaks up to them, as the spike rule needs them."""
    limits = stretches[["slot_cap_wh", "breaks"]][measured["stretch"]]
    return measured.hstack(limits).lazy()
