"""検針日 of the sample area: groups of supply points that are read once a month.

The first three groups have two reading dates within 35 days up to the last one, so that a settlement period of theirs
is closed and its fixed usage (1220) can be built.
"""

import calendar
from datetime import date, timedelta

from metering.demo.world.plan import Schedule

# Days before the last day of the sample on which a group's last date falls; the first three make closed periods.
OFFSETS = (1, 2, 3, 8, 13, 18, 23, 27)
CLOSED_GROUPS = 3
MONTHS = range(-2, 4)
SATURDAY = 5


def schedules(until: date) -> tuple[Schedule, ...]:
    """The groups, each with its dates from two months before to three months after."""
    return tuple(
        Schedule(code=f"{number:02d}", days=_dates(until - timedelta(days=offset)))
        for number, offset in enumerate(OFFSETS, start=1)
    )


def _dates(last: date) -> tuple[date, ...]:
    return tuple(_next_weekday(_same_day(last, months)) for months in MONTHS)


def _same_day(day: date, months: int) -> date:
    """The same day some months later; the last of a shorter month."""
    years, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(years, month + 1, min(day.day, calendar.monthrange(years, month + 1)[1]))


def _next_weekday(day: date) -> date:
    return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() >= SATURDAY else 0)
