"""Settlement periods: from a 検針日 to the day before the next (decisions 18)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby, pairwise

from django.db.models import Min

from metering.models import ReadingDate, ServicePeriod
from portal.parameters import selectors as parameters
from portal.parameters.definitions import Parameters
from portal.timekeeping.business_days import nth_counting
from portal.timekeeping.half_hours import day_of


@dataclass(frozen=True, order=True)
class SettlementPeriod:
    """One period of one reading schedule; ``reading_day`` is the 検針日 that closes it."""

    first_day: date
    last_day: date
    schedule_id: int

    @property
    def reading_day(self) -> date:
        """The 検針日 at the end: the day after the last day."""
        return self.last_day + timedelta(days=1)


def periods() -> Sequence[SettlementPeriod]:
    """Every period that the known 検針日 bound, of all schedules, sorted. One query."""
    rows = ReadingDate.objects.order_by("schedule_id", "day").values_list("schedule_id", "day")
    return sorted(
        SettlementPeriod(first, following - timedelta(days=1), schedule_id)
        for schedule_id, group in groupby(rows, key=lambda row: row[0])
        for first, following in pairwise(day for _, day in group)
    )


def due_for_final(today: date) -> Sequence[SettlementPeriod]:
    """Periods whose final run is due by ``today``: n business days from the 検針日, which counts as the first.

    n is ``fix_notice_bd``.
    """
    values = parameters.at(today)
    return [period for period in periods() if _final_due(period.reading_day, values) <= today]


def closed_before(schedule_id: int | None, today: date) -> date | None:
    """The first day of a schedule that is not settled for good by ``today``; None where no period is closed.

    A final run covers all device points, also those whose own period is still open: for them it says nothing yet.
    Three queries.
    """
    if schedule_id is None:
        return None
    values = parameters.at(today)
    days = ReadingDate.objects.filter(schedule_id=schedule_id, day__lte=today).order_by("-day")
    return next(
        (day for day in days.values_list("day", flat=True) if _final_due(day, values) <= today),
        None,
    )


def _final_due(reading_day: date, values: Parameters) -> date:
    """検針日から起算して 4 営業日 (domain.md 9.9); the number is a parameter."""
    return nth_counting(reading_day, values.fix_notice_bd, values.calendar)


def first_service_day() -> date | None:
    """The day on which the first service of the area began; None where nothing is in service. One query."""
    first = ServicePeriod.objects.aggregate(first=Min("starts_at"))["first"]
    return day_of(first) if first else None
