"""Every slot of the days asked for, and the measured intervals laid over them (rules 8 to 11, 13)."""

from datetime import date, timedelta

import polars as pl

from metering.domain.quality import Quality
from metering.domain.rules import Rules
from metering.settlement.expressions.instants import STRIDE, day_of, first_instant, slot_of
from metering.settlement.expressions.quality import label
from metering.settlement.look import look


def lay_out(spans: pl.DataFrame, first_day: date, last_day: date, rules: Rules) -> pl.DataFrame:
    """One row per slot in service, held or not, sorted by point, direction and time.

    ``nth`` counts the slots since 00:00 of ``first_day`` from 0; ``key`` is the span and the slot's last instant.
    """
    midnight = first_instant(first_day, rules)
    end = first_instant(last_day + timedelta(days=1), rules)
    begins = pl.max_horizontal("begins", midnight) - midnight
    ends = pl.min_horizontal("ends", end) - midnight
    return look(
        spans.lazy()
        .select("span", begins=begins, ends=ends)
        .filter(pl.col("begins") < pl.col("ends"))
        .select(
            pl.col("span").cast(pl.UInt32),
            first_key=pl.col("span") * STRIDE + midnight + 1,
            nth=pl.int_ranges("begins", "ends", dtype=pl.UInt32),
        )
        .explode("nth")
        .select("span", "nth", key=(pl.col("first_key") + pl.col("nth")).set_sorted())
    )


def lay_over(slots: pl.DataFrame, measured: pl.DataFrame, spans: pl.DataFrame) -> pl.DataFrame:
    """Each slot with the energy of the interval that ends with it or, where that is a longer one, with none (rule 9)."""
    laid = slots.join_asof(
        measured, left_on="key", right_on="until", strategy="forward", check_sortedness=False
    )
    quality = pl.col("quality").fill_null(label(Quality.MISSING))
    if spans["held"].any():
        held = spans["held"][slots["span"]]
        quality = pl.when(held).then(label(Quality.HELD)).otherwise(quality)
    elif not laid["quality"].has_nulls():
        return laid
    return laid.with_columns(quality.alias("quality"))


def energy(
    slots: pl.DataFrame, spans: pl.DataFrame, first_day: date, last_day: date, rules: Rules
) -> pl.DataFrame:
    """The output frame of the contract, sorted as the slots are: point, direction, day, slot."""
    calendar = _calendar(first_day, last_day, rules)
    of_span = spans[["device_point_number", "direction"]]
    return pl.DataFrame(
        [
            *(column[slots["span"]] for column in of_span),
            *(column[slots["nth"]] for column in calendar),
            *slots[["energy_wh", "quality", "provided_100wh"]],
        ]
    )


def _calendar(first_day: date, last_day: date, rules: Rules) -> pl.DataFrame:
    """Day and slot of the nth slot since 00:00 of ``first_day``: looked up, not divided row by row."""
    after = first_instant(last_day + timedelta(days=1), rules)
    end = pl.int_range(first_instant(first_day, rules) + 1, after + 1, dtype=pl.Int64)
    return pl.select(day=day_of(end, rules), slot=slot_of(end, rules))
