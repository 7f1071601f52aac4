"""Which days a calendar marks: Saturdays, Sundays, national holidays, and the office's days off around New Year."""

from collections.abc import Set as AbstractSet
from datetime import date
from enum import StrEnum

SATURDAY, SUNDAY = 5, 6


class DayMark(StrEnum):
    """What a day's head says besides the weekday."""

    SATURDAY = "saturday"
    SUNDAY = "sunday"
    HOLIDAY = "holiday"  # 祝
    CLOSED = "closed"  # 休: 29 December to 3 January but for New Year's Day (domain.md 8.2)


def mark(day: date, closed: AbstractSet[date]) -> DayMark | None:
    """The mark of ``day``; holidays come before weekends, ordinary days have none."""
    if day in closed:
        around_new_year = (day.month == 12 and day.day >= 29) or (
            day.month == 1 and day.day in (2, 3)
        )
        return DayMark.CLOSED if around_new_year else DayMark.HOLIDAY
    return {SATURDAY: DayMark.SATURDAY, SUNDAY: DayMark.SUNDAY}.get(day.weekday())
