"""What a part must read beyond the edges of its days (decisions.md 17): the two nearest usable instants on each side.

Whether an instant is known depends on its neighbours (rule 5: a spike is judged between them), so the nearest reading alone does
not settle a slot. An instant is **sure** when it cannot be a spike, whatever lies further out: a spike is far from *both*
its neighbours, so two consecutive usable readings that fit together are both sure. With two sure instants before the
days and two behind them, everything between is judged with its true neighbours, gaps that reach beyond the days are
seen whole, and nothing further out can change a result or a finding of these days.

Where readings are usable is judged as the calculation does it (rules 1 to 3, 9a). A pair with an exchange between is not
called sure here, although it may be: then a little more is read than needed, never less.
"""

from dataclasses import dataclass
from datetime import datetime

import polars as pl

from metering.domain.points import ServicePattern
from metering.domain.rules import Rules
from metering.settlement.expressions.registers import in_range, slot_cap_wh

ENOUGH = 2
SERIES = ["device_point_number", "direction"]


@dataclass(frozen=True)
class Edges:
    """The first and the last instant that the days need (naive JST): 00:00 of the first day, 24:00 of the last."""

    opening: datetime
    closing: datetime


@dataclass(frozen=True)
class Masters:
    """Frames of the register that say which readings are usable."""

    register: pl.DataFrame
    exchanges: pl.DataFrame
    holds: pl.DataFrame

    def of(self, points: pl.Series) -> "Masters":
        """The rows of these device points."""
        theirs = pl.col("device_point_number").is_in(points.implode())
        return Masters(
            self.register.filter(theirs), self.exchanges.filter(theirs), self.holds.filter(theirs)
        )


@dataclass(frozen=True)
class Lacking:
    """Device points of which too little has been read before the days, and behind them."""

    before: pl.Series
    behind: pl.Series


def lacking(
    readings: pl.DataFrame, masters: Masters, edges: Edges, read: Edges, rules: Rules
) -> Lacking:
    """Points that need readings from further out than ``read``, the span whose readings were handed over.

    ``readings`` are in the order of delivery; only those near and beyond the edges matter.
    """
    periods = _series(masters.register, edges, rules)
    sure = _sure(_usable(readings, periods, masters, rules), masters.exchanges, rules)
    counts = sure.group_by("series").agg(
        before=(pl.col("read_at") <= edges.opening).sum(),
        behind=(pl.col("read_at") >= edges.closing).sum(),
    )
    counted = periods.join(counts, on="series", how="left").with_columns(
        pl.col("before", "behind").fill_null(0)
    )
    # where the service begins or ends inside what was read, or a hold lies over the edge, nothing further out counts
    holds = masters.holds
    held_before = holds.filter(pl.col("from") < edges.opening, _lasts_until(edges.opening))
    held_behind = holds.filter(pl.col("from") <= edges.closing, _lasts_until(edges.closing))
    begins = (pl.col("service_from") >= read.opening) | _is_of(held_before)
    ends = (pl.col("service_to") <= read.closing).fill_null(value=False) | _is_of(held_behind)
    return Lacking(
        before=_numbers(counted.filter(pl.col("before") < ENOUGH, ~begins)),
        behind=_numbers(counted.filter(pl.col("behind") < ENOUGH, ~ends)),
    )


def _lasts_until(edge: datetime) -> pl.Expr:
    return pl.col("to").is_null() | (pl.col("to") >= edge)


def _is_of(holds: pl.DataFrame) -> pl.Expr:
    held = holds["device_point_number"].unique()
    return pl.col("device_point_number").is_in(held.implode())


def _numbers(periods: pl.DataFrame) -> pl.Series:
    return periods["device_point_number"].unique().sort()


def _series(register: pl.DataFrame, edges: Edges, rules: Rules) -> pl.DataFrame:
    """One row per settled direction of every period that touches the days; pattern 2 has the forward one only (rule 11)."""
    settled = (
        pl.when(pl.col("pattern") == ServicePattern.PROVISION)
        .then(pl.lit("0"))
        .otherwise("directions")
    )
    touching = (pl.col("service_from") <= edges.closing) & (
        pl.col("service_to").is_null() | (pl.col("service_to") >= edges.opening)
    )
    return (
        register.filter(touching)
        .with_columns(direction=settled.str.extract_all("[01]"))
        .explode("direction")
        .with_columns(
            pl.col("direction").cast(pl.UInt8), cap_wh=slot_cap_wh(pl.col("rated_w"), rules)
        )
        .with_row_index("series")
        .rename({"meter_id": "first_meter_id"})
        .select("series", *SERIES, "first_meter_id", "service_from", "service_to", "cap_wh")
    )


def _usable(
    readings: pl.DataFrame, periods: pl.DataFrame, masters: Masters, rules: Rules
) -> pl.DataFrame:
    """Per series its usable readings, the last delivered of each instant, sorted by time (rules 1 to 3, 9a)."""
    in_service = (pl.col("read_at") >= pl.col("service_from")) & (
        pl.col("service_to").is_null() | (pl.col("read_at") <= pl.col("service_to"))
    )
    placed = (
        readings.with_row_index("delivered")
        .filter(pl.col("status").fill_null("") == "", in_range(pl.col("register_wh"), rules))
        .join(periods, on=SERIES)
        .filter(in_service)
        .sort("series", "read_at", "delivered")
    )
    named = placed.filter(~_is_foreign(placed, masters.exchanges))
    unheld = _outside_holds(named, masters.holds)
    return unheld.unique(["series", "read_at"], keep="last", maintain_order=True)


def _is_foreign(placed: pl.DataFrame, exchanges: pl.DataFrame) -> pl.Series:
    """Whether a reading names another meter than the expected one (rule 1)."""
    last = exchanges.unique([*SERIES, "exchanged_at"], keep="last", maintain_order=True)
    at_reading = (
        placed.select("delivered", "series", *SERIES, "read_at")
        .sort("read_at")
        .join_asof(
            last.select(*SERIES, "exchanged_at", "new_meter_id", exchanged=True).sort(
                "exchanged_at"
            ),
            left_on="read_at",
            right_on="exchanged_at",
            by=SERIES,
            check_sortedness=False,  # both are sorted just above
        )
        .select("delivered", "series", "new_meter_id", "exchanged")
    )
    seen = placed.join(at_reading, on=["delivered", "series"], how="left", maintain_order="left")
    expected = pl.when("exchanged").then("new_meter_id").otherwise("first_meter_id").fill_null("")
    named = pl.col("meter_id").fill_null("")
    return seen.select((expected != "") & (named != "") & (named != expected)).to_series()


def _outside_holds(placed: pl.DataFrame, holds: pl.DataFrame) -> pl.DataFrame:
    """Readings that lie not strictly inside a hold (rule 9a)."""
    if holds.is_empty():
        return placed
    hidden = (
        placed.join(holds, on="device_point_number")
        .filter(
            pl.col("read_at") > pl.col("from"),
            pl.col("to").is_null() | (pl.col("read_at") < pl.col("to")),
        )
        .select("delivered", "series")
    )
    return placed.join(hidden, on=["delivered", "series"], how="anti", maintain_order="left")


def _sure(usable: pl.DataFrame, exchanges: pl.DataFrame, rules: Rules) -> pl.DataFrame:
    """Usable readings that fit to a neighbour with no exchange between: ``series`` and ``read_at``."""
    exchanged = (
        usable.join(exchanges.select(*SERIES, "exchanged_at"), on=SERIES)
        .filter(pl.col("exchanged_at") <= pl.col("read_at"))
        .group_by("series", "read_at")
        .agg(exchanges_until=pl.len())
    )
    counted = usable.join(
        exchanged, on=["series", "read_at"], how="left", maintain_order="left"
    ).with_columns(pl.col("exchanges_until").fill_null(0))
    slots = (
        pl.col("read_at") - pl.col("read_at").shift(1)
    ).dt.total_minutes() // rules.slot_minutes
    advance = (pl.col("register_wh") - pl.col("register_wh").shift(1)) % rules.modulus_wh
    same = (pl.col("series") == pl.col("series").shift(1)) & (
        pl.col("exchanges_until") == pl.col("exchanges_until").shift(1)
    )
    fits = (same & (advance <= slots * pl.col("cap_wh"))).fill_null(value=False)
    return counted.filter(fits | fits.shift(-1, fill_value=False)).select("series", "read_at")
