"""Device points as an actor may see them: lists, one point, and the spans in which its values may be shown."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from metering.domain.points import ServicePattern
from metering.models import (
    DevicePoint,
    PositionReservation,
    ProvisionRight,
    ReadingDate,
    ServicePeriod,
    SupplyContract,
)
from portal.actor import Actor, Scope
from portal.timekeeping import half_hours
from portal.timekeeping.periods import Period


@dataclass(frozen=True)
class Sight:
    """What an actor may see of a device point in one span of time.

    ``service`` is the service period it lies in, ``own`` what of it is the actor's by contract; ``period`` may be
    shorter for want of a right to provide (decisions 2). ``shows_energy`` is False where only slots and quality
    outcomes may be shown (decisions 28).
    """

    period: Period
    service: ServicePeriod
    own: list[Period]
    shows_energy: bool

    def is_edge_of_own(self, instant: datetime) -> bool:
        """Whether the actor's contract or the service begins or ends at ``instant``."""
        return any(instant in (period.starts_at, period.ends_at) for period in self.own)


@dataclass(frozen=True)
class Seen:
    """The services of a device point that an actor knows of, and what it may see in them; both in time order."""

    services: list[ServicePeriod]
    sights: list[Sight]


def listed(
    *,
    actor: Actor,
    at: datetime,
    number: str = "",
    pattern: ServicePattern | None = None,
    state: str = "",
) -> QuerySet[DevicePoint]:
    """Device points with the latest service that ``actor`` may see, in order of their numbers.

    ``number`` is any run of digits of the device point's or the supply point's number, or a part of the device's name;
    ``state`` is "active", "waiting" (starts later) or "ended". Each row carries ``pattern``, ``retailer_name``,
    ``service_starts_at`` and ``service_ends_at`` of that service, None where there is none.
    """
    services = ServicePeriod.objects.visible_to(actor).filter(device_point=OuterRef("pk"))
    latest = services.order_by("-starts_at")
    points = DevicePoint.objects.visible_to(actor).annotate(
        pattern=Subquery(latest.values("pattern")[:1]),
        retailer_name=Subquery(latest.values("retailer__name")[:1]),
        service_starts_at=Subquery(latest.values("starts_at")[:1]),
        service_ends_at=Subquery(latest.values("ends_at")[:1]),
    )
    if number:
        points = points.filter(
            Q(number__contains=number)
            | Q(supply_point__number__contains=number)
            | Q(premises__number__contains=number)
            | Q(name__icontains=number)
        )
    if pattern is not None:
        points = points.filter(pattern=pattern)
    if state:
        points = points.filter(_in_state(state, at))
    return points.select_related("supply_point").order_by("number")


def _in_state(state: str, at: datetime) -> Q:
    conditions = {
        "active": Q(service_starts_at__lte=at)
        & (Q(service_ends_at=None) | Q(service_ends_at__gt=at)),
        "waiting": Q(service_starts_at__gt=at),
        "ended": Q(service_ends_at__lte=at),
    }
    return conditions[state]


def one(*, number: str, actor: Actor) -> DevicePoint:
    """The device point of this number; raises ``DevicePoint.DoesNotExist`` also where ``actor`` may not know of it."""
    points = DevicePoint.objects.visible_to(actor)
    return points.select_related("supply_point", "premises").get(number=number)


def seen(*, point: DevicePoint, actor: Actor) -> Seen:
    """What ``actor`` may see of ``point``, in time order; one query for the operator, three for a retailer.

    A retailer sees the days of its own service and contract. Energies it sees of pattern 2 alone, and only as far as
    there is a right that they are provided to it (decisions 2, 28, 31).
    """
    services = list(
        ServicePeriod.objects.visible_to(actor)
        .filter(device_point=point)
        .select_related("retailer")
        .order_by("starts_at")
    )
    if actor.scope is Scope.ALL:
        whole = [(_period(service), service) for service in services]
        return Seen(services, [Sight(one, row, [one], shows_energy=True) for one, row in whole])
    contracts = SupplyContract.objects.visible_to(actor).filter(supply_point=point.supply_point_id)
    rights = ProvisionRight.objects.visible_to(actor).filter(device_point=point)
    under_contract = joined(of_days_of(row) for row in contracts.order_by("starts_on"))
    granted = joined(_period(row) for row in rights.order_by("starts_at"))
    found = (_retailer_sights(service, under_contract, granted) for service in services)
    return Seen(services, [sight for sights in found for sight in sights])


def _retailer_sights(
    service: ServicePeriod, contracts: list[Period], rights: list[Period]
) -> list[Sight]:
    own = common([_period(service)], contracts)
    if service.pattern != ServicePattern.PROVISION:
        return [Sight(period, service, own, shows_energy=False) for period in own]
    return [Sight(period, service, own, shows_energy=True) for period in common(own, rights)]


def common(some: Iterable[Period], others: Iterable[Period]) -> list[Period]:
    """The time that both lists of periods hold."""
    pairs = (one.intersection(other) for one in some for other in others)
    return [period for period in pairs if period]


def joined(periods: Iterable[Period]) -> list[Period]:
    """The same time in the fewest periods; ``periods`` come in order of their starts."""
    found: list[Period] = []
    for period in periods:
        last = found[-1] if found else None
        if last and (last.ends_at is None or period.starts_at <= last.ends_at):
            ends = [end for end in (last.ends_at, period.ends_at) if end is not None]
            found[-1] = Period(last.starts_at, max(ends) if len(ends) == 2 else None)
        else:
            found.append(period)
    return found


def of_days_of(row: SupplyContract) -> Period:
    """The instants of a contract's days."""
    ends_at = half_hours.starts_at(row.ends_on) if row.ends_on else None
    return Period(half_hours.starts_at(row.starts_on), ends_at)


def _period(row: ServicePeriod | ProvisionRight) -> Period:
    return Period(row.starts_at, row.ends_at)


def position(point: DevicePoint) -> int | None:
    """Which of the four places of its premises the point has, or had last."""
    places = PositionReservation.objects.filter(device_point=point).order_by("-starts_at")
    return places.values_list("position", flat=True).first()


def reading_dates(point: DevicePoint) -> list[date]:
    """The 検針日 of the point's schedule, in order; one query, or none where it has no schedule."""
    schedule = point.supply_point.reading_schedule_id
    if schedule is None:
        return []
    dates = ReadingDate.objects.filter(schedule=schedule).order_by("day")
    return list(dates.values_list("day", flat=True))


def counts(*, actor: Actor, at: datetime) -> dict[str, int]:
    """How many device points are in service at ``at``: "balancing", "provision" and "all", as far as ``actor`` may see."""
    in_force = ServicePeriod.objects.visible_to(actor).at(at)
    rows = in_force.values("pattern").annotate(points=Count("device_point", distinct=True))
    counted = {row["pattern"]: row["points"] for row in rows}
    balancing = counted.get(ServicePattern.BALANCING, 0)
    provision = counted.get(ServicePattern.PROVISION, 0)
    return {"balancing": balancing, "provision": provision, "all": balancing + provision}
