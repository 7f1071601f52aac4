"""Pattern 1 results for the grid operator's own balancing and imbalance systems: CSV and Parquet with control totals.

Never for retailers: 説明資料 1-3-2 ※1 forbids handing them the energy of pattern 1 (edi.md 8.6, decisions 25). The files lie
outside the message folders and are readable by their owner alone.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
from polars.datatypes import DataTypeClass

from metering.domain.quality import Quality
from metering.settlement.schemas import INSTANT
from portal.timekeeping.half_hours import HALF_HOUR

_COLUMNS: dict[str, pl.DataType | DataTypeClass] = {
    "device_point_number": pl.String,
    "premises_number": pl.String,
    "balancing_contract": pl.String,
    "aggregator_code": pl.String,
    "service_from": INSTANT,
    "service_to": INSTANT,
}
SERVICES = pl.Schema(_COLUMNS)
OWNER = ("premises_number", "balancing_contract", "aggregator_code")
ENERGY_COLUMNS = (
    "device_point_number",
    *OWNER,
    "direction",
    "day",
    "slot",
    "energy_wh",
    "quality",
)
SITE_COLUMNS = (
    *OWNER,
    "day",
    "slot",
    "delivered_wh",
    "corrected_demand_wh",
    "corrected_generation_wh",
    "quality",
)
ROW_GROUP = 65_536
OWNER_ONLY = 0o600


@dataclass(frozen=True)
class Services:
    """Pattern 1 service of a day: whose a slot's result is."""

    frame: pl.DataFrame

    @classmethod
    def of(cls, rows: Iterable[tuple[Any, ...]]) -> "Services":
        """From rows with the columns of :data:`SERVICES`."""
        return cls(pl.DataFrame(list(rows), schema=SERVICES, orient="row"))


def energy(results: pl.LazyFrame, services: Services) -> pl.DataFrame:
    """Energy (schemas.ENERGY) of slots inside pattern 1 service, with whose it is; sorted by point, direction, day, slot."""
    starts = pl.col("day").cast(INSTANT) + (pl.col("slot").cast(pl.Int64) - 1) * pl.lit(HALF_HOUR)
    inside = (pl.col("service_from") <= starts) & (
        pl.col("service_to").is_null() | (starts < pl.col("service_to"))
    )
    joined = results.join(services.frame.lazy(), on="device_point_number").filter(inside)
    return (
        joined.select(ENERGY_COLUMNS)
        .sort("device_point_number", "direction", "day", "slot")
        .collect()
    )


def sites(results: pl.LazyFrame, services: Services) -> pl.DataFrame:
    """Site results (schemas.SITES) with the 調整力契約 of the premises; sorted by premises, day, slot."""
    owners = (
        services.frame.lazy()
        .select(OWNER)
        .unique(subset="premises_number", keep="first", maintain_order=True)
    )
    return (
        results.join(owners, on="premises_number")
        .select(SITE_COLUMNS)
        .sort("premises_number", "day", "slot")
        .collect()
    )


def write(frame: pl.DataFrame, folder: Path, name: str) -> dict[str, Any]:
    """``name``.csv and ``name``.parquet in ``folder``, readable by their owner alone; the control totals of the rows."""
    csv, parquet = folder / f"{name}.csv", folder / f"{name}.parquet"
    for path in (csv, parquet):
        path.touch(mode=OWNER_ONLY)
    frame.write_csv(csv)
    frame.rechunk().write_parquet(parquet, compression="zstd", row_group_size=ROW_GROUP)
    return {
        "rows": frame.height,
        **_sums(frame),
        "held": frame.filter(pl.col("quality") == Quality.HELD).height,
        "missing": frame.filter(pl.col("quality") == Quality.MISSING).height,
        "csv_sha256": _digest(csv),
        "parquet_sha256": _digest(parquet),
    }


def _sums(frame: pl.DataFrame) -> dict[str, int]:
    """The sum of each energy column in whole Wh; by direction where there are two."""
    sums = {name: int(frame[name].sum()) for name in frame.columns if name.endswith("_wh")}
    if "direction" in frame.columns:
        for direction in (0, 1):
            own = frame.filter(pl.col("direction") == direction)
            sums[f"energy_wh_direction_{direction}"] = int(own["energy_wh"].sum())
    return sums


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
