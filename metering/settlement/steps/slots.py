"""Lazy to lazy: every slot of the days asked for, and the measured intervals laid over them (rules 8 to 11, 13)."""

from datetime import date, timedelta

import polars as pl

from metering.domain.points import ServicePattern
from metering.domain.quality import Quality
from metering.domain.rules import Rules
from metering.settlement.expressions.instants import STRIDE, day_of, first_instant, slot_of
from metering.settlement.expressions.quality import label


def lay_out(spans: pl.LazyFrame, first_day: date, last_day: date, rules: Rules) -> pl.LazyFrame:
    """One row per slot in service, held or not, sorted by point, direction and time; ``end`` is the slot's last instant."""
    begin = pl.max_horizontal("begins", first_instant(first_day, rules))
    end = pl.min_horizontal("ends", first_instant(last_day + timedelta(days=1), rules))
    return (
        spans.filter(begin < end)
        .with_columns(end=pl.int_ranges(begin + 1, end + 1))
        .explode("end")
        .with_columns(key=pl.col("span") * STRIDE + pl.col("end"))
        .with_columns(pl.col("key").set_sorted())
    )


def lay_over(slots: pl.LazyFrame, intervals: pl.LazyFrame) -> pl.LazyFrame:
    """Each slot with the interval in which it lies; measured ones take its energy, all others are missing or held."""
    measured = pl.col("whole").fill_null(value=False)
    provided = measured & (pl.col("pattern") == ServicePattern.PROVISION)
    return slots.join_asof(
        intervals, left_on="key", right_on="until", strategy="forward", coalesce=False
    ).with_columns(
        energy_wh=pl.when(measured).then("total_wh"),
        quality=pl.when(measured)
        .then("quality")
        .when("held")
        .then(label(Quality.HELD))
        .otherwise(label(Quality.MISSING)),
        provided_100wh=pl.when(provided).then("provided_100wh"),
    )


def energy(slots: pl.LazyFrame, rules: Rules) -> pl.LazyFrame:
    """The output frame of the contract, sorted as the slots are: point, direction, day, slot."""
    return slots.select(
        "device_point_number",
        "direction",
        day_of(pl.col("end"), rules).alias("day"),
        slot_of(pl.col("end"), rules).alias("slot"),
        "energy_wh",
        "quality",
        "provided_100wh",
    )
