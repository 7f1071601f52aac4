"""Lazy to lazy: findings, by the convention of :mod:`metering.domain.findings`."""

import polars as pl

from metering.domain.findings import Code
from metering.domain.rules import Rules
from metering.settlement.expressions import registers
from metering.settlement.expressions.instants import instant_of, lane_of, moment
from metering.settlement.schemas import FINDINGS, FINDINGS_ORDER
from metering.settlement.steps.normalize import rejection
from metering.settlement.steps.spans import hold_instants


def of_readings(readings: pl.LazyFrame, rules: Rules) -> pl.LazyFrame:
    """NO_VALUE and OUT_OF_RANGE: readings of registered points that are unusable by themselves."""
    code = rejection(rules)
    value = pl.col("register_wh").cast(pl.String).fill_null("")
    return readings.filter(pl.col("point").is_not_null(), code.is_not_null()).select(
        "device_point_number",
        pl.col("direction").cast(pl.UInt8),
        at=pl.col("read_at"),
        code=code,
        detail=pl.when(code == Code.NO_VALUE).then("status").otherwise(value),
    )


def of_rows(rows: pl.LazyFrame, code: Code, detail: pl.Expr, rules: Rules) -> pl.LazyFrame:
    """One code for rows that have ``device_point_number``, ``direction`` and ``at`` as an instant."""
    return rows.select(
        "device_point_number",
        pl.col("direction").cast(pl.UInt8),
        at=moment(pl.col("at"), rules),
        code=pl.lit(code.value),
        detail=detail,
    )


def of_keys(
    rows: pl.LazyFrame, spans: pl.LazyFrame, code: pl.Expr, detail: pl.Expr, rules: Rules
) -> pl.LazyFrame:
    """Findings of rows that are known by their ``key`` (span and instant)."""
    return (
        rows.select(
            span=lane_of(pl.col("key")),
            at=moment(instant_of(pl.col("key")), rules),
            code=code,
            detail=detail,
        )
        .join(spans.select("span", "device_point_number", "direction"), on="span")
        .select(FINDINGS.names())
    )


def spikes(known: pl.LazyFrame, spans: pl.LazyFrame, rules: Rules) -> pl.LazyFrame:
    """SPIKE: measured instants that rule 5 drops."""
    found = known.filter(registers.spike(rules))
    return of_keys(
        found, spans, pl.lit(Code.SPIKE.value), pl.col("register_wh").cast(pl.String), rules
    )


def implausible(intervals: pl.LazyFrame, spans: pl.LazyFrame, rules: Rules) -> pl.LazyFrame:
    """IMPLAUSIBLE: intervals with a known T that is not trusted."""
    found = intervals.filter(pl.col("total_wh").is_not_null(), ~pl.col("trusted")).rename(
        {"until": "key"}
    )
    return of_keys(
        found, spans, pl.lit(Code.IMPLAUSIBLE.value), pl.col("total_wh").cast(pl.String), rules
    )


def fills(weighed: pl.LazyFrame, spans: pl.LazyFrame, rules: Rules) -> pl.LazyFrame:
    """FILL_IMPLAUSIBLE and FILL_CONTRADICTS: I rows that do not count."""
    found = weighed.filter(pl.col("verdict").is_not_null())
    return of_keys(found, spans, pl.col("verdict"), pl.col("value_wh").cast(pl.String), rules)


def in_hold(rows: pl.LazyFrame, holds: pl.LazyFrame, rules: Rules) -> pl.LazyFrame:
    """IN_HOLD: placed rows of held spans that lie strictly inside a hold."""
    hidden = (
        rows.filter("held")
        .join(hold_instants(holds, rules), on="device_point_number")
        .filter(pl.col("hold_begins") < pl.col("at"), pl.col("at") < pl.col("hold_ends"))
    )
    return of_rows(hidden, Code.IN_HOLD, pl.lit(""), rules)


def unknown(frames: list[pl.LazyFrame]) -> pl.LazyFrame:
    """UNKNOWN_POINT: device points of any frame (with ``point``) that the register does not know."""
    numbers = [
        frame.filter(pl.col("point").is_null()).select("device_point_number") for frame in frames
    ]
    return pl.concat(numbers).select(
        "device_point_number",
        direction=pl.lit(None, dtype=pl.UInt8),
        at=pl.lit(None, dtype=pl.Datetime("us")),
        code=pl.lit(Code.UNKNOWN_POINT.value),
        detail=pl.lit(""),
    )


def no_baseline(counted: pl.LazyFrame) -> pl.LazyFrame:
    """NO_BASELINE: once per device point and day, with the number of slots."""
    return counted.select(
        "device_point_number",
        direction=pl.lit(None, dtype=pl.UInt8),
        at=pl.col("day").cast(pl.Datetime("us")),
        code=pl.lit(Code.NO_BASELINE.value),
        detail=pl.col("slots").cast(pl.String),
    )


def gather(findings: list[pl.LazyFrame]) -> pl.LazyFrame:
    """All findings, each once, in the order of the file."""
    return pl.concat(findings).unique().sort(FINDINGS_ORDER)
