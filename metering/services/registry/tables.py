"""How each table of ``metering.domain.registry_tables`` lies in the models."""

from metering.models import (
    BalancingContract,
    Customer,
    DevicePoint,
    ExemptMeter,
    GenerationContract,
    Hold,
    Occupancy,
    Premises,
    ProvisionRight,
    ReadingDate,
    ReadingSchedule,
    SupplyContract,
    SupplyPoint,
    Terminal,
    TerminalModel,
)
from metering.services.registry import device_points, organizations
from metering.services.registry.bindings import Binding, Reference
from metering.services.registry.lookups import (
    numbered,
    organization,
    schedules_made,
    terminal_models,
)
from metering.services.registry.steps import apart, once

PREMISES = Reference(("premises_number",), "premises_id", numbered(Premises))
SUPPLY_POINT = Reference(("supply_point_number",), "supply_point_id", numbered(SupplyPoint))
DEVICE_POINT = Reference(("device_point_number",), "device_point_id", numbered(DevicePoint))

BINDINGS = {
    "organizations": organizations.BINDING,
    "reading_dates": Binding(
        ReadingDate,
        anchor="schedule_id",
        references=(Reference(("schedule",), "schedule_id", schedules_made),),
    ),
    "premises": Binding(Premises, anchor="number"),
    "supply_points": Binding(
        SupplyPoint,
        anchor="number",
        references=(
            PREMISES,
            Reference(
                ("reading_schedule",),
                "reading_schedule_id",
                numbered(ReadingSchedule, by="code"),
            ),
        ),
    ),
    "customers": Binding(Customer, anchor="number"),
    "supply_contracts": Binding(
        SupplyContract,
        anchor="supply_point_id",
        references=(SUPPLY_POINT, organization("retailer_code", "retailer_id")),
        steps=(apart(SupplyContract),),
    ),
    "generation_contracts": Binding(
        GenerationContract,
        anchor="supply_point_id",
        references=(SUPPLY_POINT, organization("party_code", "party_id")),
        steps=(apart(GenerationContract),),
    ),
    "occupancies": Binding(
        Occupancy,
        anchor="supply_point_id",
        references=(
            SUPPLY_POINT,
            Reference(("customer_number",), "customer_id", numbered(Customer)),
        ),
        steps=(apart(Occupancy),),
    ),
    "balancing_contracts": Binding(
        BalancingContract,
        anchor="premises_id",
        references=(PREMISES, organization("aggregator_code", "aggregator_id")),
        steps=(apart(BalancingContract),),
    ),
    "terminal_models": Binding(TerminalModel, anchor="model"),
    "device_points": device_points.DEVICE_POINTS,
    "service_periods": device_points.SERVICE_PERIODS,
    "exempt_meters": Binding(
        ExemptMeter,
        anchor="meter_id",
        references=(DEVICE_POINT,),
        steps=(apart(ExemptMeter),),
    ),
    "terminals": Binding(
        Terminal,
        anchor="terminal_id",
        references=(
            DEVICE_POINT,
            Reference(("maker", "model", "firmware"), "terminal_model_id", terminal_models),
        ),
        steps=(once("device_point_id", "device_point_number"),),
    ),
    "holds": Binding(
        Hold,
        anchor="device_point_id",
        references=(DEVICE_POINT,),
        steps=(apart(Hold),),
    ),
    "provision_rights": Binding(
        ProvisionRight,
        anchor="device_point_id",
        references=(DEVICE_POINT, organization("recipient_code", "recipient_id")),
        steps=(apart(ProvisionRight),),
    ),
}
