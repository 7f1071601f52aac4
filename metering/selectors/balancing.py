"""Whose pattern 1 results are: service periods of a day with their 調整力契約 (decisions 12). Never for retailers."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.conf import settings

from metering.domain.points import ServicePattern
from metering.models import ServicePeriod
from portal.organizations.models import OrganizationCode
from portal.timekeeping.half_hours import naive_jst, starts_at


class BalancingService(NamedTuple):
    """One pattern 1 service period; instants in naive JST, as frames have them."""

    device_point_number: str
    premises_number: str
    balancing_contract: str
    aggregator_code: str
    service_from: datetime
    service_to: datetime | None


def services(day: date) -> Iterator[BalancingService]:
    """Pattern 1 service in force at some time of ``day``, in order of device point. Two queries."""
    codes = dict(
        OrganizationCode.objects.filter(area=settings.SERVICE_AREA).values_list(
            "organization_id", "code"
        )
    )
    start, end = starts_at(day), starts_at(day + timedelta(days=1))
    periods = ServicePeriod.objects.pattern(ServicePattern.BALANCING).during(start, end)
    rows = periods.order_by("device_point__number", "starts_at").values_list(
        "device_point__number",
        "device_point__premises__number",
        "balancing_contract__number",
        "balancing_contract__aggregator",
        "starts_at",
        "ends_at",
    )
    for number, premises, contract, aggregator, starts, ends in rows.iterator():
        yield BalancingService(
            number,
            premises,
            contract or "",
            codes.get(aggregator, ""),
            naive_jst(starts),
            None if ends is None else naive_jst(ends),
        )
