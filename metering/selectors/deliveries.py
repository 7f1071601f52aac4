"""Received files, and why rows of them were set aside."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Min

from metering.domain.row_faults import FAULTS
from metering.models import Delivery, QuarantinedRow
from portal.errors import Text


@dataclass(frozen=True)
class Reason:
    """One reason for which rows of a delivery are set aside."""

    code: str
    column: str
    rows: int
    first_row: int

    @property
    def text(self) -> Text:
        """The reason in both languages."""
        return FAULTS[self.code]


def reasons(delivery: Delivery) -> Sequence[Reason]:
    """Why rows of ``delivery`` are still set aside, the commonest first. One query."""
    waiting = QuarantinedRow.objects.filter(delivery=delivery, redriven_at=None).order_by()
    counted = waiting.values_list("code", "column").annotate(rows=Count("pk"), first=Min("row"))
    return [Reason(*row) for row in counted.order_by("-rows", "first")]


def with_rows_set_aside() -> list[Delivery]:
    """Deliveries with rows that wait to be taken up, oldest first. One query."""
    return list(Delivery.objects.filter(quarantined__gt=0).order_by("pk"))
