"""From delivered rows to the known instants of every span (settlement.md rules 1 to 6).

These steps look at their frame before they work on it: rows that come in order are not sorted, and what is missing
everywhere (statuses, foreign meters, double deliveries) costs one look instead of one pass per column.
"""

import polars as pl

from metering.domain.findings import Code
from metering.domain.rules import Rules
from metering.settlement.expressions import registers
from metering.settlement.expressions.instants import STRIDE, instant


def identify(
    rows: pl.DataFrame, points: pl.Series, name: str = "device_point_number"
) -> pl.DataFrame:
    """Adds ``point``: the place of the row's name in the sorted ``points``; null where it is not registered.

    Names are looked up once per run of equal ones, not row by row.
    """
    runs = rows[name].rle().struct.unnest()
    place = (
        runs["value"]
        .cast(pl.Enum(points), strict=False)
        .to_physical()
        .cast(pl.Int64)
        .alias("point")
    )
    if len(place) < rows.height:
        spread = pl.DataFrame(
            {"point": place, "row": runs.select(pl.int_ranges(0, "len")).to_series()}
        )
        place = spread.explode("row")["point"]
    return rows.with_columns(place)


def rejection(rules: Rules) -> pl.Expr:
    """The code of rule 1 by the row alone: null where the reading is usable so far."""
    return (
        pl.when(pl.col("status") != "")
        .then(pl.lit(Code.NO_VALUE.value))
        .when(~registers.in_range(pl.col("register_wh"), rules))
        .then(pl.lit(Code.OUT_OF_RANGE.value))
    )


def by_series(rows: pl.DataFrame, at: str, rules: Rules, *values: str) -> pl.DataFrame:
    """``values`` of the rows of registered points with ``series_key`` of the instant ``at``, sorted by it."""
    series = pl.col("point") * 2 + pl.col("direction")
    keyed = rows.select(*values, series_key=series * STRIDE + instant(pl.col(at), rules))
    known = keyed if not rows["point"].has_nulls() else keyed.drop_nulls("series_key")
    return in_order(known, "series_key")


def is_usable(readings: pl.DataFrame, rules: Rules) -> pl.Series:
    """Whether rule 1 accepts a reading by the row alone: no status, and a value that eight digits can show."""
    sound = registers.in_range(pl.col("register_wh"), rules)
    if readings["status"].null_count() < readings.height:
        sound &= pl.col("status").is_null() | (pl.col("status") == "")
    return readings.select(sound.alias("usable")).to_series()


def in_order(rows: pl.DataFrame, by: str) -> pl.DataFrame:
    """Rows sorted by ``by``, those of one key as delivered; rows that are in order already stay where they are."""
    ordered = rows if rows[by].is_sorted() else rows.sort(by, maintain_order=True)
    return ordered.with_columns(pl.col(by).set_sorted())


def place(rows: pl.DataFrame, stretches: pl.DataFrame, *, ends_too: bool = True) -> pl.DataFrame:
    """Rows in every span that they serve, with ``stretch`` and ``key`` (span, instant), sorted by it, else as delivered.

    A span is a slice of the rows sorted by ``series_key``: from its begin to its end. Slices of touching service
    periods share the row at their common instant, which serves both; at the edge of a hold the outer side has the row.
    Rows in no slice are outside every service period and are dropped (rule 3).
    """
    slices = _slices(rows["series_key"], stretches, ends_too=ends_too)
    spread = slices.select(
        "stretch",
        row=pl.int_ranges("first", "last"),
        to_span=(pl.col("span") - pl.col("series")) * STRIDE,
    ).explode("row")
    served = rows if _is_whole(slices, rows.height) else rows[spread["row"]]
    key = (served["series_key"] + spread["to_span"]).alias("key")
    return served.drop("series_key").with_columns(key.set_sorted(), spread["stretch"])


def _slices(keys: pl.Series, stretches: pl.DataFrame, *, ends_too: bool) -> pl.DataFrame:
    """Stretches with the rows ``first`` to ``last`` - 1 of the sorted ``keys`` that lie in them, where there are any."""
    at_end = keys.search_sorted(stretches["closes_key"], side="right" if ends_too else "left")
    before_end = keys.search_sorted(stretches["closes_key"], side="left")
    keeps_end = ~pl.col("held") | pl.col("closes")
    last = pl.when(keeps_end).then(at_end).otherwise(before_end)
    following = pl.col("first").shift(-1)
    return (
        stretches.with_columns(first=keys.search_sorted(stretches["from_key"], side="left"))
        .with_columns(last=pl.when("is_last").then(last).otherwise(following))
        .filter(pl.col("first") < pl.col("last"))
    )


def _is_whole(slices: pl.DataFrame, height: int) -> bool:
    """Whether the slices follow each other without gap or overlap over all rows: then nothing needs to move."""
    ends = slices["last"].shift(1, fill_value=0)
    follows = bool((slices["first"] == ends).all())
    return follows and slices["last"].sum() - slices["first"].sum() == height


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
    if bool((rows["key"].diff() != 0).all()):
        return rows
    return rows.filter((pl.col("key") != pl.col("key").shift(-1)).fill_null(value=True))


def served(placed: pl.DataFrame, stretches: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Placed rows of served spans, and those of held ones (rule 9a)."""
    if not stretches["held"].any():
        return placed, placed.clear()
    held, free = parted(placed, stretches["held"].gather(placed["stretch"]))
    return free, held


def carry(
    rows: pl.DataFrame, stretches: pl.DataFrame, rules: Rules, *, measured: bool
) -> pl.DataFrame:
    """Known instants with ``carried_wh``: V, the register of the meter that began the service period (rule 4)."""
    known = rows.select(
        "key",
        pl.col("register_wh").alias("carried_wh"),
        pl.lit(measured).alias("measured"),
        "stretch",
    )
    if not (stretches["offset_wh"] != 0).any():
        return known
    shifted = pl.col("carried_wh") + stretches["offset_wh"].gather(rows["stretch"])
    return known.with_columns(shifted).with_columns(
        registers.wrapped(pl.col("carried_wh"), rules.modulus_wh)
    )
