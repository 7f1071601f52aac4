"""The contract's input columns as rows of dicts of text, turned into the plain rows of the reference.

Shared by the scenario folders and by the tests on whole data sets. CSV is read with the standard library, Parquet is
turned into the same texts first, so that the reference owes nothing to the engine's readers.
"""

import csv
import gzip
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from metering.domain.energy import wh_from_kwh
from metering.domain.rows import (
    Baseline,
    Exchange,
    GapFillRow,
    Hold,
    Inputs,
    Reading,
    ServicePeriod,
    SmartMeterValue,
)
from portal.timekeeping.half_hours import from_naive_jst, naive_jst

Row = Mapping[str, str]


def csv_rows(path: Path) -> Iterator[Row]:
    """Rows of a CSV or CSV.gz file."""
    packed = path.suffix == ".gz"
    with gzip.open(path, "rt", encoding="utf-8") if packed else path.open(encoding="utf-8") as file:
        yield from csv.DictReader(file)


def instant(text: str) -> datetime:
    """A time as the contract writes it, as naive JST: without an offset it is Japanese already."""
    return naive_jst(from_naive_jst(datetime.fromisoformat(text)))


def _wh(text: str) -> int | None:
    return wh_from_kwh(text) if text else None


def _needed(value: int | None) -> int:
    assert value is not None, "the contract does not let this value be empty"
    return value


def service_period(row: Row) -> ServicePeriod:
    return ServicePeriod(
        device_point_number=row["device_point_number"],
        premises_number=row["premises_number"],
        retailer_code=row["retailer_code"],
        pattern=int(row["pattern"]),
        directions=row["directions"],
        rated_w=wh_from_kwh(row["rated_kw"]),
        meter_id=row["meter_id"],
        starts_at=instant(row["service_from"]),
        ends_at=instant(row["service_to"]) if row["service_to"] else None,
    )


def reading(row: Row) -> Reading:
    return Reading(
        device_point_number=row["device_point_number"],
        direction=int(row["direction"]),
        read_at=instant(row["read_at"]),
        register_wh=_wh(row["register_kwh"]),
        meter_id=row["meter_id"],
        status=row["status"],
    )


def exchange(row: Row) -> Exchange:
    return Exchange(
        device_point_number=row["device_point_number"],
        direction=int(row["direction"]),
        exchanged_at=instant(row["exchanged_at"]),
        old_meter_id=row["old_meter_id"],
        new_meter_id=row["new_meter_id"],
        old_register_wh=_wh(row["old_register_kwh"]),
        new_register_wh=_wh(row["new_register_kwh"]),
    )


def gapfill(row: Row) -> GapFillRow:
    assert row["kind"] in {"C", "I"}
    return GapFillRow(
        device_point_number=row["device_point_number"],
        direction=int(row["direction"]),
        kind="C" if row["kind"] == "C" else "I",
        at=instant(row["at"]),
        value_wh=_needed(_wh(row["value_kwh"])),
    )


def baseline(row: Row) -> Baseline:
    return Baseline(
        device_point_number=row["device_point_number"],
        direction=int(row["direction"]),
        day=date.fromisoformat(row["day"]),
        slot=int(row["slot"]),
        energy_wh=_needed(_wh(row["energy_kwh"])),
    )


def smart_meter(row: Row) -> SmartMeterValue:
    return SmartMeterValue(
        premises_number=row["premises_number"],
        day=date.fromisoformat(row["day"]),
        slot=int(row["slot"]),
        forward_wh=_wh(row["forward_kwh"]),
        reverse_wh=_wh(row["reverse_kwh"]),
    )


def hold(row: Row) -> Hold:
    return Hold(
        device_point_number=row["device_point_number"],
        starts_at=instant(row["from"]),
        ends_at=instant(row["to"]) if row["to"] else None,
        reason=row["reason"],
    )


MAKERS: dict[str, Any] = {
    "register": service_period,
    "readings": reading,
    "exchanges": exchange,
    "gapfill": gapfill,
    "baselines": baseline,
    "smart_meter": smart_meter,
    "holds": hold,
}


def inputs_from(tables: Mapping[str, Iterable[Row]]) -> Inputs:
    """Inputs from the contract's tables by name, rows in order of delivery."""
    return Inputs(**{name: [MAKERS[name](row) for row in rows] for name, rows in tables.items()})
