"""The rules of the settlement as the parameters of a day state them."""

from datetime import date

from metering.domain.rules import Rules
from portal.parameters import selectors as parameters


def on(day: date) -> Rules:
    """The frozen rules that hold for the settlement of ``day``. Two queries."""
    values = parameters.at(day)
    return Rules(
        modulus_wh=values.counter_modulus_wh,
        slot_minutes=values.slot_minutes,
        plausibility_percent=values.plausibility_percent,
        flat_max_minutes=values.flat_max_minutes,
        provision_digits=values.provision_digits,
    )


def between(first_day: date, last_day: date) -> dict[date, Rules]:
    """The rules of ``first_day`` to ``last_day``, each under the first of these days on which they hold."""
    changes = parameters.changes_between(first_day, last_day)
    return {day: on(day) for day in sorted({first_day, *changes})}
