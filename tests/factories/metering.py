"""Places, contracts, device points and their spans, one call each.

Every builder makes what it needs around it and takes any field of its model as a keyword. Spans start on
2026-10-01 (00:00 JST) and are open unless said otherwise. Nothing here goes through the services, so that a test can
build states which a service would refuse.
"""

from collections.abc import Callable
from datetime import date, datetime
from itertools import count
from typing import Any, TypeVar

from metering.domain.buckets import bucket_key
from metering.domain.identifiers import device_point_number
from metering.domain.points import (
    MAX_DEVICE_POINTS,
    DeviceKind,
    FlowDirection,
    HoldReason,
    ServicePattern,
    VoltageClass,
)
from metering.models import (
    BalancingContract,
    Customer,
    DevicePoint,
    ExemptMeter,
    GenerationContract,
    Hold,
    MeterExchange,
    Occupancy,
    PositionReservation,
    Premises,
    ProvisionRight,
    ReadingDate,
    ReadingSchedule,
    ServicePeriod,
    SupplyContract,
    SupplyPoint,
    Terminal,
    TerminalModel,
)
from portal.organizations.models import Organization
from portal.timekeeping.half_hours import JST
from tests.factories.organizations import AREA, make_aggregator, make_retailer

FIRST_DAY = date(2026, 10, 1)
START = datetime(2026, 10, 1, tzinfo=JST)

_numbers = count(1)
T = TypeVar("T")


def _given(fields: dict[str, Any], name: str, otherwise: Callable[[], T]) -> T:
    """``fields[name]`` taken out, or what ``otherwise`` makes: nothing is built that a test has brought itself."""
    return fields.pop(name) if name in fields else otherwise()


def make_customer(**fields: Any) -> Customer:
    n = next(_numbers)
    return Customer.objects.create(**{"number": f"C{n:08d}", "name": f"需要者{n}", **fields})


def make_premises(**fields: Any) -> Premises:
    n = next(_numbers)
    return Premises.objects.create(
        **{"number": f"P{n:08d}", "address": f"東京都港区芝{n}", **fields}
    )


def make_reading_schedule(*days: date, **fields: Any) -> ReadingSchedule:
    """検針区分 with its 検針日."""
    schedule = ReadingSchedule.objects.create(**{"code": f"K{next(_numbers):04d}", **fields})
    ReadingDate.objects.bulk_create(ReadingDate(schedule=schedule, day=day) for day in days)
    return schedule


def make_supply_point(**fields: Any) -> SupplyPoint:
    premises = _given(fields, "premises", make_premises)
    number = f"{AREA}0{next(_numbers):019d}"
    return SupplyPoint.objects.create(
        **{"number": number, "premises": premises, "voltage": VoltageClass.LOW, **fields}
    )


def make_occupancy(**fields: Any) -> Occupancy:
    supply_point = _given(fields, "supply_point", make_supply_point)
    customer = _given(fields, "customer", make_customer)
    return Occupancy.objects.create(
        **{"supply_point": supply_point, "customer": customer, "starts_on": FIRST_DAY, **fields}
    )


def make_supply_contract(**fields: Any) -> SupplyContract:
    supply_point = _given(fields, "supply_point", make_supply_point)
    retailer = _given(fields, "retailer", make_retailer)
    return SupplyContract.objects.create(
        **{"supply_point": supply_point, "retailer": retailer, "starts_on": FIRST_DAY, **fields}
    )


def make_generation_contract(**fields: Any) -> GenerationContract:
    supply_point = _given(fields, "supply_point", make_supply_point)
    party = _given(fields, "party", make_retailer)
    return GenerationContract.objects.create(
        **{
            "supply_point": supply_point,
            "receiving_place_number": f"{AREA}0{next(_numbers):019d}",
            "party": party,
            "starts_on": FIRST_DAY,
            **fields,
        }
    )


def make_balancing_contract(**fields: Any) -> BalancingContract:
    premises = _given(fields, "premises", make_premises)
    aggregator = _given(fields, "aggregator", make_aggregator)
    return BalancingContract.objects.create(
        **{
            "number": f"B{next(_numbers):08d}",
            "premises": premises,
            "aggregator": aggregator,
            "starts_on": FIRST_DAY,
            **fields,
        }
    )


def make_device_point(**fields: Any) -> DevicePoint:
    """A registered device point without service; ``premises=`` puts its new supply point there."""
    premises = fields.pop("premises", None)
    supply_point = _given(
        fields,
        "supply_point",
        lambda: make_supply_point(**({"premises": premises} if premises else {})),
    )
    n = next(_numbers)
    return DevicePoint.objects.create(
        **{
            "number": device_point_number(area=AREA, serial=n),
            "premises": supply_point.premises,
            "supply_point": supply_point,
            "kind": DeviceKind.LOAD,
            "name": f"機器{n}",
            "voltage": VoltageClass.LOW,
            "rated_w": 6_000,
            "control_number": f"T{n:013d}",
            "bucket_key": bucket_key(supply_point.premises.number),
            **fields,
        }
    )


def make_position(**fields: Any) -> PositionReservation:
    """A place of a premises, the first one unless said otherwise."""
    premises = _given(fields, "premises", make_premises)
    return PositionReservation.objects.create(
        **{"premises": premises, "position": 1, "starts_at": START, **fields}
    )


def make_service_period(
    pattern: ServicePattern = ServicePattern.PROVISION, **fields: Any
) -> ServicePeriod:
    """Service alone: no contract, meter, place or right around it (``make_point_in_service`` has all of them)."""
    device_point = _given(fields, "device_point", make_device_point)
    retailer = _given(fields, "retailer", make_retailer)
    return ServicePeriod.objects.create(
        **{
            "device_point": device_point,
            "retailer": retailer,
            "pattern": pattern,
            "directions": "0",
            "starts_at": START,
            **fields,
        }
    )


def make_provision_right(**fields: Any) -> ProvisionRight:
    device_point = _given(fields, "device_point", make_device_point)
    recipient = _given(fields, "recipient", make_retailer)
    return ProvisionRight.objects.create(
        **{
            "device_point": device_point,
            "recipient": recipient,
            "purpose": "機器点電力量の提供",
            "starts_at": START,
            **fields,
        }
    )


def make_hold(reason: HoldReason = HoldReason.SUSPENSION, **fields: Any) -> Hold:
    device_point = _given(fields, "device_point", make_device_point)
    return Hold.objects.create(
        **{"device_point": device_point, "reason": reason, "starts_at": START, **fields}
    )


def make_exempt_meter(**fields: Any) -> ExemptMeter:
    device_point = _given(fields, "device_point", make_device_point)
    return ExemptMeter.objects.create(
        **{
            "meter_id": f"{next(_numbers):014X}",
            "device_point": device_point,
            "installed_at": START,
            **fields,
        }
    )


def make_meter_exchange(**fields: Any) -> MeterExchange:
    device_point = _given(fields, "device_point", make_device_point)
    exchanged_at = fields.get("exchanged_at", START)
    return MeterExchange.objects.create(
        **{
            "device_point": device_point,
            "direction": FlowDirection.FORWARD,
            "exchanged_at": exchanged_at,
            "old_meter_id": f"{next(_numbers):014X}",
            "new_meter_id": f"{next(_numbers):014X}",
            "old_register_wh": 1_000,
            "new_register_wh": 0,
            "recorded_at": exchanged_at,
            **fields,
        }
    )


def make_terminal_model(**fields: Any) -> TerminalModel:
    return TerminalModel.objects.create(
        **{
            "maker": "芝電機",
            "model": f"IOT-{next(_numbers)}",
            "firmware": "1.0",
            "starts_on": date(2026, 4, 1),
            **fields,
        }
    )


def make_terminal(**fields: Any) -> Terminal:
    device_point = _given(fields, "device_point", make_device_point)
    terminal_model = _given(fields, "terminal_model", make_terminal_model)
    return Terminal.objects.create(
        **{
            "terminal_id": f"{next(_numbers):016d}",
            "device_point": device_point,
            "terminal_model": terminal_model,
            **fields,
        }
    )


def make_point_in_service(
    pattern: ServicePattern = ServicePattern.PROVISION,
    *,
    retailer: Organization | None = None,
    premises: Premises | None = None,
    meter_id: str = "",
    starts_at: datetime = START,
    ends_at: datetime | None = None,
    directions: str = "0",
    **fields: Any,
) -> ServicePeriod:
    """A device point in service with all that belongs to it: contract and occupant of its supply point, the next place
    of the premises, meter, and the 調整力契約 (pattern 1) or the right to provide (pattern 2). ``fields`` are the
    device point's; the device point itself is ``.device_point`` of what comes back.
    """
    device_point = make_device_point(**fields, **({"premises": premises} if premises else {}))
    premises, supply_point = device_point.premises, device_point.supply_point
    retailer = retailer or make_retailer()
    span = {"starts_at": starts_at, "ends_at": ends_at}
    if not supply_point.supply_contracts.exists():
        make_supply_contract(supply_point=supply_point, retailer=retailer)
        make_occupancy(supply_point=supply_point)
    position = 1 + premises.positions.count() % MAX_DEVICE_POINTS
    make_position(premises=premises, position=position, device_point=device_point, **span)
    meter = make_exempt_meter(
        device_point=device_point,
        installed_at=starts_at,
        **({"meter_id": meter_id} if meter_id else {}),
    )
    contract = None
    if pattern is ServicePattern.BALANCING:
        contract = premises.balancing_contracts.first() or make_balancing_contract(
            premises=premises
        )
    else:
        make_provision_right(device_point=device_point, recipient=retailer, **span)
    return make_service_period(
        pattern,
        device_point=device_point,
        retailer=retailer,
        balancing_contract=contract,
        directions=directions,
        meter_id=meter.meter_id,
        **span,
    )
