"""Which readings may be put aside without their meter and status, and that nothing is lost by it."""

from datetime import datetime

import polars as pl

from metering.settlement import schemas
from metering.settlement.plain import Plain, restore

AT = datetime(2026, 11, 1)


def plain() -> Plain:
    register = pl.DataFrame(
        {
            "device_point_number": [
                "exchanged",
                "no meter",
                "one meter",
                "two periods",
                "two periods",
            ],
            "meter_id": ["M", "", "M", "M", "M"],
        }
    )
    exchanges = pl.DataFrame({"device_point_number": ["exchanged"]})
    return Plain.of(register, exchanges)


def split(point: int, meter_id: str | None, status: str | None) -> str:
    readings = pl.DataFrame(
        [{"direction": 0, "read_at": AT, "register_wh": 1, "meter_id": meter_id, "status": status}],
        schema={n: t for n, t in schemas.READINGS.items() if n != "device_point_number"},
    ).with_columns(key=pl.lit(point, dtype=pl.Int64))
    slim, others = plain().split(readings)
    assert slim.height + others.height == 1
    assert restore(slim).select(readings.columns).schema == readings.schema
    return "plain" if slim.height else "other"


def test_the_registered_meter_or_none_without_a_status_is_plain() -> None:
    exchanged, no_meter, one_meter, two_periods = range(4)
    assert split(one_meter, "M", None) == "plain"
    assert split(one_meter, None, "") == "plain"
    assert split(one_meter, "", None) == "plain"
    assert split(no_meter, "X", None) == "plain"
    assert split(one_meter, "X", None) == "other"
    assert split(one_meter, "M", "no_data") == "other"
    assert split(exchanged, "M", None) == "other"
    assert split(two_periods, "M", None) == "other"
