"""Business days (営業日) over a given set of closed days.

A business day is Monday to Friday and not closed; closed are national holidays, 29 December to 3 January and what the
operator adds (domain.md D6, section 8). The set comes from the parameters of a day; see ``portal.parameters``.

Every Japanese year has closed days. A year without a single one in the set was never entered, and counting on would
give a wrong deadline without a word: such a year is refused instead.
"""

from collections.abc import Set as AbstractSet
from datetime import date, timedelta

from portal.errors import Refused, Text

SATURDAY = 5
ONE_DAY = timedelta(days=1)


def is_business_day(day: date, closed: AbstractSet[date]) -> bool:
    """Whether the office works on ``day``."""
    return day.weekday() < SATURDAY and day not in _entered(closed, day.year)


def first_from(day: date, closed: AbstractSet[date]) -> date:
    """``day`` itself when it is a business day, otherwise the first one after it."""
    while not is_business_day(day, closed):
        day += ONE_DAY
    return day


def after(day: date, count: int, closed: AbstractSet[date]) -> date:
    """The ``count``-th business day after ``day``; ``day`` itself does not count ("n 営業日後")."""
    if count < 1:
        raise ValueError(f"{count} business days after a day: at least one")
    for _ in range(count):
        day = first_from(day + ONE_DAY, closed)
    return day


def nth_counting(day: date, count: int, closed: AbstractSet[date]) -> date:
    """The ``count``-th business day counted from ``day``, which is day 1 when it is one ("検針日から起算して n 営業日", D6)."""
    first = first_from(day, closed)
    return first if count == 1 else after(first, count - 1, closed)


def _entered(closed: AbstractSet[date], year: int) -> AbstractSet[date]:
    """``closed``, once it is known to hold the year; 1 January is closed in every year that was entered."""
    if date(year, 1, 1) not in closed:
        raise Refused(
            "E-CALENDAR-01",
            Text(
                ja=f"営業日カレンダーに{year}年が登録されていません。",
                en=f"The business calendar does not hold {year}.",
            ),
            remedy=Text(
                ja=f"seed_calendar --from {year} --to {year} を実行してください。",
                en=f"Run seed_calendar --from {year} --to {year}.",
            ),
        )
    return closed
