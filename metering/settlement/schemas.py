"""Schemas of every frame that crosses a step of the settlement. Times are naive JST; energies and registers whole Wh.

Source: settlement.md sections 1 and 3. Decimal kWh columns of files become ``*_wh`` integers at the door; ``day`` is
a date, ``slot`` 1 to 48, ``direction`` 0 forward (順潮流) or 1 reverse (逆潮流). The order of rows is the order of
delivery: of several rows for one instant the later row was delivered later.
"""

from collections.abc import Mapping

import polars as pl
from polars.datatypes import DataTypeClass

INSTANT = pl.Datetime("us")


def _schema(columns: Mapping[str, pl.DataType | DataTypeClass]) -> pl.Schema:
    return pl.Schema(columns)


REGISTER = _schema(
    {
        "device_point_number": pl.String,  # 22 digits
        "premises_number": pl.String,
        "retailer_code": pl.String,  # 5 characters, the retailer of the supply contract in this service period
        "pattern": pl.UInt8,  # 1 balancing (調整力供出), 2 provision (機器点電力量の提供)
        "directions": pl.String,  # "0", "1" or "01"
        "rated_w": pl.Int64,
        "meter_id": pl.String,  # expected exempt meter at service_from; null = not checked
        "service_from": INSTANT,
        "service_to": INSTANT,  # exclusive; null = open
    }
)

READINGS = _schema(
    {
        "device_point_number": pl.String,
        "direction": pl.UInt8,
        "read_at": INSTANT,  # a slot boundary
        "register_wh": pl.Int64,  # may lie outside 0..M-1: a finding, not an error
        "meter_id": pl.String,  # null = the reading names none
        "status": pl.String,  # null = usable; else why there is no value
    }
)

EXCHANGES = _schema(
    {
        "device_point_number": pl.String,
        "direction": pl.UInt8,
        "exchanged_at": INSTANT,  # any minute
        "old_meter_id": pl.String,
        "new_meter_id": pl.String,
        "old_register_wh": pl.Int64,  # either register null: a break
        "new_register_wh": pl.Int64,
    }
)

GAPFILL = _schema(
    {
        "device_point_number": pl.String,
        "direction": pl.UInt8,
        "kind": pl.String,  # "C" register at the instant, "I" energy of the slot that ends at the instant
        "at": INSTANT,
        "value_wh": pl.Int64,
    }
)

BASELINES = _schema(
    {
        "device_point_number": pl.String,
        "direction": pl.UInt8,
        "day": pl.Date,
        "slot": pl.UInt8,
        "energy_wh": pl.Int64,
    }
)

SMART_METER = _schema(
    {
        "premises_number": pl.String,
        "day": pl.Date,
        "slot": pl.UInt8,
        "forward_wh": pl.Int64,
        "reverse_wh": pl.Int64,
    }
)

HOLDS = _schema(
    {
        "device_point_number": pl.String,
        "from": INSTANT,
        "to": INSTANT,  # exclusive; null = open
        "reason": pl.String,
    }
)

ENERGY = _schema(
    {
        "device_point_number": pl.String,
        "direction": pl.UInt8,
        "day": pl.Date,
        "slot": pl.UInt8,
        "energy_wh": pl.Int64,  # null = missing or held
        "quality": pl.UInt8,  # metering.domain.quality.Quality
        "provided_100wh": pl.Int32,  # pattern 2 with energy; else null
    }
)

SITES = _schema(
    {
        "premises_number": pl.String,
        "day": pl.Date,
        "slot": pl.UInt8,
        "delivered_wh": pl.Int64,
        "corrected_demand_wh": pl.Int64,
        "corrected_generation_wh": pl.Int64,
        "quality": pl.UInt8,
    }
)

FINDINGS = _schema(
    {
        "device_point_number": pl.String,
        "direction": pl.UInt8,  # null where the finding concerns the whole device point
        "at": INSTANT,  # null where the finding concerns no instant
        "code": pl.String,
        "detail": pl.String,
    }
)

ENERGY_ORDER = ["device_point_number", "direction", "day", "slot"]
SITES_ORDER = ["premises_number", "day", "slot"]
FINDINGS_ORDER = ["device_point_number", "direction", "at", "code", "detail"]
