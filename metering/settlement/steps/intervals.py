"""Lazy to lazy: the intervals between consecutive known instants, and what each of them is worth (rules 5 to 8, 13)."""

import polars as pl

from metering.domain.rules import Rules
from metering.settlement.expressions import quality, registers, shares

KNOWN = [
    "key",
    "register_wh",
    "carried_wh",
    "measured",
    "exchanges",
    "breaks",
    "slot_cap_wh",
    "flat_max",
]


def drop_spikes(known: pl.LazyFrame, rules: Rules) -> pl.LazyFrame:
    """Measured instants without the values that do not fit between their neighbours (rule 5)."""
    return known.filter(~registers.spike(rules))


def stand_in(measured: pl.LazyFrame, filled: pl.LazyFrame) -> pl.LazyFrame:
    """C rows at instants that have no usable measured reading left (rule 6)."""
    missing = filled.join(measured, on="key", how="anti")
    return pl.concat([measured.select(KNOWN), missing.select(KNOWN)]).sort("key")


def pair(known: pl.LazyFrame, rules: Rules) -> pl.LazyFrame:
    """Per known instant the interval that ends there: ``until`` (key), ``slots`` N, ``total_wh`` T, ``trusted``, …

    ``slots`` and ``total_wh`` are null where T is unknown: at the first instant of a span and across a break (rule 9).
    ``whole`` marks N = 1 and trusted: measured energy (rule 8). ``quality`` and ``provided_100wh`` hold for those only.
    """
    paired = registers.paired()
    return known.select(
        until="key",
        slots=pl.when(paired).then(registers.slots_since()),
        total_wh=pl.when(paired).then(registers.advance_wh(rules)),
        trusted=registers.trusted(rules),
        quality=quality.of_pair(),
        provided_100wh=shares.provided_units(pl.col("carried_wh"), rules),
    ).with_columns(
        pl.col("until").set_sorted(),
        whole=(pl.col("trusted") & (pl.col("slots") == 1)).fill_null(value=False),
    )
