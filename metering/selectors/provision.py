"""What may be provided to a retailer: pattern 2 service, supply contract and right to provide, point by point.

Source: decisions 1, 2, 18 and 31; pattern 1 is never asked for here. Spans come as they stand in the tables; who reads
them cuts them to slots. Everything is read in chunks in order of device point number, five queries per chunk, so that
memory does not grow with the number of points.
"""

from array import array
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import QuerySet

from metering.domain.points import ServicePattern, VoltageClass
from metering.models import (
    DevicePoint,
    Hold,
    Occupancy,
    ProvisionRight,
    ServicePeriod,
    SupplyContract,
)
from metering.models.points import ServicePeriodQuerySet
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

    ``schedules`` keeps points of these reading schedules only, ``numbers`` only these points. The ids of all points are
    read once (8 bytes each), then everything else by id: a database without statistics would otherwise walk through all
    services of the retailer for every chunk.
    """
    services = _services(first_day, last_day).filter(
        retailer=retailer_id, device_point__voltage__in=voltages
    )
    if schedules is not None:
        services = services.filter(device_point__supply_point__reading_schedule__in=schedules)
    if numbers is not None:
        services = services.filter(device_point__number__in=numbers)
    ordered = services.order_by("device_point__number").values_list("device_point", flat=True)
    ids = array("q", ordered.distinct().iterator())
    for start in range(0, len(ids), size):
        own_ids = ids[start : start + size].tolist()
        yield _provisions(own_ids, retailer_id, first_day, last_day)


def _services(first_day: date, last_day: date) -> ServicePeriodQuerySet:
    start, end = starts_at(first_day), starts_at(last_day + timedelta(days=1))
    return ServicePeriod.objects.pattern(ServicePattern.PROVISION).during(start, end)


def _provisions(
    ids: list[int], retailer_id: int, first_day: date, last_day: date
) -> list[Provision]:
    """The points ``ids`` with their spans: five queries. Whose a span is, is looked at here and not in the query."""
    start, end = starts_at(first_day), starts_at(last_day + timedelta(days=1))
    points = DevicePoint.objects.filter(pk__in=ids).order_by("number")
    columns = ("pk", "number", "control_number", "supply_point", "supply_point__reading_schedule")
    found = list(points.values_list(*columns))
    places = [row[3] for row in found]
    instants, days = ("starts_at", "ends_at"), ("starts_on", "ends_on")
    services = _own_spans(
        ServicePeriod.objects.during(start, end).filter(device_point__in=ids),
        ("device_point", "pattern", "retailer", *instants),
        own=(ServicePattern.PROVISION, retailer_id),
    )
    rights = _own_spans(
        ProvisionRight.objects.during(start, end).filter(device_point__in=ids),
        ("device_point", "recipient", *instants),
        own=(retailer_id,),
    )
    contracts = _own_spans(
        SupplyContract.objects.during(first_day, last_day).filter(supply_point__in=places),
        ("supply_point", "retailer", *days),
        own=(retailer_id,),
    )
    residents = _own_spans(
        Occupancy.objects.during(first_day, last_day).filter(supply_point__in=places),
        ("supply_point", *days, "customer__number", "customer__name"),
        own=(),
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


def _own_spans(
    rows: QuerySet[Any, Any], columns: tuple[str, ...], *, own: tuple[int, ...]
) -> dict[int, list[tuple[Any, ...]]]:
    """What follows the columns of ``own``, of the rows that have these values, by the first column; by starting time."""
    grouped: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    after = 1 + len(own)
    for row in rows.order_by().values_list(*columns):
        if row[1:after] == own:
            grouped[row[0]].append(row[after:])
    for spans in grouped.values():
        spans.sort(key=lambda span: span[0])
    return grouped


def holds(first_number: str, last_number: str, day: date) -> dict[str, list[InstantSpan]]:
    """Holds in force on ``day`` of the device points in a range of numbers. One query."""
    start, end = starts_at(day), starts_at(day + timedelta(days=1))
    found: dict[str, list[InstantSpan]] = defaultdict(list)
    rows = Hold.objects.during(start, end).filter(
        device_point__number__range=(first_number, last_number)
    )
    for number, starts, ends in rows.values_list("device_point__number", "starts_at", "ends_at"):
        found[number].append((starts, ends))
    return found


def control_numbers(numbers: Collection[str]) -> dict[str, str]:
    """JP06121 of device points by number. One query."""
    found = DevicePoint.objects.order_by().filter(number__in=numbers)
    return dict(found.values_list("number", "control_number"))
