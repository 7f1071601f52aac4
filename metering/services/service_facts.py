"""What a service is judged by: the contracts around its device point. Loaded once for any number of device points."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from metering.domain import registry_rules as rules
from metering.domain.points import ServicePattern
from metering.domain.spans import Span
from metering.models import BalancingContract, DevicePoint, ServicePeriod, SupplyContract
from metering.models.spans import DaySpan
from portal.timekeeping.half_hours import starts_at


def instants(row: DaySpan) -> Span[datetime]:
    """The days of a contract as instants: from 00:00 to 00:00 JST."""
    return Span(starts_at(row.starts_on), starts_at(row.ends_on) if row.ends_on else None)


class ServiceFacts:
    """The supply contracts and 調整力契約 of some device points. Two queries."""

    def __init__(self, points: Iterable[DevicePoint]) -> None:
        points = list(points)
        self._supply: dict[int, list[SupplyContract]] = defaultdict(list)
        self._balancing: dict[int, list[BalancingContract]] = defaultdict(list)
        supply = SupplyContract.objects.select_related("retailer")
        for contract in supply.filter(supply_point__in={one.supply_point_id for one in points}):
            self._supply[contract.supply_point_id].append(contract)
        premises = {one.premises_id for one in points}
        for balancing in BalancingContract.objects.filter(premises__in=premises):
            self._balancing[balancing.premises_id].append(balancing)

    def supply_contract(self, point: DevicePoint, span: Span[datetime]) -> SupplyContract | None:
        """The contract that is in force when ``span`` starts."""
        contracts = self._supply[point.supply_point_id]
        return next((one for one in contracts if instants(one).contains(span.start)), None)

    def balancing_contract(
        self, point: DevicePoint, span: Span[datetime], number: str = ""
    ) -> BalancingContract | None:
        """The 調整力契約 of the premises when ``span`` starts, the one of that ``number`` where one is named."""
        contracts = self._balancing[point.premises_id]
        named = [one for one in contracts if number in ("", one.number)]
        return next((one for one in named if instants(one).contains(span.start)), None)

    def check(self, service: ServicePeriod) -> None:
        """Raise what speaks against ``service``: directions, supply contracts, 調整力契約 (of the same premises)."""
        span = Span(service.starts_at, service.ends_at)
        pattern = ServicePattern(service.pattern)
        point = service.device_point
        rules.check_directions(pattern, service.directions)
        held = [
            instants(one)
            for one in self._supply[point.supply_point_id]
            if one.retailer_id == service.retailer_id
        ]
        rules.check_supply_contracts(span, held, retailer=service.retailer.name)
        contract = service.balancing_contract
        there = contract is not None and contract.premises_id == point.premises_id
        rules.check_balancing_contract(
            pattern,
            span,
            instants(contract) if contract and there else None,
            number=contract.number if contract else "",
        )
