"""A verdict for every row of a received block: good, with day and bucket, or set aside with column and reason.

Set aside is what cannot be parsed or identified (decisions.md 16). The first odd column of a row is named.
"""

from dataclasses import dataclass

import polars as pl

from metering.domain.row_faults import Fault
from metering.frames.formats import Column, Format
from metering.frames.places import Register
from metering.frames.received import Block
from metering.settlement.expressions import parsing

RAW_LENGTH = 500
METER_ID_LENGTH = 14
FIRST_YEAR, LAST_YEAR = 2000, 2099

QUARANTINE = pl.Schema(
    {
        "row": pl.UInt32,
        "raw": pl.String,  # as received, cut to RAW_LENGTH
        "column": pl.String,
        "code": pl.String,  # metering.domain.row_faults.Fault
    }
)


@dataclass(frozen=True)
class Limits:
    """Numbers of the scheme that decide whether a row can be read."""

    slot_minutes: int = 30
    modulus_wh: int = 100_000_000


@dataclass(frozen=True)
class Verdicts:
    """The rows of one block, told apart; both in the order of the file."""

    good: pl.DataFrame  # row, store_day, bucket and the columns of the format's schema
    set_aside: pl.DataFrame  # QUARANTINE


def judge(block: Block, form: Format, register: Register, limits: Limits) -> Verdicts:
    """Read every row of ``block`` as the format says and find its bucket."""
    names = [column.frame_name for column in form.columns]
    read = block.rows.lazy().select("row", *block.values, _raw(block), **_presence(block, form))
    judged = read.with_columns(fault=_first_fault(form, limits)).collect()
    placed = judged.join(
        register.buckets(judged[form.place]),
        left_on=form.place,
        right_on="number",
        how="left",
        maintain_order="left",
    ).with_columns(pl.coalesce("fault", _unknown(form)).alias("fault"))
    good = placed.filter(pl.col("fault").is_null()).select("row", _day(form), "bucket", *names)
    return Verdicts(good.cast(form.schema), _set_aside(placed, block))


def _presence(block: Block, form: Format) -> dict[str, pl.Expr]:
    """Per column whether the row has anything in it."""
    return {
        f"has_{column.frame_name}": _has_text(pl.col(heading), block.rows.schema[heading])
        for column, heading in zip(form.columns, block.headings, strict=True)
    }


def _has_text(found: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    present = found.is_not_null()
    return present & (found != "") if dtype == pl.String else present


def _raw(block: Block) -> pl.Expr:
    fields = [pl.col(heading).cast(pl.String).fill_null("") for heading in block.headings]
    return pl.concat_str(fields, separator=",").alias("raw")


def _first_fault(form: Format, limits: Limits) -> pl.Expr:
    """``column`` and ``code`` of the first odd column, null where there is none."""
    verdict: pl.Expr = pl.lit(None, dtype=pl.Struct({"column": pl.String, "code": pl.String}))
    for column in reversed(form.columns):
        for odd, fault in reversed(_checks(column, form, limits)):
            verdict = pl.when(odd).then(_fault(column.heading, fault)).otherwise(verdict)
    return verdict


def _checks(column: Column, form: Format, limits: Limits) -> list[tuple[pl.Expr, Fault]]:
    value, present = pl.col(column.frame_name), pl.col(f"has_{column.frame_name}")
    unread = value.is_null() & present if column.may_be_empty else value.is_null()
    return [(unread, column.fault), *_further_checks(column, value, form, limits)]


def _further_checks(
    column: Column, value: pl.Expr, form: Format, limits: Limits
) -> list[tuple[pl.Expr, Fault]]:
    """What a value must be beyond its form, by the column's meaning."""
    is_exchange = form.at == "exchanged_at"
    if column.heading == form.at:
        whole = parsing.on_boundary(value, 1 if is_exchange else limits.slot_minutes)
        inside = value.dt.year().is_between(FIRST_YEAR, LAST_YEAR)
        return [
            (~whole, Fault.INSTANT_FORM if is_exchange else Fault.OFF_BOUNDARY),
            (~inside, Fault.OUT_OF_TIME),
        ]
    if column.heading == "direction":
        return [(~value.is_between(0, 1), Fault.DIRECTION)]
    if column.heading == "slot":
        return [(~value.is_between(1, 1440 // limits.slot_minutes), Fault.SLOT)]
    if column.heading == "day":
        return [(~value.dt.year().is_between(FIRST_YEAR, LAST_YEAR), Fault.OUT_OF_TIME)]
    if is_exchange and column.frame_name.endswith("_wh"):
        return [(~value.is_between(0, limits.modulus_wh - 1), Fault.REGISTER_RANGE)]
    if is_exchange and column.heading.endswith("meter_id"):
        return [(value.str.len_chars() > METER_ID_LENGTH, Fault.TOO_LONG)]
    return []


def _fault(column: str, fault: Fault) -> pl.Expr:
    return pl.struct(column=pl.lit(column), code=pl.lit(fault.value))


def _unknown(form: Format) -> pl.Expr:
    """The verdict on a row whose place is not registered."""
    fault = Fault.PREMISES_UNKNOWN if form.place == "premises_number" else Fault.POINT_UNKNOWN
    return pl.when(pl.col("bucket").is_null()).then(_fault(form.place, fault))


def _day(form: Format) -> pl.Expr:
    return (
        pl.col(form.at).dt.date().alias("store_day")
        if form.at
        else pl.col("day").alias("store_day")
    )


def _set_aside(placed: pl.DataFrame, block: Block) -> pl.DataFrame:
    odd = placed.filter(pl.col("fault").is_not_null()).select(
        "row",
        "raw",
        pl.col("fault").struct.field("column"),
        pl.col("fault").struct.field("code"),
    )
    broken = pl.DataFrame(
        [(row, text, "", Fault.FIELD_COUNT.value) for row, text in block.broken],
        schema=QUARANTINE,
        orient="row",
    )
    return (
        pl.concat([odd.cast(QUARANTINE), broken])
        .sort("row")
        .with_columns(pl.col("raw").str.replace_all("\0", "␀", literal=True).str.head(RAW_LENGTH))
    )
