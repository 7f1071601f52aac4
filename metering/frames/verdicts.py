"""A verdict for every row of a received block: good, with day and bucket, or set aside with column and reason.

Set aside is what cannot be parsed or identified (decisions.md 16). The first odd column of a row is named.
"""

from dataclasses import dataclass

import polars as pl

from metering.domain.row_faults import Fault
from metering.domain.rules import Rules
from metering.frames.formats import Format, not_allowed, unreadable
from metering.frames.places import Register
from metering.frames.received import Block
from metering.settlement import tables
from metering.settlement.tables import Column

POINT_NUMBER = r"^[0-9]{22}$"
RAW_LENGTH = 500
METER_ID_LENGTH = 14  # as the register keeps it
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
class Verdicts:
    """The rows of one block, told apart; both in the order of the file."""

    good: pl.DataFrame  # row, store_day, bucket and the columns of the format's schema
    set_aside: pl.DataFrame  # QUARANTINE


def judge(block: Block, form: Format, register: Register, rules: Rules) -> Verdicts:
    """Read every row of ``block`` as the format says and find its bucket."""
    read = block.rows.lazy().select("row", *block.values, _raw(block), **_presence(block, form))
    judged = read.with_columns(fault=_first_fault(form, rules)).collect()
    placed = judged.join(
        register.buckets(judged[form.place]),
        left_on=form.place,
        right_on="number",
        how="left",
        maintain_order="left",
    ).with_columns(pl.coalesce("fault", _unknown(form)).alias("fault"))
    good = placed.filter(pl.col("fault").is_null()).select(
        "row", _day(form), "bucket", *form.schema.names()
    )
    return Verdicts(good.cast(form.schema), _set_aside(placed, block))


def _presence(block: Block, form: Format) -> dict[str, pl.Expr]:
    """Per column whether the row has anything in it."""
    return {
        f"has_{column.target}": _has_text(pl.col(heading), block.rows.schema[heading])
        for column, heading in zip(form.columns, block.headings, strict=True)
    }


def _has_text(found: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    present = found.is_not_null()
    return present & (found != "") if dtype == pl.String else present


def _raw(block: Block) -> pl.Expr:
    fields = [pl.col(heading).cast(pl.String).fill_null("") for heading in block.headings]
    return pl.concat_str(fields, separator=",").alias("raw")


def _first_fault(form: Format, rules: Rules) -> pl.Expr:
    """``column`` and ``code`` of the first odd column, null where there is none."""
    verdict: pl.Expr = pl.lit(None, dtype=pl.Struct({"column": pl.String, "code": pl.String}))
    for column in reversed(form.columns):
        for odd, fault in reversed(_checks(column, rules)):
            verdict = pl.when(odd).then(_fault(column.name, fault)).otherwise(verdict)
    return verdict


def _checks(column: Column, rules: Rules) -> list[tuple[pl.Expr, Fault]]:
    """What makes a value of ``column`` odd, the first reason first."""
    value, present = pl.col(column.target), pl.col(f"has_{column.target}")
    unread = value.is_null() & present if column.optional else value.is_null()
    checks = [(unread, unreadable(column))]
    if column.name == "device_point_number":
        checks.append((~value.str.contains(POINT_NUMBER), Fault.POINT_FORM))
    if column.may is not None:
        checks.append((value.is_not_null() & ~column.may(value, rules), not_allowed(column)))
    if column.kind in (tables.INSTANT, tables.DAY):
        years = value.dt.year().is_between(FIRST_YEAR, LAST_YEAR)
        checks.append((~years, Fault.OUT_OF_TIME))
    if column.name in ("old_meter_id", "new_meter_id"):
        checks.append((value.str.len_chars() > METER_ID_LENGTH, Fault.TOO_LONG))
    return checks


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
