"""Lazy to lazy: what the pattern 1 devices of a premises delivered in a slot (settlement.md rule 14)."""

import polars as pl

from metering.domain.points import FlowDirection, ServicePattern
from metering.domain.rules import Rules
from metering.settlement.expressions.instants import STRIDE, day_of, key, slot_end
from metering.settlement.expressions.quality import of_rank, rank


def key_baselines(baselines: pl.LazyFrame, rules: Rules) -> pl.LazyFrame:
    """Baselines of registered points by ``series_key`` of their slot; of several the one delivered last (rule 2)."""
    return (
        baselines.filter(pl.col("point").is_not_null())
        .with_columns(
            series=pl.col("point") * 2 + pl.col("direction"),
            end=slot_end(pl.col("day"), pl.col("slot"), rules),
        )
        .select("energy_wh", series_key=key("series", "end"))
        .unique("series_key", keep="last", maintain_order=True)
        .select("series_key", baseline_wh="energy_wh")
    )


def balance(slots: pl.LazyFrame, baselines: pl.LazyFrame) -> pl.LazyFrame:
    """Pattern 1 slots in service and not held, with both directions' baselines and whether there is any of them.

    The other direction counts only where it is metered too; ``leads`` marks one row per device point and slot.
    """
    reverse = pl.col("direction") == FlowDirection.REVERSE
    other_key = pl.col("series_key") + pl.when(reverse).then(-STRIDE).otherwise(STRIDE)
    return (
        slots.filter(pl.col("pattern") == ServicePattern.BALANCING, ~pl.col("held"))
        .with_columns(series_key=key("series", "end"))
        .with_columns(other_key=pl.when("both").then(other_key))
        .join(baselines, on="series_key", how="left", maintain_order="left")
        .join(
            baselines.select(other_key="series_key", other_wh="baseline_wh"),
            on="other_key",
            how="left",
            maintain_order="left",
        )
        .with_columns(
            has_baseline=pl.col("baseline_wh").is_not_null() | pl.col("other_wh").is_not_null(),
            leads=~pl.col("both") | ~reverse,
            site_key=key("premises", "end"),
        )
    )


def contribution_wh() -> pl.Expr:
    """±(E − B) of one direction, reverse counting up; without any baseline row of the device point 0."""
    net = pl.col("energy_wh") - pl.col("baseline_wh").fill_null(0)
    signed = pl.when(pl.col("direction") == FlowDirection.REVERSE).then(net).otherwise(-net)
    return pl.when("has_baseline").then(signed).otherwise(0)


def deliver(balanced: pl.LazyFrame) -> pl.LazyFrame:
    """Per premises and slot (``site_key``) the delivered energy and the weakest quality, sorted.

    Null while any energy of any of its device points is null.
    """
    complete = pl.col("energy_wh").is_not_null().all()
    return (
        balanced.with_columns(rank(pl.col("quality")), contribution_wh=contribution_wh())
        .group_by("site_key")
        .agg(
            pl.when(complete).then(pl.col("contribution_wh").sum()).alias("delivered_wh"),
            pl.col("quality").max(),
        )
        .with_columns(of_rank(pl.col("quality")))
        .sort("site_key")
    )


def without_baseline(balanced: pl.LazyFrame, rules: Rules) -> pl.LazyFrame:
    """Per device point and day the number of slots without any baseline row (finding NO_BASELINE)."""
    return (
        balanced.filter(~pl.col("has_baseline"), "leads")
        .group_by("device_point_number", day_of(pl.col("end"), rules).alias("day"))
        .agg(slots=pl.len())
    )
