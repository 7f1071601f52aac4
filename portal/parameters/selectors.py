"""Reads parameters: one frozen set per day."""

from datetime import date

from portal.parameters.definitions import DEFINITIONS, Parameters
from portal.parameters.models import ClosedDay, ParameterValue


def at(day: date) -> Parameters:
    """The parameters in force on ``day`` with the business calendar: two queries, whatever the number of values.

    Of several approved values of one key the latest effective date counts, of one date the latest approval. Values of
    a parameter that no longer exists are passed over.
    """
    values = ParameterValue.objects.approved().filter(effective_from__lte=day)
    newest = {row.key: row for row in values.order_by("effective_from", "approved_at", "pk")}
    closed = ClosedDay.objects.filter(is_closed=True).values_list("day", flat=True)
    return Parameters(
        day=day,
        calendar=frozenset(closed),
        **{key: row.typed() for key, row in newest.items() if key in DEFINITIONS},
    )


def changes_between(first_day: date, last_day: date) -> list[date]:
    """Days after ``first_day``, up to ``last_day``, on which some approved value takes effect. One query."""
    values = ParameterValue.objects.approved().order_by()
    changing = values.filter(effective_from__gt=first_day, effective_from__lte=last_day)
    return sorted(changing.values_list("effective_from", flat=True).distinct())
