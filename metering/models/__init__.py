"""The tables of metering, by their plain names."""

from metering.models.deliveries import (
    Delivery,
    DeliveryKind,
    DeliveryState,
    QuarantinedRow,
    StorePart,
)
from metering.models.meters import ExemptMeter, MeterExchange, Terminal, TerminalModel
from metering.models.numbering import NumberCounter
from metering.models.places import (
    BalancingContract,
    Customer,
    GenerationContract,
    Occupancy,
    Premises,
    ReadingDate,
    ReadingSchedule,
    SupplyContract,
    SupplyPoint,
)
from metering.models.points import (
    DevicePoint,
    Hold,
    PositionReservation,
    ProvisionRight,
    ServicePeriod,
)
from metering.models.settlement import PartResult, Publication, RunPart, RunState, SettlementRun

__all__ = [
    "BalancingContract",
    "Customer",
    "Delivery",
    "DeliveryKind",
    "DeliveryState",
    "DevicePoint",
    "ExemptMeter",
    "GenerationContract",
    "Hold",
    "MeterExchange",
    "NumberCounter",
    "Occupancy",
    "PartResult",
    "PositionReservation",
    "Premises",
    "ProvisionRight",
    "Publication",
    "QuarantinedRow",
    "ReadingDate",
    "ReadingSchedule",
    "RunPart",
    "RunState",
    "ServicePeriod",
    "SettlementRun",
    "StorePart",
    "SupplyContract",
    "SupplyPoint",
    "Terminal",
    "TerminalModel",
]
