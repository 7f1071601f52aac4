"""The register of a data set as rows of the database, in a handful of inserts."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal

from metering.domain.buckets import bucket_key
from metering.domain.points import DeviceKind, VoltageClass
from metering.models import DevicePoint, Hold, Premises, ServicePeriod, SupplyPoint
from portal.organizations.models import Organization
from portal.timekeeping.half_hours import from_naive_jst
from tests.factories.organizations import make_retailer

Row = Mapping[str, str]


def register(rows: Iterable[Row], holds: Iterable[Row] = ()) -> None:
    """Premises, device points, service periods and holds of the files ``register`` and ``holds`` (settlement.md 1)."""
    rows = list(rows)
    premises = _premises(sorted({row["premises_number"] for row in rows}))
    retailers = {code: make_retailer(code) for code in sorted({r["retailer_code"] for r in rows})}
    points = _device_points(rows, premises)
    ServicePeriod.objects.bulk_create(_period(row, points, retailers) for row in rows)
    Hold.objects.bulk_create(
        Hold(
            device_point=points[row["device_point_number"]],
            starts_at=instant(row["from"]),
            ends_at=instant(row["to"]),
            reason=row["reason"],
        )
        for row in holds
        if row["device_point_number"] in points
    )


def instant(text: str) -> datetime | None:
    return from_naive_jst(datetime.fromisoformat(text)) if text else None


def _premises(numbers: list[str]) -> dict[str, Premises]:
    made = Premises.objects.bulk_create(Premises(number=number) for number in numbers)
    return {premises.number: premises for premises in made}


def _device_points(rows: list[Row], premises: Mapping[str, Premises]) -> dict[str, DevicePoint]:
    supply_points = {
        found.premises_id: found
        for found in SupplyPoint.objects.bulk_create(
            SupplyPoint(number=f"030{place.pk:019d}", premises=place, voltage=VoltageClass.LOW)
            for place in premises.values()
        )
    }
    by_number = {row["device_point_number"]: row for row in rows}
    made = DevicePoint.objects.bulk_create(
        DevicePoint(
            number=number,
            premises=premises[row["premises_number"]],
            supply_point=supply_points[premises[row["premises_number"]].pk],
            kind=DeviceKind.LOAD,
            voltage=VoltageClass.LOW,
            rated_w=int(Decimal(row["rated_kw"]) * 1000),
            control_number=number[-16:],
            bucket_key=bucket_key(row["premises_number"]),
        )
        for number, row in sorted(by_number.items())
    )
    return {point.number: point for point in made}


def _period(
    row: Row, points: Mapping[str, DevicePoint], retailers: Mapping[str, Organization]
) -> ServicePeriod:
    return ServicePeriod(
        device_point=points[row["device_point_number"]],
        pattern=int(row["pattern"]),
        directions=row["directions"],
        meter_id=row["meter_id"],
        retailer=retailers[row["retailer_code"]],
        starts_at=instant(row["service_from"]),
        ends_at=instant(row["service_to"]),
    )
