"""From delivered rows to the known instants of every span (settlement.md rules 1 to 4).

These steps look at their frame before they work on it: rows that come in order are not sorted, and what is missing
everywhere (statuses, foreign meters, double deliveries, holds) costs one look instead of one pass per column.
"""

import polars as pl

from metering.domain.findings import Code
from metering.domain.rules import Rules
from metering.settlement.expressions import registers
from metering.settlement.expressions.instants import STRIDE, instant
from metering.settlement.look import look
from metering.settlement.names import Names


def identify(
    rows: pl.DataFrame, names: Names, name: str = "device_point_number", number: str = "point"
) -> tuple[pl.DataFrame, pl.Series]:
    """Rows with the number of their device point (or premises) instead of its name.

    With them the names that are not known; their rows have no number.
    """
    given = rows[name]
    numbers = names.numbers(given)
    strays = given.filter(numbers.is_null()) if numbers.has_nulls() else given.clear()
    return rows.drop(name).rechunk().with_columns(numbers.alias(number)), strays


def by_series(rows: pl.DataFrame, at: str, rules: Rules, *values: str) -> pl.DataFrame:
    """``values`` of the rows of registered points with ``series_key`` of the instant ``at``, sorted by it."""
    series = pl.col("point") * 2 + pl.col("direction")
    keyed = rows.select(*values, series_key=series * STRIDE + instant(pl.col(at), rules))
    known = keyed if not rows["point"].has_nulls() else keyed.drop_nulls("series_key")
    return in_order(known, "series_key")


def in_order(rows: pl.DataFrame, by: str) -> pl.DataFrame:
    """Rows sorted by ``by``, those of one key as delivered; rows that are in order already stay where they are."""
    if rows[by].is_sorted():
        return rows.with_columns(rows[by].set_sorted())
    return rows.sort(by, maintain_order=True)


def rejection(rules: Rules) -> pl.Expr:
    """The code of rule 1 by the row alone: null where the reading is usable so far."""
    return (
        pl.when(pl.col("status") != "")
        .then(pl.lit(Code.NO_VALUE.value))
        .when(~registers.in_range(pl.col("register_wh"), rules))
        .then(pl.lit(Code.OUT_OF_RANGE.value))
    )


def is_usable(readings: pl.DataFrame, rules: Rules) -> pl.Series:
    """Whether rule 1 accepts a reading by the row alone: no status, and a value that eight digits can show."""
    sound = registers.in_range(pl.col("register_wh"), rules)
    if readings["status"].null_count() < readings.height:
        sound &= pl.col("status").is_null() | (pl.col("status") == "")
    return readings.select(sound.alias("usable")).to_series()


def place(rows: pl.DataFrame, stretches: pl.DataFrame, *, ends_too: bool = True) -> pl.DataFrame:
    """Rows in every span that they serve, with ``stretch`` and ``key`` (span, instant), sorted by it, else as delivered.

    A span is a slice of the rows sorted by ``series_key``: from its begin to its end. Slices of touching service
    periods share the row at their common instant, which serves both; at the edge of a hold the outer side has the row.
    Rows in no slice are outside every service period and are dropped (rule 3).
    """
    keys = rows["series_key"]
    slices = _slices(keys, stretches, ends_too=ends_too)
    spread = look(
        slices.lazy()
        .select("stretch", "to_span", row=pl.int_ranges("first", "last", dtype=pl.UInt32))
        .explode("row")
    )
    served = rows if _is_whole(slices, rows.height) else rows[spread["row"]]
    key = (served["series_key"] + spread["to_span"]).alias("key").set_sorted()
    return served.drop("series_key").with_columns(key, spread["stretch"])


def _slices(keys: pl.Series, stretches: pl.DataFrame, *, ends_too: bool) -> pl.DataFrame:
    """Stretches with the rows ``first`` to ``last`` - 1 of the sorted ``keys`` that lie in them, where there are any."""
    first = keys.search_sorted(stretches["from_key"], side="left")
    last = at_end = keys.search_sorted(
        stretches["closes_key"], side="right" if ends_too else "left"
    )
    if ends_too and not stretches["keeps_end"].all():
        before_end = keys.search_sorted(stretches["closes_key"], side="left")
        last = at_end.zip_with(stretches["keeps_end"], before_end)
    if not stretches["is_last"].all():
        last = last.zip_with(stretches["is_last"], first.shift(-1))
    slices = stretches.select("stretch", "to_span", first.alias("first"), last.alias("last"))
    return slices.filter(first < last)


def _is_whole(slices: pl.DataFrame, height: int) -> bool:
    """Whether the slices follow each other without gap or overlap over all rows: then nothing needs to move."""
    first, last = slices["first"], slices["last"]
    if slices.is_empty() or first[0] != 0 or last[-1] != height:
        return False
    return bool((first[1:] == last[:-1]).all())


def is_foreign(placed: pl.DataFrame, stretches: pl.DataFrame) -> pl.Series:
    """Whether a reading names a meter, and another one than the expected (rule 1)."""
    foreign = placed["meter_id"] != stretches["meter_expected"].gather(placed["stretch"])
    if foreign.any():
        foreign &= placed["meter_id"] != ""
    return foreign.fill_null(value=False)


def parted(rows: pl.DataFrame, condition: pl.Series) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows that fulfil ``condition`` and rows that do not; where all or none do, nothing is copied."""
    if condition.all():
        return rows, rows.clear()
    if not condition.any():
        return rows.clear(), rows
    return rows.filter(condition), rows.filter(~condition)


def keep_last(rows: pl.DataFrame) -> pl.DataFrame:
    """Of several rows for one key the one delivered last (rule 2)."""
    differs = rows["key"][1:] != rows["key"][:-1]
    return rows if differs.all() else rows.filter(differs.extend(pl.Series([True])))


def served(placed: pl.DataFrame, stretches: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Placed rows of served spans, and those of held ones (rule 9a)."""
    if not stretches["held"].any():
        return placed, placed.clear()
    held, free = parted(placed, stretches["held"].gather(placed["stretch"]))
    return free, held


def carry(rows: pl.DataFrame, stretches: pl.DataFrame, rules: Rules) -> pl.DataFrame:
    """Known instants with ``carried_wh``: V, the register of the meter that began the service period (rule 4)."""
    known = rows.select("key", "stretch", carried_wh="register_wh")
    bridged = stretches.filter(pl.col("offset_wh") != 0)
    if bridged.is_empty():
        return known
    offset = bridged.select("stretch", "offset_wh")
    moved = known.with_row_index("row").join(offset, on="stretch", maintain_order="left")
    carried = moved.select(
        (pl.col("carried_wh") + pl.col("offset_wh")) % rules.modulus_wh
    ).to_series()
    return known.with_columns(known["carried_wh"].scatter(moved["row"], carried))
