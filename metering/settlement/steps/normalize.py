"""From delivered rows to the known instants of every span (settlement.md rules 1 to 4 and 9a).

These steps look at their frame before they work on it: rows that come in order are not sorted, and what is missing
everywhere (statuses, foreign meters, double deliveries, holds) costs one look instead of one pass per column.
"""

from dataclasses import dataclass

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
    numbers = names.numbers(given).alias(number)
    strays = given.filter(numbers.is_null()) if numbers.has_nulls() else given.clear()
    return pl.DataFrame([*(column for column in rows if column.name != name), numbers]), strays


def rejection(rules: Rules) -> pl.Expr:
    """The code of rule 1 by the row alone: null where the reading is usable so far."""
    return (
        pl.when(pl.col("status") != "")
        .then(pl.lit(Code.NO_VALUE.value))
        .when(~registers.in_range(pl.col("register_wh"), rules))
        .then(pl.lit(Code.OUT_OF_RANGE.value))
    )


def usable(readings: pl.DataFrame, rules: Rules) -> pl.Series:
    """Whether rule 1 accepts a reading by the row alone: no status, and a value that eight digits can show."""
    register, status = readings["register_wh"], readings["status"]
    sound = ((register >= 0) & (register < rules.modulus_wh)).fill_null(value=False)
    if status.null_count() < len(status):
        sound &= status.is_null() | (status == "")
    return sound.alias("usable")


def by_series(
    rows: pl.DataFrame, at: str, rules: Rules, *values: str | pl.Expr | pl.Series
) -> pl.DataFrame:
    """``values`` of the rows of registered points with ``series_key`` of the instant ``at``, sorted by it.

    Rows of one instant of one series stay in the order of their delivery.
    """
    series = pl.col("point") * 2 + pl.col("direction")
    keyed = rows.select(*values, series_key=series * STRIDE + instant(pl.col(at), rules)).rechunk()
    known = keyed.drop_nulls("series_key") if rows["point"].has_nulls() else keyed
    return in_order(known, "series_key")


def in_order(rows: pl.DataFrame, by: str) -> pl.DataFrame:
    """Rows sorted by ``by``; rows that are in order already stay where they are."""
    return rows if rows[by].is_sorted() else rows.sort(by, maintain_order=True)


@dataclass(frozen=True)
class Placed:
    """Rows in every span that they serve, sorted by ``key`` (span and instant) and, within, as delivered.

    ``row`` is the place of a row among the rows placed, None where that is its own; ``stretch`` numbers the stretch.
    """

    key: pl.Series
    stretch: pl.Series
    row: pl.Series | None

    def of(self, column: pl.Series) -> pl.Series:
        """A column of the rows placed."""
        return column if self.row is None else column[self.row]


def slices(keys: pl.Series, stretches: pl.DataFrame, *, ends_too: bool = True) -> pl.DataFrame:
    """The stretches that have rows, with the rows ``first`` to ``last`` - 1 of the sorted ``keys``.

    Slices of touching service periods share the row at their common instant, which serves both; at the edge of a hold
    the outer side has the row. Rows in no slice are outside every service period (rule 3).
    """
    first = keys.search_sorted(stretches["from_key"], side="left")
    last = keys.search_sorted(stretches["closes_key"], side="right" if ends_too else "left")
    if ends_too and not stretches["keeps_end"].all():
        before_end = keys.search_sorted(stretches["closes_key"], side="left")
        last = last.zip_with(stretches["keeps_end"], before_end)
    if not stretches["is_last"].all():
        last = last.zip_with(stretches["is_last"], first.shift(-1))
    some = first < last
    columns = [stretches["stretch"], stretches["to_span"], first.alias("first"), last.alias("last")]
    return pl.DataFrame(columns if some.all() else [column.filter(some) for column in columns])


def place(keys: pl.Series, sliced: pl.DataFrame) -> Placed:
    """The rows of the slices, one slice after the other."""
    spread = look(
        sliced.lazy()
        .select("stretch", "to_span", row=pl.int_ranges("first", "last", dtype=pl.UInt32))
        .explode("row")
    )
    row = None if _is_whole(sliced, len(keys)) else spread["row"]
    served = keys if row is None else keys[row]
    return Placed((served + spread["to_span"]).alias("key"), spread["stretch"], row)


def _is_whole(sliced: pl.DataFrame, height: int) -> bool:
    """Whether the slices follow each other without gap or overlap over all rows: then nothing needs to move."""
    first, last = sliced["first"], sliced["last"]
    if sliced.is_empty() or first[0] != 0 or last[-1] != height:
        return False
    return bool((first[1:] == last[:-1]).all())


def foreign(
    meter_id: pl.Series, placed: Placed, sliced: pl.DataFrame, stretches: pl.DataFrame
) -> pl.Series | None:
    """Whether a placed reading names a meter, and another one than the expected (rule 1); None where none does.

    As a rule every slice has one meter from its first row to its last: then its first row speaks for all.
    """
    expected = stretches["meter_expected"]
    first_differs = meter_id[sliced["first"]] != expected[sliced["stretch"]]
    if _has_one_meter_each(meter_id, sliced) and not first_differs.any():
        return None
    named = placed.of(meter_id)
    rows = named.is_not_null().arg_true()
    differs = (named[rows] != expected[placed.stretch[rows]]) & (named[rows] != "")
    found = rows.filter(differs.fill_null(value=False))
    if found.is_empty():
        return None
    return pl.repeat(value=False, n=len(named), eager=True).scatter(found, values=True)


def _has_one_meter_each(meter_id: pl.Series, sliced: pl.DataFrame) -> bool:
    """Whether the meter changes at the first row of a slice only."""
    if meter_id.has_nulls() or sliced.is_empty():
        return False
    changes = (meter_id[1:] != meter_id[:-1]).arg_true() + 1
    place = sliced["first"].search_sorted(changes).clip(upper_bound=sliced.height - 1)
    return bool((sliced["first"][place] == changes).all())


def last_delivered(keys: pl.Series) -> pl.Series | None:
    """Whether a row is the one delivered last for its key (rule 2), of sorted keys; None where all are."""
    differs = keys[1:] != keys[:-1]
    if differs.all():
        return None
    return differs.extend(pl.Series([True]))


def keep(rows: pl.DataFrame, *conditions: pl.Series | None) -> pl.DataFrame:
    """The rows that fulfil all conditions, one after the other; None is fulfilled by all."""
    for condition in conditions:
        if condition is not None and not condition.all():
            rows = pl.DataFrame([column.filter(condition) for column in rows])
    return rows


def held(rows: pl.DataFrame, stretches: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Placed rows of served spans, and those of held ones (rule 9a)."""
    if not stretches["held"].any():
        return rows, rows.clear()
    is_held = stretches["held"][rows["stretch"]]
    return keep(rows, ~is_held), keep(rows, is_held)


def carry(rows: pl.DataFrame, stretches: pl.DataFrame, rules: Rules) -> pl.DataFrame:
    """Rows with ``carried_wh`` for ``register_wh``: the register of the meter that began the service period (rule 4)."""
    bridged = stretches.filter(pl.col("offset_wh") != 0)
    register = rows["register_wh"].alias("carried_wh")
    if not bridged.is_empty():
        first = rows["stretch"].search_sorted(bridged["stretch"], side="left").alias("first")
        last = rows["stretch"].search_sorted(bridged["stretch"], side="right").alias("last")
        moved = look(
            pl.LazyFrame([first, last, bridged["offset_wh"]])
            .filter(pl.col("first") < pl.col("last"))
            .select("offset_wh", row=pl.int_ranges("first", "last", dtype=pl.UInt32))
            .explode("row")
        )
        carried = (register[moved["row"]] + moved["offset_wh"]) % rules.modulus_wh
        register = register.scatter(moved["row"], carried)
    return pl.DataFrame([rows["key"], rows["stretch"], register])
