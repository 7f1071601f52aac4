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
