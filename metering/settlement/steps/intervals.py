"""The intervals between consecutive known instants, and what each of them is worth (rules 5 to 8, 13)."""

import polars as pl

from metering.domain.points import ServicePattern
from metering.domain.quality import Quality
from metering.domain.rules import Rules
from metering.settlement.expressions import quality, registers, shares
from metering.settlement.expressions.quality import label


def drop_spikes(measured: pl.DataFrame, rules: Rules) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Measured instants without the values that do not fit between their neighbours (rule 5), and those values."""
    if not measured.select(registers.unfit(rules).any()).item():
        return measured, measured.clear()
    spike = measured.select(registers.spike(rules)).to_series()
    return measured.filter(~spike), measured.filter(spike)


def stand_in(measured: pl.DataFrame, filled: pl.DataFrame) -> pl.DataFrame:
    """C rows at instants that have no usable measured reading left (rule 6)."""
    missing = filled.join(measured, on="key", how="anti")
    if missing.is_empty():
        return measured
    return pl.concat([measured, missing]).sort("key")


def pair(known: pl.DataFrame, rules: Rules) -> pl.DataFrame:
    """Per known instant the interval that ends there: ``until`` (key), ``slots`` N, ``total_wh`` T, ``trusted``.

    ``slots`` and ``total_wh`` are null where T is unknown: at the first instant of a span and across a break (rule 9).
    N = 1 and trusted is energy (rule 8): there ``energy_wh`` is T and ``quality`` says how it came about; everywhere
    else the quality is MISSING.
    """
    paired = registers.paired()
    found = known.select(
        "pattern",
        until=pl.col("key").set_sorted(),
        slots=pl.when(paired).then(registers.slots_since()),
        total_wh=pl.when(paired).then(registers.advance_wh(rules)),
        trusted=paired
        & registers.plausible(rules)
        & (registers.slots_since() <= pl.col("flat_max")),
        quality=quality.of_pair(),
        provided_100wh=shares.provided_units(pl.col("carried_wh"), rules),
    )
    whole = pl.col("trusted") & (pl.col("slots") == 1)
    provided = whole & (pl.col("pattern") == ServicePattern.PROVISION)
    return found.select(
        "until",
        "slots",
        "total_wh",
        pl.col("trusted").fill_null(value=False),
        energy_wh=pl.when(whole).then("total_wh"),
        quality=pl.when(whole).then("quality").otherwise(label(Quality.MISSING)),
        provided_100wh=pl.when(provided).then("provided_100wh"),
    )
