"""What may be provided to a retailer: pattern 2 service, supply contract and right to provide, point by point.

Source: decisions 1, 2, 18 and 31; pattern 1 is never asked for here. Spans come as they stand in the tables; who reads
them cuts them to slots. Everything is read in chunks in order of device point number, five queries per chunk, so that
memory does not grow with the number of points.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef, QuerySet

from metering.domain.points import ServicePattern, VoltageClass
from metering.models import (
    DevicePoint,
    Occupancy,
    ProvisionRight,
    ServicePeriod,
    SupplyContract,
)
from portal.timekeeping.half_hours import starts_at

InstantSpan = tuple[datetime, datetime | None]
DaySpan = tuple[date, date | None]


class Resident(NamedTuple):
    """Who lived or worked at the supply point."""

    starts_on: date
    ends_on: date | None
    customer_number: str
    customer_name: str


@dataclass(frozen=True, slots=True)
class Provision:
    """One device point under service of one retailer, with the spans that decide what may be told."""

    number: str
    control_number: str
    schedule_id: int | None
    services: tuple[InstantSpan, ...]  # pattern 2, of this retailer
    contracts: tuple[DaySpan, ...]  # of this retailer
    rights: tuple[InstantSpan, ...]  # to provide to this retailer
    residents: tuple[Resident, ...]  # by starting day


def retailers(first_day: date, last_day: date, voltages: Collection[VoltageClass]) -> list[int]:
    """Organizations with pattern 2 service on one of these days, by id. One query."""
    services = _services(first_day, last_day).filter(device_point__voltage__in=voltages)
    return sorted(services.order_by().values_list("retailer_id", flat=True).distinct())


def chunks(
    *,
    retailer_id: int,
    first_day: date,
    last_day: date,
    voltages: Collection[VoltageClass],
    schedules: Collection[int] | None = None,
    size: int = 5_000,
    numbers: Collection[str] | None = None,
) -> Iterator[list[Provision]]:
    """Points of one retailer in service on one of these days, in order of number, at most ``size`` at a time.

    ``schedules`` keeps points of these reading schedules only, ``numbers`` only these points.
    """
    points = DevicePoint.objects.filter(
        Exists(
            _services(first_day, last_day).filter(device_point=OuterRef("pk"), retailer=retailer_id)
        ),
        voltage__in=voltages,
    ).order_by("number")
    if schedules is not None:
        points = points.filter(supply_point__reading_schedule__in=schedules)
    if numbers is not None:
        points = points.filter(number__in=numbers)
    after = ""
    columns = ("pk", "number", "control_number", "supply_point", "supply_point__reading_schedule")
    while found := list(points.filter(number__gt=after).values_list(*columns)[:size]):
        after = found[-1][1]
        yield _provisions(found, retailer_id, first_day, last_day)


def _services(first_day: date, last_day: date) -> Any:
    start, end = starts_at(first_day), starts_at(last_day + timedelta(days=1))
    return ServicePeriod.objects.pattern(ServicePattern.PROVISION).during(start, end)


def _provisions(
    found: list[tuple[Any, ...]], retailer_id: int, first_day: date, last_day: date
) -> list[Provision]:
    start, end = starts_at(first_day), starts_at(last_day + timedelta(days=1))
    points = DevicePoint.objects.filter(number__range=(found[0][1], found[-1][1]))
    places = points.values("supply_point")
    services = _spans(
        _services(first_day, last_day).filter(retailer=retailer_id, device_point__in=points),
        "device_point",
        ("starts_at", "ends_at"),
    )
    rights = _spans(
        ProvisionRight.objects.during(start, end).filter(
            recipient=retailer_id, device_point__in=points
        ),
        "device_point",
        ("starts_at", "ends_at"),
    )
    contracts = _spans(
        SupplyContract.objects.during(first_day, last_day).filter(
            retailer=retailer_id, supply_point__in=places
        ),
        "supply_point",
        ("starts_on", "ends_on"),
    )
    residents = _spans(
        Occupancy.objects.during(first_day, last_day).filter(supply_point__in=places),
        "supply_point",
        ("starts_on", "ends_on", "customer__number", "customer__name"),
    )
    return [
        Provision(
            number=number,
            control_number=control_number,
            schedule_id=schedule_id,
            services=tuple(services.get(point_id, ())),
            contracts=tuple(contracts.get(place_id, ())),
            rights=tuple(rights.get(point_id, ())),
            residents=tuple(Resident(*row) for row in residents.get(place_id, ())),
        )
        for point_id, number, control_number, place_id, schedule_id in found
    ]


def _spans(
    rows: QuerySet[Any, Any], of: str, columns: tuple[str, ...]
) -> dict[int, list[tuple[Any, ...]]]:
    """``columns`` of ``rows`` by the id of what they belong to, in order of their first column."""
    grouped: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for owner, *values in rows.order_by(columns[0]).values_list(of, *columns):
        grouped[owner].append(tuple(values))
    return grouped


def control_numbers(numbers: Collection[str]) -> dict[str, str]:
    """JP06121 of device points by number. One query."""
    found = DevicePoint.objects.order_by().filter(number__in=numbers)
    return dict(found.values_list("number", "control_number"))
