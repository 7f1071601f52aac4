"""Which results people are shown: of every day the final ones, and the provisional ones until there are any."""

from datetime import date

from metering.domain.rules import Stage
from metering.selectors.results import FINAL, DayResult, in_force

PROVISIONAL: tuple[Stage, ...] = ("provisional",)


def results(first_day: date, last_day: date) -> dict[date, DayResult]:
    """Per day the results in force of the whole area; days without any are left out. Four queries."""
    provisional = in_force(first_day, last_day, PROVISIONAL)
    return provisional | in_force(first_day, last_day, FINAL)


def results_of_point(
    first_day: date, last_day: date, *, closed_before: date | None
) -> dict[date, DayResult]:
    """Per day the results in force of a point whose settlement periods are closed before ``closed_before``.

    Where its period is still open, a final run made for other points counts no more than the provisional one.
    """
    provisional = in_force(first_day, last_day, PROVISIONAL)
    final = in_force(first_day, last_day, FINAL)
    closed = {day: found for day, found in final.items() if closed_before and day < closed_before}
    return final | provisional | closed
