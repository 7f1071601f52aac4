"""Expr to expr: registers that wrap, what they moved, and what of that can be believed (settlement.md rules 4 to 7).

The expressions read the columns of a frame of known instants, sorted by ``key``: ``key`` (span and instant),
``carried_wh`` (V), ``breaks`` (up to the instant), ``slot_cap_wh`` and ``flat_max`` of the span.
``back`` is the distance of the earlier instant in rows.
"""

import polars as pl

from metering.domain.rules import Rules
from metering.settlement.expressions.instants import REACH


def slot_cap_wh(rated_w: pl.Expr, rules: Rules) -> pl.Expr:
    """Largest plausible energy of one slot: 1.2 × rated power (settlement.md, head)."""
    return rated_w * (rules.slot_minutes * rules.plausibility_percent) // 6000


def flat_max(rated_w: pl.Expr, rules: Rules) -> pl.Expr:
    """Longest gap in slots in which the register cannot have wrapped unseen (settlement.md, head)."""
    unambiguous = (rules.modulus_wh - 1) * 60 // (rated_w * rules.slot_minutes)
    return pl.min_horizontal(rules.flat_max_minutes // rules.slot_minutes, unambiguous)


def in_range(register_wh: pl.Expr, rules: Rules) -> pl.Expr:
    """Whether eight digits can show the value; null cannot (rule 1)."""
    return register_wh.is_between(0, rules.modulus_wh - 1).fill_null(value=False)


def wrapped(difference: pl.Expr, modulus: int) -> pl.Expr:
    """A difference of two values from 0 to ``modulus`` - 1, mod ``modulus``, without a division.

    Looks at ``difference`` several times: give it a column rather than a long expression.
    """
    return pl.when(difference < 0).then(difference + modulus).otherwise(difference)


def slots_since(back: int = 1) -> pl.Expr:
    """N: slots since the earlier instant; at least REACH across spans."""
    return pl.col("key") - pl.col("key").shift(back)


def paired(back: int = 1) -> pl.Expr:
    """Whether the two instants lie in one span with no break between (rules 4, 7)."""
    unbroken = pl.col("breaks") == pl.col("breaks").shift(back)
    return ((slots_since(back) < REACH) & unbroken).fill_null(value=False)


def change_wh(back: int = 1) -> pl.Expr:
    """V(y) − V(x), not yet taken mod M."""
    return pl.col("carried_wh") - pl.col("carried_wh").shift(back)


def plausible(rules: Rules, back: int = 1) -> pl.Expr:
    """T = (V(y) − V(x)) mod M ≤ N × slot cap (rule 5)."""
    return wrapped(change_wh(back), rules.modulus_wh) <= slots_since(back) * pl.col("slot_cap_wh")


def spike(rules: Rules) -> pl.Expr:
    """Whether b of a < b < c does not fit while a and c do; judged on the sequence before any drop (rule 5)."""
    unfit = ~plausible(rules)
    bridged = paired(2) & plausible(rules, 2)
    return (unfit & unfit.shift(-1) & bridged.shift(-1)).fill_null(value=False)
