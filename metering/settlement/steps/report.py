"""Findings, by the convention of :mod:`metering.domain.findings`."""

from collections.abc import Iterable

import polars as pl

from metering.domain.findings import Code
from metering.domain.rules import Rules
from metering.settlement.expressions.instants import instant_of, lane_of, moment
from metering.settlement.look import look
from metering.settlement.names import Names
from metering.settlement.schemas import FINDINGS, FINDINGS_ORDER
from metering.settlement.steps.normalize import rejection
from metering.settlement.steps.spans import hold_instants


def of_readings(
    readings: pl.DataFrame, usable: pl.Series, points: Names, rules: Rules
) -> pl.DataFrame:
    """NO_VALUE and OUT_OF_RANGE: readings of registered points that are unusable by themselves."""
    if usable.all():
        return FINDINGS.to_frame()
    rejected = readings[(~usable).arg_true()].filter(pl.col("point").is_not_null())
    value = pl.col("register_wh").cast(pl.String).fill_null("")
    return rejected.select(
        points.name(rejected["point"]).alias("device_point_number"),
        "direction",
        at="read_at",
        code=rejection(rules),
        detail=pl.when(rejection(rules) == Code.NO_VALUE).then("status").otherwise(value),
    )


def of_keys(
    rows: pl.DataFrame, spans: pl.DataFrame, code: pl.Expr, detail: pl.Expr, rules: Rules
) -> pl.DataFrame:
    """Findings of rows that are known by their ``key`` (span and instant)."""
    if rows.is_empty():
        return FINDINGS.to_frame()
    span = rows.select(lane_of(pl.col("key"))).to_series()
    return rows.select(
        spans["device_point_number"].gather(span),
        spans["direction"].gather(span),
        at=moment(instant_of(pl.col("key")), rules),
        code=code,
        detail=detail,
    )


def foreign(rows: pl.DataFrame, spans: pl.DataFrame, rules: Rules) -> pl.DataFrame:
    """WRONG_METER: readings of another meter than the expected one."""
    return of_keys(rows, spans, _code(Code.WRONG_METER), pl.col("meter_id"), rules)


def spikes(
    dropped: pl.DataFrame, placed: pl.DataFrame, spans: pl.DataFrame, rules: Rules
) -> pl.DataFrame:
    """SPIKE: measured instants that rule 5 drops."""
    found = (
        placed.filter(pl.col("key").is_in(dropped["key"].implode()))
        if dropped.height
        else placed.clear()
    )
    return of_keys(found, spans, _code(Code.SPIKE), pl.col("register_wh").cast(pl.String), rules)


def implausible(untrusted: pl.DataFrame, spans: pl.DataFrame, rules: Rules) -> pl.DataFrame:
    """IMPLAUSIBLE: intervals with a known T that is not trusted."""
    total = pl.col("total_wh").cast(pl.String)
    found = untrusted.rename({"until": "key"})
    return of_keys(found, spans, _code(Code.IMPLAUSIBLE), total, rules)


def fills(weighed: pl.DataFrame, spans: pl.DataFrame, rules: Rules) -> pl.DataFrame:
    """FILL_IMPLAUSIBLE and FILL_CONTRADICTS: I rows that do not count."""
    found = weighed.filter(pl.col("verdict").is_not_null())
    return of_keys(found, spans, pl.col("verdict"), pl.col("value_wh").cast(pl.String), rules)


def in_hold(
    rows: pl.DataFrame, spans: pl.DataFrame, holds: pl.DataFrame, rules: Rules
) -> pl.DataFrame:
    """IN_HOLD: rows of held spans that lie strictly inside a hold."""
    if rows.is_empty():
        return FINDINGS.to_frame()
    at = rows.select(instant_of(pl.col("key"))).to_series()
    found = of_keys(rows, spans, _code(Code.IN_HOLD), pl.lit(""), rules)
    hidden = (pl.col("hold_begins") < pl.col("instant")) & (pl.col("instant") < pl.col("hold_ends"))
    held = (
        found.with_columns(at.alias("instant"))
        .lazy()
        .join(hold_instants(holds.lazy(), rules), on="device_point_number")
        .filter(hidden)
    )
    return look(held.select(FINDINGS.names()))


def unknown(strays: pl.Series) -> pl.DataFrame:
    """UNKNOWN_POINT: device point numbers of any frame that the register does not know."""
    numbers = strays.unique().to_frame("device_point_number")
    if numbers.is_empty():
        return FINDINGS.to_frame()
    return numbers.select(
        "device_point_number",
        direction=pl.lit(None, dtype=pl.UInt8),
        at=pl.lit(None, dtype=pl.Datetime("us")),
        code=_code(Code.UNKNOWN_POINT),
        detail=pl.lit(""),
    )


def no_baseline(counted: pl.DataFrame) -> pl.DataFrame:
    """NO_BASELINE: once per device point and day, with the number of slots."""
    return counted.select(
        "device_point_number",
        direction=pl.lit(None, dtype=pl.UInt8),
        at=pl.col("day").cast(pl.Datetime("us")),
        code=_code(Code.NO_BASELINE),
        detail=pl.col("slots").cast(pl.String),
    )


def gather(findings: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """All findings, each once, in the order of the file."""
    found = [frame for frame in findings if not frame.is_empty()]
    return pl.concat([FINDINGS.to_frame(), *found]).unique().sort(FINDINGS_ORDER)


def _code(code: Code) -> pl.Expr:
    return pl.lit(code.value)
