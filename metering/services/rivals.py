"""Which spans may not overlap, in one table: two rows of one model with the same owners are rivals.

PostgreSQL refuses most of them by itself (migrations/0003_spans_apart.py); here stands what every door checks before,
so that the refusal can say with what it collides.
"""

from dataclasses import dataclass
from typing import Any

from django.db import models

from metering.domain import registry_refusals as refusals
from metering.domain.spans import Span
from metering.models import (
    BalancingContract,
    ExemptMeter,
    GenerationContract,
    Hold,
    Occupancy,
    ProvisionRight,
    ServicePeriod,
    SupplyContract,
)
from portal.errors import DomainError

DAYS = ("starts_on", "ends_on")
INSTANTS = ("starts_at", "ends_at")


@dataclass(frozen=True)
class Rivalry:
    """Rows with the same ``owners`` (attributes) may not overlap in ``span``; ``ja`` and ``en`` name them."""

    owners: tuple[str, ...]
    ja: str
    en: str
    span: tuple[str, str]

    def span_of(self, row: Any) -> Span[Any]:
        """The span of a row as a plain value."""
        return Span(getattr(row, self.span[0]), getattr(row, self.span[1]))

    def refusal(self, rival: Any) -> DomainError:
        """Why a row cannot be beside ``rival``."""
        span = self.span_of(rival)
        return refusals.overlap(self.ja, self.en, span.start, span.end)


RIVALRIES: dict[type[models.Model], tuple[Rivalry, ...]] = {
    SupplyContract: (Rivalry(("supply_point_id",), "接続供給契約", "supply contract", DAYS),),
    GenerationContract: (
        Rivalry(("supply_point_id",), "発電量調整供給契約", "generation contract", DAYS),
    ),
    Occupancy: (Rivalry(("supply_point_id",), "需要者の期間", "occupancy", DAYS),),
    BalancingContract: (Rivalry(("premises_id",), "調整力契約", "balancing contract", DAYS),),
    ServicePeriod: (Rivalry(("device_point_id",), "利用期間", "service", INSTANTS),),
    Hold: (Rivalry(("device_point_id", "reason", "cause"), "保留", "hold", INSTANTS),),
    ProvisionRight: (
        Rivalry(("device_point_id", "recipient_id", "purpose"), "提供の根拠", "right", INSTANTS),
    ),
    ExemptMeter: (
        Rivalry(("meter_id",), "特例計量器", "place of this meter", ("installed_at", "removed_at")),
        Rivalry(
            ("device_point_id",),
            "機器点の特例計量器",
            "meter at this device point",
            ("installed_at", "removed_at"),
        ),
    ),
}


def refuse_overlap(row: models.Model) -> None:
    """Raise what ``row`` would collide with. One query per rivalry; inside the transaction that writes the row."""
    for rivalry in RIVALRIES[type(row)]:
        owners = {owner: getattr(row, owner) for owner in rivalry.owners}
        others = type(row)._default_manager.filter(**owners).exclude(pk=row.pk)
        span = rivalry.span_of(row)
        for other in others:
            if span.overlaps(rivalry.span_of(other)):
                raise rivalry.refusal(other)
