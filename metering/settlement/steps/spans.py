"""Lazy to lazy: the register as spans of time, cut where a hold begins or ends (settlement.md rules 3, 9 and 9a).

A **series** is one direction of one device point. A **span** is a stretch of a series in one service period that is
either wholly served or wholly held. Instants pair only within one span, so service periods and holds need no rule of
their own after this step.
"""

import polars as pl

from metering.domain.points import ServicePattern
from metering.domain.rules import Rules
from metering.settlement.expressions.instants import OPEN, STRIDE, instant
from metering.settlement.expressions.registers import flat_max, slot_cap_wh
from metering.settlement.names import Names


def number_periods(
    register: pl.LazyFrame, points: Names, premises: Names, rules: Rules
) -> pl.LazyFrame:
    """Service periods with whole numbers for period, point and premises, and their limits in instants and Wh."""
    rated_w = pl.col("rated_w")
    return register.sort("device_point_number", "service_from").select(
        "device_point_number",
        "pattern",
        "directions",
        pl.when(pl.col("meter_id") != "").then("meter_id").alias("meter_id"),
        pl.int_range(pl.len(), dtype=pl.Int64).alias("period"),
        points.number(pl.col("device_point_number")).alias("point"),
        premises.number(pl.col("premises_number")).alias("premises"),
        slot_cap_wh(rated_w, rules).alias("slot_cap_wh"),
        flat_max(rated_w, rules).alias("flat_max"),
        instant(pl.col("service_from"), rules).alias("origin"),
        instant(pl.col("service_to"), rules).fill_null(OPEN).alias("period_end"),
    )


def cut(periods: pl.LazyFrame, holds: pl.DataFrame, rules: Rules) -> pl.LazyFrame:
    """Spans of every settled direction, sorted and numbered; ``begins`` and ``ends`` are instants, ``held`` says which.

    ``closes`` marks the last span of a service period. Pattern 2 has the forward direction only (rule 11).
    """
    settled = (
        pl.when(pl.col("pattern") == ServicePattern.PROVISION)
        .then(pl.lit("0"))
        .otherwise("directions")
    )
    direction = settled.replace_strict(
        {"0": [0], "1": [1], "01": [0, 1]}, return_dtype=pl.List(pl.UInt8)
    )
    pieces = (
        _whole(periods)
        if holds.is_empty()
        else _pieces(periods, holds.lazy(), rules).join(periods, on="period")
    )
    return (
        pieces.filter(pl.col("begins") < pl.col("ends"))
        .with_columns(direction.alias("direction"), closes=pl.col("ends") == pl.col("period_end"))
        .with_columns(both=pl.col("direction").list.len() == 2)
        .explode("direction")
        .with_columns(series=pl.col("point") * 2 + pl.col("direction"))
        .sort("series", "begins")
        .with_columns(
            span=pl.int_range(pl.len(), dtype=pl.Int64),
            opens_key=pl.col("series") * STRIDE + pl.col("begins"),
            closes_key=pl.col("series") * STRIDE + pl.col("ends"),
        )
    )


def hold_instants(holds: pl.LazyFrame, rules: Rules) -> pl.LazyFrame:
    """Holds that are not empty, with their edges as instants."""
    begins, ends = instant(pl.col("from"), rules), instant(pl.col("to"), rules).fill_null(OPEN)
    return holds.select("device_point_number", hold_begins=begins, hold_ends=ends).filter(
        pl.col("hold_begins") < pl.col("hold_ends")
    )


def _whole(periods: pl.LazyFrame) -> pl.LazyFrame:
    """Every service period in one piece."""
    return periods.with_columns(begins="origin", ends="period_end", held=pl.lit(value=False))


def _pieces(periods: pl.LazyFrame, holds: pl.LazyFrame, rules: Rules) -> pl.LazyFrame:
    """Every service period in pieces: ``begins``, ``ends``, ``held``."""
    touching = (pl.col("hold_begins") < pl.col("period_end")) & (
        pl.col("hold_ends") > pl.col("origin")
    )
    holding = periods.join(hold_instants(holds, rules), on="device_point_number").filter(touching)
    free = periods.join(holding, on="period", how="anti").select(
        "period", begins="origin", held=pl.lit(value=False), ends="period_end"
    )
    return pl.concat([free, _cut_by_holds(periods, holding)])


def _cut_by_holds(periods: pl.LazyFrame, holding: pl.LazyFrame) -> pl.LazyFrame:
    """Periods with holds: at each cut, how many holds are open from there on decides ``held``."""
    holding = holding.with_columns(pl.max_horizontal("hold_begins", "origin").alias("hold_begins"))
    cuts = pl.concat(
        [
            holding.select("period", begins="origin", opened=0),
            holding.select("period", begins="hold_begins", opened=1),
            holding.filter(pl.col("hold_ends") < pl.col("period_end")).select(
                "period", begins="hold_ends", opened=-1
            ),
        ]
    )
    return (
        cuts.group_by("period", "begins")
        .agg(pl.col("opened").sum())
        .sort("period", "begins")
        .join(periods.select("period", "period_end"), on="period", maintain_order="left")
        .select(
            "period",
            "begins",
            held=pl.col("opened").cum_sum().over("period") > 0,
            ends=pl.col("begins").shift(-1).over("period").fill_null(pl.col("period_end")),
        )
    )
