"""Expr to expr: the quality of a slot, and the weakest of several (settlement.md rules 8 and 14)."""

import polars as pl

from metering.domain.quality import STRENGTH, Quality

_RANK_OF = [
    STRENGTH.index(Quality(q)) if q in set(Quality) else None for q in range(max(Quality) + 1)
]


def label(quality: Quality) -> pl.Expr:
    """One quality as a UInt8 literal."""
    return pl.lit(int(quality), dtype=pl.UInt8)


def rank(quality: pl.Expr) -> pl.Expr:
    """Weakness as a number: the weakest quality has the highest."""
    return pl.lit(pl.Series(_RANK_OF, dtype=pl.UInt8)).gather(quality).alias("quality")


def of_rank(ranks: pl.Expr) -> pl.Expr:
    """The quality of a rank."""
    return (
        pl.lit(pl.Series([int(q) for q in STRENGTH], dtype=pl.UInt8)).gather(ranks).alias("quality")
    )
