"""Rows that no system should take: each breaks one rule of decisions 16 and waits in quarantine."""

from datetime import date

from metering.demo.world.plan import AREA, Area
from metering.domain.identifiers import device_point_number


def bad_rows(area: Area, day: date) -> list[str]:
    """One row per rule: a point nobody knows, a miscopied digit, a direction, an instant, decimals, no number at all."""
    device = area.devices[0]
    stranger = device_point_number(area=AREA, serial=900_000_000 + area.points)
    miscopied = device.number[:-1] + str((int(device.number[-1]) + 1) % 10)
    good = (device.number, "0", f"{day}T09:00+09:00", "123.456", device.meter_id, "")
    changes = (
        {0: stranger},
        {0: miscopied},
        {1: "7"},
        {2: f"{day}T09:10+09:00"},
        {3: "123.4567"},
        {3: "一二三"},
    )
    return [
        ",".join(change.get(place, text) for place, text in enumerate(good)) + "\n"
        for change in changes
    ]
