"""Expr to expr: even shares of a gap, and the digits provided to retailers (settlement.md rules 12 and 13)."""

import polars as pl

from metering.domain.rules import Rules


def even_share(total_wh: pl.Expr, slots: pl.Expr, place: pl.Expr) -> pl.Expr:
    """Share of the ``place``-th slot (from 1) of ``slots``: the first ``total mod slots`` take one Wh more.

    24時間フラット・均等配分, rule 12: 6,003 over seven slots is 858 four times, then 857 three times. Nothing is lost.
    """
    return total_wh // slots + (place <= total_wh % slots).cast(pl.Int64)


def shortened(carried_wh: pl.Expr, rules: Rules) -> pl.Expr:
    """The running six-digit register in 0.1 kWh: its differences are what is provided (rule 13).

    次世代スマメ資料: eight digits inside, six outside. Differences of the shortened register add up over any period.
    """
    unit_wh: int = rules.modulus_wh // 10**rules.provision_digits
    return carried_wh // unit_wh
