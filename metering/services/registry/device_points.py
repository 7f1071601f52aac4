"""The tables of device points and their service: what only they are judged by."""

from metering.domain import registry_refusals as refusals
from metering.domain import registry_rules as rules
from metering.domain.buckets import bucket_key
from metering.domain.points import VoltageClass
from metering.domain.spans import Span
from metering.models import BalancingContract, DevicePoint, ServicePeriod, SupplyPoint
from metering.services import numbering
from metering.services.positions import Places, span_of
from metering.services.registry.bindings import Binding, Reference, write_rows
from metering.services.registry.drafts import Batch, Draft
from metering.services.registry.lookups import numbered, organization
from metering.services.registry.steps import apart, once
from metering.services.service_facts import ServiceFacts
from portal.timekeeping.half_hours import day_of

# --- device points -----------------------------------------------------


def place_at_premises(batch: Batch) -> None:
    """A device point stands at the premises of its supply point, and in the bucket of that premises."""
    for draft in batch.standing():
        premises = draft.found["supply_point_number"].premises
        draft.attributes["premises_id"] = premises.pk
        draft.attributes["bucket_key"] = bucket_key(premises.number)


def judge_devices(batch: Batch) -> None:
    """Numbers, voltages and rated power as for any other registration."""
    values, day = batch.parameters, day_of(batch.at)

    def number(draft: Draft) -> None:
        rules.check_issued_number(draft.values["number"], area=batch.area)

    def voltage(draft: Draft) -> None:
        rules.check_voltage(
            receiving=VoltageClass(draft.found["supply_point_number"].voltage),
            device=draft.values["voltage"],
            day=day,
            high_from=values.hv_acceptance_from,
            extra_high_from=values.extra_high_acceptance_from,
        )

    def rated(draft: Draft) -> None:
        rules.check_rated(draft.values["rated_kw"], values.exempt_meter_limit_kw)

    batch.judge(number, "number")
    batch.judge(voltage, "voltage")
    batch.judge(rated, "rated_kw")


def write_devices(batch: Batch) -> None:
    """New device points without a control number get one."""
    without = [
        draft.instance
        for draft in batch.changing()
        if draft.is_new and not draft.instance.control_number
    ]
    issued = numbering.control_numbers(len(without))
    for point, number in zip(without, issued, strict=True):
        point.control_number = number
    write_rows(batch)


DEVICE_POINTS = Binding(
    DevicePoint,
    anchor="number",
    columns={"rated_kw": "rated_w"},
    references=(
        Reference(("supply_point_number",), "supply_point_id", numbered(SupplyPoint, "premises")),
    ),
    kept=frozenset({"control_number"}),
    prepare=place_at_premises,
    steps=(judge_devices, once("control_number", "control_number")),
    write=write_devices,
)

# --- service -----------------------------------------------------------


def find_contracts(batch: Batch) -> None:
    """The 調整力契約 that a row names: of the premises, in force when the service starts if there is such a one."""
    points = {draft.found["device_point_number"] for draft in batch.standing()}
    facts = batch.notes["facts"] = ServiceFacts(points)
    for draft in batch.standing():
        number = draft.values["balancing_contract_number"]
        contract: BalancingContract | None = None
        if number:
            span = Span(draft.values["starts_at"], draft.values["ends_at"])
            contract = facts.balancing_contract(draft.found["device_point_number"], span, number)
            if contract is None:
                batch.refuse(draft, refusals.unknown(number), "balancing_contract_number")
        draft.found["balancing_contract_number"] = contract
        draft.attributes["balancing_contract_id"] = contract and contract.pk


def judge_services(batch: Batch) -> None:
    """Every service against the contracts around it, as for any other activation."""
    facts: ServiceFacts = batch.notes["facts"]

    def contracts(draft: Draft) -> None:
        service: ServicePeriod = draft.instance
        service.device_point = draft.found["device_point_number"]
        service.retailer = draft.found["retailer_code"]
        service.balancing_contract = draft.found["balancing_contract_number"]
        facts.check(service)

    batch.judge(contracts, "retailer_code")


def take_places(batch: Batch) -> None:
    """Every service has a place; those that end earlier make room first, then the file's order decides."""
    changing = batch.changing()
    places = Places(draft.found["device_point_number"].premises_id for draft in changing)
    batch.notes["places"] = places
    for draft in changing:
        if not draft.is_new:
            places.end_for(draft.found["device_point_number"], span_of(draft.instance))

    def place(draft: Draft) -> None:
        point, span = draft.found["device_point_number"], span_of(draft.instance)
        position = draft.values["position"] or 0
        if not places.take_for(point, span, position=position if draft.is_new else 0):
            number = point.premises.number
            if position:
                raise refusals.place_taken(number, position)
            raise refusals.no_free_place(number, span.start, span.end)

    batch.judge(place, "position")


def write_services(batch: Batch) -> None:
    """The service periods and the places that they take."""
    batch.notes["places"].write(actor=batch.actor, at=batch.at)
    write_rows(batch)


SERVICE_PERIODS = Binding(
    ServicePeriod,
    anchor="device_point_id",
    columns={"balancing_contract_number": "", "position": ""},
    references=(
        Reference(("device_point_number",), "device_point_id", numbered(DevicePoint, "premises")),
        organization("retailer_code", "retailer_id"),
    ),
    prepare=find_contracts,
    steps=(
        judge_services,
        apart(ServicePeriod),
        take_places,
    ),
    write=write_services,
)
