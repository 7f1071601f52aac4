"""Which results people are shown: of every day the final ones, and the provisional ones until there are any."""

from datetime import date

from metering.domain.rules import Stage
from metering.selectors.results import FINAL, DayResult, in_force

PROVISIONAL: tuple[Stage, ...] = ("provisional",)


def results(first_day: date, last_day: date) -> dict[date, DayResult]:
    """Per day the results that pages show; days without any are left out. Four queries."""
    provisional = in_force(first_day, last_day, PROVISIONAL)
    return provisional | in_force(first_day, last_day, FINAL)
