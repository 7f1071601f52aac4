"""The receiving point as it would have been without the devices' delivery (settlement.md rule 14)."""

import polars as pl

from metering.domain.rules import Rules
from metering.settlement.expressions.instants import (
    STRIDE,
    day_of,
    instant_of,
    lane_of,
    slot_end,
    slot_of,
)
from metering.settlement.expressions.quality import of_rank
from metering.settlement.names import Names
from metering.settlement.steps.normalize import in_order, keep, last_delivered


def key_smart_meter(smart_meter: pl.DataFrame, rules: Rules) -> pl.DataFrame:
    """Smart-meter values by ``key`` (premises, slot's end); the one delivered last counts (rule 2)."""
    end = slot_end(pl.col("day"), pl.col("slot"), rules)
    keyed = smart_meter.select("forward_wh", "reverse_wh", key=pl.col("premises") * STRIDE + end)
    ordered = in_order(keyed.drop_nulls("key"), "key")
    return keep(ordered, last_delivered(ordered["key"]))


def correct(delivered: pl.DataFrame, smart_meter: pl.DataFrame) -> pl.DataFrame:
    """P* = F − R + delivered: demand where positive, generation where negative; null where one of them is missing."""
    joined = delivered.join(
        smart_meter, left_on="site_key", right_on="key", how="left", maintain_order="left"
    )
    corrected = joined.select(
        pl.col("forward_wh") - pl.col("reverse_wh") + pl.col("delivered_wh")
    ).to_series()
    return joined.with_columns(
        corrected_demand_wh=corrected.clip(lower_bound=0),
        corrected_generation_wh=(-corrected).clip(lower_bound=0),
    )


def sites(corrected: pl.DataFrame, premises: Names, rules: Rules) -> pl.DataFrame:
    """The output frame of the contract, sorted by premises, day and slot."""
    end = instant_of(pl.col("site_key"))
    return corrected.select(
        pl.lit(premises.all).gather(lane_of(pl.col("site_key"))).alias("premises_number"),
        day_of(end, rules).alias("day"),
        slot_of(end, rules).alias("slot"),
        "delivered_wh",
        "corrected_demand_wh",
        "corrected_generation_wh",
        of_rank(pl.col("rank")).alias("quality"),
    )
