"""From delivered rows to the known instants of every span (settlement.md rules 1 to 6).

These steps look at their frame before they work on it: rows that come in order are not sorted, and what is missing
everywhere (statuses, foreign meters, double deliveries) costs one look instead of one pass per column.
"""

import polars as pl

from metering.domain.findings import Code
from metering.domain.rules import Rules
from metering.settlement.expressions import registers
from metering.settlement.expressions.instants import STRIDE, instant

KNOWN = [
    "key",
    "register_wh",
    "carried_wh",
    "measured",
    "exchanges",
    "breaks",
    "slot_cap_wh",
    "flat_max",
    "pattern",
]


def identify(rows: pl.DataFrame, points: pl.Series) -> pl.DataFrame:
    """Adds ``point``: the place of the device point number in the sorted ``points``; null where it is not registered.

    Numbers are looked up once per run of equal ones, not row by row.
    """
    runs = rows["device_point_number"].rle().struct.unnest()
    place = runs["value"].cast(pl.Enum(points), strict=False).to_physical().cast(pl.Int64)
    if len(place) == rows.height:
        return rows.with_columns(place.alias("point"))
    return rows.with_columns(place.gather(rows["device_point_number"].rle_id()).alias("point"))


def rejection(rules: Rules) -> pl.Expr:
    """The code of rule 1 by the row alone: null where the reading is usable so far."""
    return (
        pl.when(pl.col("status") != "")
        .then(pl.lit(Code.NO_VALUE.value))
        .when(~registers.in_range(pl.col("register_wh"), rules))
        .then(pl.lit(Code.OUT_OF_RANGE.value))
    )


def usable(readings: pl.DataFrame, rules: Rules) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Readings of registered points: those that rule 1 does not reject by the row alone, and those that it does."""
    registered = (
        readings
        if readings["point"].null_count() == 0
        else readings.filter(pl.col("point").is_not_null())
    )
    sound = registers.in_range(pl.col("register_wh"), rules)
    if registered["status"].null_count() < registered.height:
        sound &= (pl.col("status").is_null()) | (pl.col("status") == "")
    keep = registered.select(sound.alias("sound"))["sound"]
    if keep.all():
        return registered, registered.clear()
    return registered.filter(keep), registered.filter(~keep)


def by_series(rows: pl.DataFrame, at: str, rules: Rules) -> pl.DataFrame:
    """Rows of registered points with ``series_key`` of the instant ``at``, sorted by it."""
    series = pl.col("point") * 2 + pl.col("direction")
    keyed = rows.select(
        *(name for name in ("register_wh", "value_wh", "meter_id") if name in rows.columns),
        series_key=series * STRIDE + instant(pl.col(at), rules),
    )
    return in_order(keyed, "series_key")


def in_order(rows: pl.DataFrame, by: str) -> pl.DataFrame:
    """Rows sorted by ``by``, those of one key as delivered; rows that are in order already stay where they are."""
    ordered = rows if rows[by].is_sorted() else rows.sort(by, maintain_order=True)
    return ordered.with_columns(pl.col(by).set_sorted())


def place(rows: pl.DataFrame, stretches: pl.DataFrame, *, ends_too: bool = True) -> pl.DataFrame:
    """Rows in every span that they serve, with ``key`` (span, instant), sorted by it and, within, as delivered.

    A span is a slice of the rows sorted by ``series_key``: from its begin to its end. Slices of touching service
    periods share the row at their common instant, which serves both; at the edge of a hold the outer side has the row.
    Rows in no slice are outside every service period and are dropped (rule 3).
    """
    keys = rows["series_key"]
    first = keys.search_sorted(stretches["from_key"], side="left")
    at_end = keys.search_sorted(stretches["closes_key"], side="right" if ends_too else "left")
    before_end = keys.search_sorted(stretches["closes_key"], side="left")
    keeps_end = ~pl.col("held") | pl.col("closes")
    last = (
        pl.when(~pl.col("is_last"))
        .then(pl.col("first").shift(-1))
        .when(keeps_end)
        .then("at_end")
        .otherwise("before_end")
    )
    slices = (
        stretches.with_columns(first=first, at_end=at_end, before_end=before_end)
        .with_columns(last=last)
        .filter(pl.col("first") < pl.col("last"))
        .with_columns(
            row=pl.int_ranges("first", "last"), to_span=(pl.col("span") - pl.col("series")) * STRIDE
        )
    )
    of_stretch = [
        "to_span",
        "slot_cap_wh",
        "flat_max",
        "offset_wh",
        "exchanges",
        "breaks",
        "meter_expected",
        "held",
    ]
    spread = slices.select("row", *of_stretch, "pattern").explode("row")
    served = rows if _is_whole(slices, rows.height) else rows[spread["row"]]
    return pl.concat([served, spread.drop("row")], how="horizontal").with_columns(
        key=pl.col("series_key") + pl.col("to_span")
    )


def _is_whole(slices: pl.DataFrame, height: int) -> bool:
    """Whether the slices follow each other without gap or overlap over all rows: then nothing needs to move."""
    ends = slices["last"].shift(1, fill_value=0)
    return (
        bool((slices["first"] == ends).all())
        and slices["last"].sum() - slices["first"].sum() == height
    )


def split_foreign(placed: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Readings of the expected meter or of none in particular, and those of another meter (rule 1)."""
    foreign = placed["meter_id"] != placed["meter_expected"]
    if not foreign.any():
        return placed, placed.clear()
    is_foreign = foreign.fill_null(value=False) & (placed["meter_id"] != "")
    return placed.filter(~is_foreign), placed.filter(is_foreign)


def keep_last(rows: pl.DataFrame) -> pl.DataFrame:
    """Of several rows for one key the one delivered last (rule 2)."""
    if bool((rows["key"].diff() != 0).all()):
        return rows
    return rows.filter((pl.col("key") != pl.col("key").shift(-1)).fill_null(value=True))


def carry(rows: pl.DataFrame, rules: Rules, *, measured: bool) -> pl.DataFrame:
    """Known instants with ``carried_wh``: V, the register of the meter that began the service period (rule 4)."""
    carried = pl.col("register_wh")
    if bool((rows["offset_wh"] != 0).any()):
        carried = registers.wrapped(carried + pl.col("offset_wh"), rules.modulus_wh)
    served = rows.filter(~pl.col("held")) if rows["held"].any() else rows
    return served.with_columns(carried.alias("carried_wh"), measured=pl.lit(measured)).select(KNOWN)
