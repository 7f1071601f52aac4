"""Device points from their number to their end. Every function writes state, history and journal in one transaction.

Each comes for one and for many; the one is the many with a single member, so that both obey the same rules with the same
number of queries.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.db.models import prefetch_related_objects

from metering.domain import registry_refusals as refusals
from metering.domain import registry_rules as rules
from metering.domain.buckets import bucket_key
from metering.domain.points import DeviceKind, ServicePattern, VoltageClass
from metering.domain.spans import Span
from metering.models import (
    BalancingContract,
    DevicePoint,
    PositionReservation,
    ProvisionRight,
    ServicePeriod,
    SupplyPoint,
)
from metering.services import numbering
from metering.services.guards import lock_premises, one_transaction
from metering.services.meters import install_meters, remove_meters
from metering.services.positions import Places, span_of
from metering.services.service_facts import ServiceFacts
from metering.services.span_ends import cut
from metering.services.telling import placed, tell
from portal.actor import Actor
from portal.errors import DomainError
from portal.organizations.models import Organization
from portal.parameters import selectors as parameters
from portal.records import create_with_history, update_with_history
from portal.timekeeping.half_hours import day_of

PROVISION_PURPOSE = "機器点電力量の提供"


@dataclass(frozen=True, kw_only=True)
class NewDevicePoint:
    """A device point to be registered; its numbers are issued unless they are given."""

    supply_point: SupplyPoint
    kind: DeviceKind
    rated_w: int
    voltage: VoltageClass = VoltageClass.LOW
    name: str = ""
    number: str = ""
    control_number: str = ""


@dataclass(frozen=True, kw_only=True)
class NewService:
    """Service to begin. Without ``retailer`` it is that of the supply contract, without ``balancing_contract`` that of
    the premises (pattern 1). ``purpose`` is the one of the right to provide (pattern 2)."""

    device_point: DevicePoint
    pattern: ServicePattern
    starts_at: datetime
    ends_at: datetime | None = None
    directions: str = "0"
    meter_id: str = ""
    retailer: Organization | None = None
    balancing_contract: BalancingContract | None = None
    purpose: str = PROVISION_PURPOSE


# --- registration ------------------------------------------------------


def register_device_point(
    *,
    supply_point: SupplyPoint,
    kind: DeviceKind,
    rated_w: int,
    voltage: VoltageClass = VoltageClass.LOW,
    name: str = "",
    reservation: PositionReservation | None = None,
    actor: Actor,
    at: datetime,
) -> DevicePoint:
    """Give a device its number; ``reservation`` is the place that its application took."""
    new = NewDevicePoint(
        supply_point=supply_point, kind=kind, rated_w=rated_w, voltage=voltage, name=name
    )
    with one_transaction():
        (point,) = register_device_points(new=[new], actor=actor, at=at)
        if reservation is not None:
            reservation.device_point = point
            update_with_history([reservation], ["device_point"], actor=actor, at=at)
    return point


def register_device_points(
    *, new: Sequence[NewDevicePoint], actor: Actor, at: datetime
) -> list[DevicePoint]:
    """Register many device points, in order. Raises the first refusal, with the supply point as its place."""
    _check_new(new, day_of(at))
    prefetch_related_objects([one.supply_point for one in new], "premises")
    with one_transaction():
        lock_premises(one.supply_point.premises_id for one in new)
        numbers = iter(numbering.device_point_numbers(sum(not one.number for one in new)))
        controls = iter(numbering.control_numbers(sum(not one.control_number for one in new)))
        points = [
            DevicePoint(
                number=one.number or next(numbers),
                premises=one.supply_point.premises,
                supply_point=one.supply_point,
                kind=one.kind,
                name=one.name,
                voltage=one.voltage,
                rated_w=one.rated_w,
                control_number=one.control_number or next(controls),
                bucket_key=bucket_key(one.supply_point.premises.number),
            )
            for one in new
        ]
        create_with_history(points, actor=actor, at=at)
        data = [{"rated_w": one.rated_w, "kind": one.kind} for one in new]
        tell("device_point.registered", points, data, actor=actor, at=at)
    return points


def _check_new(new: Sequence[NewDevicePoint], day: date) -> None:
    values = parameters.at(day)
    for one in new:
        try:
            rules.check_voltage(
                receiving=VoltageClass(one.supply_point.voltage),
                device=one.voltage,
                day=day,
                high_from=values.hv_acceptance_from,
                extra_high_from=values.extra_high_acceptance_from,
            )
            rules.check_rated(one.rated_w, values.exempt_meter_limit_kw)
            if one.number:
                rules.check_issued_number(one.number, area=settings.SERVICE_AREA)
        except DomainError as error:
            error.place = error.place or f"supply_point:{one.supply_point.number}"
            raise


# --- service -----------------------------------------------------------


def activate(
    *,
    device_point: DevicePoint,
    pattern: ServicePattern,
    starts_at: datetime,
    ends_at: datetime | None = None,
    directions: str = "0",
    meter_id: str = "",
    retailer: Organization | None = None,
    balancing_contract: BalancingContract | None = None,
    purpose: str = PROVISION_PURPOSE,
    actor: Actor,
    at: datetime,
) -> ServicePeriod:
    """Begin service of one device point; see :func:`activate_all`."""
    service = NewService(
        device_point=device_point,
        pattern=pattern,
        starts_at=starts_at,
        ends_at=ends_at,
        directions=directions,
        meter_id=meter_id,
        retailer=retailer,
        balancing_contract=balancing_contract,
        purpose=purpose,
    )
    return activate_all(new=[service], actor=actor, at=at)[0]


def activate_all(*, new: Sequence[NewService], actor: Actor, at: datetime) -> list[ServicePeriod]:
    """Begin service of many device points: service period, place, meter and, for pattern 2, the right to provide.

    A place that was reserved for the device point and span is used, else the lowest free one is taken. Raises the first
    refusal, with the device point as its place; then nothing is written.
    """
    points = [one.device_point for one in new]
    prefetch_related_objects(points, "premises")
    with one_transaction():
        places = Places(point.premises_id for point in points)
        services = _services(new)
        _refuse_overlaps(services)
        _take_places(services, places)
        places.write(actor=actor, at=at)
        create_with_history(services, actor=actor, at=at)
        _grant_rights(new, services, actor=actor, at=at)
        expected = [(one.device_point, one.meter_id, one.starts_at) for one in new if one.meter_id]
        install_meters(expected, actor=actor, at=at)
        data = [
            {"pattern": int(one.pattern), "starts_at": one.starts_at, "ends_at": one.ends_at}
            for one in new
        ]
        tell("device_point.activated", points, data, actor=actor, at=at)
    return services


def _services(new: Sequence[NewService]) -> list[ServicePeriod]:
    """The service periods, each checked against the contracts around it."""
    facts = ServiceFacts(one.device_point for one in new)
    services = []
    for one in new:
        try:
            services.append(_service(one, facts))
        except DomainError as error:
            raise placed(error, one.device_point) from error
    return services


def _service(one: NewService, facts: ServiceFacts) -> ServicePeriod:
    rules.check_span(one.starts_at, one.ends_at)
    span = Span(one.starts_at, one.ends_at)
    retailer = one.retailer
    if retailer is None:
        contract = facts.supply_contract(one.device_point, span)
        if contract is None:
            raise refusals.no_supply_contract("小売電気事業者", one.starts_at, one.ends_at)
        retailer = contract.retailer
    balancing = one.balancing_contract
    if balancing is None and one.pattern is ServicePattern.BALANCING:
        balancing = facts.balancing_contract(one.device_point, span)
    service = ServicePeriod(
        device_point=one.device_point,
        pattern=one.pattern,
        directions=one.directions,
        meter_id=one.meter_id,
        retailer=retailer,
        balancing_contract=balancing,
        starts_at=one.starts_at,
        ends_at=one.ends_at,
    )
    facts.check(service)
    return service


def _refuse_overlaps(services: Sequence[ServicePeriod]) -> None:
    """One service of a device point at a time, against the database and among themselves."""
    spans: dict[int, list[Span[datetime]]] = defaultdict(list)
    points = {service.device_point_id for service in services}
    for row in ServicePeriod.objects.filter(device_point__in=points):
        spans[row.device_point_id].append(span_of(row))
    for service in services:
        span = span_of(service)
        for other in spans[service.device_point_id]:
            if span.overlaps(other):
                error = refusals.overlap("利用期間", "service", other.start, other.end)
                raise placed(error, service.device_point)
        spans[service.device_point_id].append(span)


def _take_places(services: Sequence[ServicePeriod], places: Places) -> None:
    """Every service has a place: the one reserved for its device point, else the lowest free one."""
    for service in services:
        point = service.device_point
        if not places.take_for(point, span_of(service)):
            error = refusals.no_free_place(
                point.premises.number, service.starts_at, service.ends_at
            )
            raise placed(error, point)


def _grant_rights(
    new: Sequence[NewService], services: Sequence[ServicePeriod], *, actor: Actor, at: datetime
) -> None:
    """Pattern 2: the right to provide the energy to the retailer of the service (decisions 2)."""
    rights = [
        ProvisionRight(
            device_point=service.device_point,
            recipient=service.retailer,
            purpose=one.purpose,
            starts_at=service.starts_at,
            ends_at=service.ends_at,
        )
        for one, service in zip(new, services, strict=True)
        if one.pattern is ServicePattern.PROVISION
    ]
    create_with_history(rights, actor=actor, at=at)


def end(
    *, device_point: DevicePoint, ends_at: datetime, cause: str = "", actor: Actor, at: datetime
) -> None:
    """廃止: service, right to provide, place and meter of the device point end at ``ends_at``.

    What was to begin later is taken back. Holds stay: they are the story of what was not measured.
    """
    rules.check_span(ends_at, None)
    with one_transaction():
        lock_premises([device_point.premises_id])
        services = list(ServicePeriod.objects.filter(device_point=device_point))
        if not any(one.ends_at is None or one.ends_at > ends_at for one in services):
            raise refusals.not_in_service(device_point.number, ends_at)
        rights = list(ProvisionRight.objects.filter(device_point=device_point))
        places = list(PositionReservation.objects.filter(device_point=device_point))
        cut(services, ends_at, actor=actor, at=at)
        cut(rights, ends_at, actor=actor, at=at)
        cut(places, ends_at, actor=actor, at=at)
        remove_meters(device_point, ends_at, actor=actor, at=at)
        data = {"ends_at": ends_at, "cause": cause}
        tell("device_point.ended", [device_point], [data], actor=actor, at=at)
