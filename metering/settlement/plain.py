"""Readings that need no second look: of device points with one meter ever, from that meter, without a status.

They are all but a few. Where rows are put aside on disk, these go without ``meter_id`` and ``status``: what they say is
known, and they make up most of the bytes. The others of such a device point are unusable (rule 1), so that it means
nothing that they come back behind them; all rows of other device points stay together, in order of delivery.
"""

from dataclasses import dataclass

import polars as pl

KNOWN = ["meter_id", "status"]


@dataclass(frozen=True)
class Plain:
    """By the number of a device point: whether it has one meter ever, and which (null: none is expected)."""

    is_plain: pl.Series
    meter_id: pl.Series

    @classmethod
    def of(cls, register: pl.DataFrame, exchanges: pl.DataFrame) -> "Plain":
        """``register`` sorted by device point: those with one service period and no exchange."""
        by_point = register.group_by("device_point_number", maintain_order=True).agg(
            pl.len(), pl.col("meter_id").first()
        )
        exchanged = exchanges["device_point_number"].unique().implode()
        is_plain = (pl.col("len") == 1) & ~pl.col("device_point_number").is_in(exchanged)
        meter_id = pl.when(pl.col("meter_id") != "").then("meter_id")
        found = by_point.select(is_plain=is_plain, meter_id=meter_id)
        return cls(found["is_plain"], found["meter_id"])

    def split(self, readings: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Readings (with ``key``, the number of their device point) without, and with, a need to look at them again."""
        meter_id, status = readings["meter_id"], readings["status"]
        expected = (meter_id == self.meter_id[readings["key"]]).fill_null(value=True)
        if not expected.all():
            expected |= meter_id == ""
        silent = status.is_null()
        if not silent.all():
            silent |= (status == "").fill_null(value=False)
        plain = self.is_plain[readings["key"]] & expected & silent
        slim = pl.DataFrame([c.filter(plain) for c in readings if c.name not in KNOWN])
        return slim, pl.DataFrame([column.filter(~plain) for column in readings])


def restore(slim: pl.DataFrame) -> pl.DataFrame:
    """Plain readings with the columns that they went without, empty."""
    none = pl.repeat(None, slim.height, dtype=pl.String, eager=True)
    return slim.hstack([none.alias(name) for name in KNOWN])
