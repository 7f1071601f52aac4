"""Lazy to lazy: the receiving point as it would have been without the devices' delivery (settlement.md rule 14)."""

import polars as pl

from metering.domain.rules import Rules
from metering.settlement.expressions.instants import (
    day_of,
    instant_of,
    key,
    lane_of,
    slot_end,
    slot_of,
)


def key_smart_meter(
    smart_meter: pl.LazyFrame, premises: pl.LazyFrame, rules: Rules
) -> pl.LazyFrame:
    """Smart-meter values by ``site_key``; of several for one slot the one delivered last counts (rule 2)."""
    return (
        smart_meter.join(premises, on="premises_number", maintain_order="left")
        .with_columns(end=slot_end(pl.col("day"), pl.col("slot"), rules))
        .select("forward_wh", "reverse_wh", site_key=key("premises", "end"))
        .unique("site_key", keep="last", maintain_order=True)
    )


def correct(delivered: pl.LazyFrame, smart_meter: pl.LazyFrame) -> pl.LazyFrame:
    """P* = F − R + delivered: demand where positive, generation where negative; null where one of them is missing."""
    corrected = pl.col("forward_wh") - pl.col("reverse_wh") + pl.col("delivered_wh")
    return delivered.join(
        smart_meter, on="site_key", how="left", maintain_order="left"
    ).with_columns(
        corrected_demand_wh=corrected.clip(lower_bound=0),
        corrected_generation_wh=(-corrected).clip(lower_bound=0),
    )


def sites(corrected: pl.LazyFrame, premises: pl.LazyFrame, rules: Rules) -> pl.LazyFrame:
    """The output frame of the contract, sorted by premises, day and slot."""
    end = instant_of(pl.col("site_key"))
    return (
        corrected.with_columns(premises=lane_of(pl.col("site_key")))
        .join(premises, on="premises", how="left", maintain_order="left")
        .select(
            "premises_number",
            day_of(end, rules).alias("day"),
            slot_of(end, rules).alias("slot"),
            "delivered_wh",
            "corrected_demand_wh",
            "corrected_generation_wh",
            "quality",
        )
    )
