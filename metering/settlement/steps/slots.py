"""Every slot of the days asked for, and the measured intervals laid over them (rules 8 to 11, 13)."""

from datetime import date, timedelta

import polars as pl

from metering.domain.quality import Quality
from metering.domain.rules import Rules
from metering.settlement.expressions.instants import STRIDE, day_of, first_instant, slot_of
from metering.settlement.expressions.quality import label


def lay_out(spans: pl.DataFrame, first_day: date, last_day: date, rules: Rules) -> pl.DataFrame:
    """One row per slot in service, held or not, sorted by point, direction and time; ``end`` is the slot's last instant."""
    begin = pl.max_horizontal("begins", first_instant(first_day, rules))
    end = pl.min_horizontal("ends", first_instant(last_day + timedelta(days=1), rules))
    served = spans.filter(begin < end)
    return (
        served.select("span", "held", end=pl.int_ranges(begin + 1, end + 1))
        .explode("end")
        .select("span", "held", "end", key=(pl.col("span") * STRIDE + pl.col("end")).set_sorted())
    )


def lay_over(slots: pl.DataFrame, intervals: pl.DataFrame) -> pl.DataFrame:
    """Each slot with the energy of the interval that ends with it or, where that is a longer one, with none (rule 9)."""
    measured = intervals.select("until", "energy_wh", "quality", "provided_100wh")
    laid = slots.join_asof(
        measured, left_on="key", right_on="until", strategy="forward", coalesce=False
    )
    held = pl.when("held").then(label(Quality.HELD)).otherwise(label(Quality.MISSING))
    quality = pl.col("quality").fill_null(label(Quality.MISSING))
    if bool(slots["held"].any()):
        quality = pl.when(quality == Quality.MISSING).then(held).otherwise(quality)
    return laid.select(*slots.columns, "energy_wh", quality.alias("quality"), "provided_100wh")


def energy(slots: pl.DataFrame, spans: pl.DataFrame, first_day: date, rules: Rules) -> pl.DataFrame:
    """The output frame of the contract, sorted as the slots are: point, direction, day, slot."""
    calendar = _calendar(first_day, slots["end"], rules)
    place = slots["end"] - first_instant(first_day, rules)
    return slots.select(
        spans["device_point_number"].gather(slots["span"]),
        spans["direction"].gather(slots["span"]),
        calendar["day"].gather(place),
        calendar["slot"].gather(place),
        "energy_wh",
        "quality",
        "provided_100wh",
    )


def _calendar(first_day: date, ends: pl.Series, rules: Rules) -> pl.DataFrame:
    """Day and slot of every instant from 00:00 of ``first_day`` to the last of ``ends``: looked up, not divided."""
    first = first_instant(first_day, rules)
    last = max(ends.max(), first) if len(ends) else first
    end = pl.int_range(first, last + 1)
    return pl.select(day=day_of(end, rules), slot=slot_of(end, rules))
