"""What the registry admits, on plain values. Source: decisions.md 5, 12, 13; domain.md 1.6, 1.7, D1, D4.

Each ``check_…`` raises the refusal of ``registry_refusals`` and returns nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from metering.domain import registry_refusals as refusals
from metering.domain.identifiers import SERIAL_DIGITS
from metering.domain.points import POSITIONS, ServicePattern, VoltageClass
from metering.domain.spans import Edge, Span, covered
from portal.timekeeping.half_hours import is_boundary

# Serials from here on are never issued and never registered, so that a test number cannot settle (features B2).
FIRST_TEST_SERIAL = 999 * 10 ** (SERIAL_DIGITS - 3)


def is_test_number(device_point_number: str) -> bool:
    """Whether a device point number belongs to the range reserved for tests: area, "9999", 17 more digits."""
    return device_point_number[2:6] == "9999"


def control_number(running: int) -> str:
    """管理番号 of the EDI (JP06121, at most 16 characters), given once for the device point's life (decisions 20)."""
    return f"M{running:013d}"


def check_order(start: Edge, end: Edge | None) -> None:
    """A span ends after it starts."""
    if end is not None and end <= start:
        raise refusals.ends_before_start(start, end)


def check_span(start: datetime, end: datetime | None) -> None:
    """A span of service begins and ends on boundaries of half hours (settlement.md section 1) and is not empty."""
    for edge in (start, end):
        if edge is not None and not is_boundary(edge):
            raise refusals.off_boundary(edge)
    check_order(start, end)


def check_voltage(
    *,
    receiving: VoltageClass,
    device: VoltageClass,
    day: date,
    high_from: date | None,
    extra_high_from: date | None,
) -> None:
    """Voltage combinations of 説明資料 1-3-4 (domain.md 1.7), and what is accepted on ``day`` at all (decisions 13)."""
    if receiving is VoltageClass.LOW and device is not VoltageClass.LOW:
        raise refusals.voltage_combination(receiving, device)
    accepted_from = {VoltageClass.HIGH: high_from, VoltageClass.EXTRA_HIGH: extra_high_from}
    if device in accepted_from:
        since = accepted_from[device]
        if since is None or day < since:
            raise refusals.voltage_not_accepted(device, since)


def check_rated(rated_w: int, limit_kw: int) -> None:
    """特例計量器 only below the limit, 500 kW (decisions 13, domain.md 5.4)."""
    if rated_w >= limit_kw * 1_000:
        raise refusals.above_exempt_limit(limit_kw)


def check_issued_number(number: str, *, area: str) -> None:
    """A number to be registered is of this area and outside the range for tests."""
    if is_test_number(number):
        raise refusals.reserved_for_tests(number)
    if number[:2] != area:
        raise refusals.other_area(number, area)


def check_directions(pattern: ServicePattern, directions: str) -> None:
    """Pattern 2 provides forward flow only, so it must be measured (domain.md 1.4)."""
    if pattern is ServicePattern.PROVISION and "0" not in directions:
        raise refusals.provision_needs_forward()


def check_supply_contracts(
    service: Span[datetime], contracts: Iterable[Span[datetime]], *, retailer: str
) -> None:
    """The retailer holds the 接続供給契約 of the supply point all through the service (domain.md 1.5)."""
    if not covered(service, contracts):
        raise refusals.no_supply_contract(retailer, service.start, service.end)


def check_balancing_contract(
    pattern: ServicePattern,
    service: Span[datetime],
    contract: Span[datetime] | None,
    *,
    number: str,
) -> None:
    """Pattern 1 needs the 調整力契約 of its premises all through the service, pattern 2 has none (decisions 12)."""
    if pattern is ServicePattern.PROVISION:
        if number:
            raise refusals.balancing_contract_not_used()
    elif contract is None or not contract.covers(service):
        raise refusals.no_balancing_contract(number)


def check_register(value: int | None, modulus_wh: int) -> None:
    """A register of an exchange lies in 0…M − 1, or is not known."""
    if value is not None and not 0 <= value < modulus_wh:
        raise refusals.register_out_of_range(value, modulus_wh)


def free_place(
    span: Span[datetime], taken: Mapping[int, Sequence[Span[datetime]]], *, first_choice: int = 0
) -> int | None:
    """``first_choice`` if it is free in ``span``, else the lowest of the four places that is, else None."""
    choices = [first_choice, *POSITIONS] if first_choice else list(POSITIONS)
    return next(
        (place for place in choices if not any(span.overlaps(one) for one in taken.get(place, ()))),
        None,
    )
