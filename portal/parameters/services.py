"""Writes parameters and the business calendar, each with its story."""

from datetime import date, datetime
from typing import Any

import holidays
from django.db import transaction

from portal.actor import Actor
from portal.errors import Conflict, Invalid, Refused, Text
from portal.journal.recorder import record
from portal.parameters import selectors
from portal.parameters.definitions import definition_of
from portal.parameters.models import ClosedDay, ParameterValue
from portal.records import create_with_history
from portal.timekeeping import half_hours


@transaction.atomic
def enter(
    *, key: str, value: Any, effective_from: date, reason: str, actor: Actor, at: datetime
) -> ParameterValue:
    """Enter a value (as JSON holds it); it counts from ``effective_from`` once somebody else approved it."""
    definition = definition_of(key)
    row = ParameterValue(
        key=key,
        value=definition.plain(definition.parse(value)),
        effective_from=effective_from,
        reason=reason,
        entered_by=actor.label,
        entered_by_id=actor.user_id,
        entered_at=at,
    )
    row.act(actor).save()
    data = {"value": row.value, "effective_from": effective_from, "reason": reason}
    record("parameter.entered", actor=actor, at=at, subject=f"parameter:{key}", data=data)
    return row


@transaction.atomic
def approve(*, value_id: int, actor: Actor, at: datetime) -> None:
    """Let an entered value count; refuses its author, and a value that somebody has approved already."""
    row = ParameterValue.objects.select_for_update().get(pk=value_id)
    if row.approved_at is not None:
        raise Conflict(
            "E-PARAM-03",
            Text(ja="すでに承認されています。", en="It is approved already."),
            place=row.key,
        )
    if actor.user_id is not None and actor.user_id == row.entered_by_id:
        raise Refused(
            "E-PARAM-04",
            Text(
                ja="入力者は自分の入力を承認できません。",
                en="Nobody approves what they entered themselves.",
            ),
            remedy=Text(
                ja="別の管理者に承認を依頼してください。",
                en="Ask another administrator to approve it.",
            ),
            place=row.key,
        )
    row.approved_by, row.approved_by_id, row.approved_at = actor.label, actor.user_id, at
    row.act(actor).save()
    data = {
        "value": row.value,
        "effective_from": row.effective_from,
        "entered_by_id": row.entered_by_id,
    }
    record("parameter.approved", actor=actor, at=at, subject=f"parameter:{row.key}", data=data)


@transaction.atomic
def seed_calendar(*, first_year: int, last_year: int, actor: Actor, at: datetime) -> int:
    """Enter the closed days of these years that the calendar does not hold yet; returns how many were added.

    National holidays come from the ``holidays`` package, the rest from ``business_closed_extra`` (domain.md D6). Days
    somebody entered or opened by hand stay as they are, so it may run every year, and twice.
    """
    if last_year < first_year:
        raise Invalid(
            "E-CALENDAR-02", Text(ja="年の範囲が逆です。", en="The range of years is reversed.")
        )
    wanted = closed_days(
        first_year, last_year, selectors.at(half_hours.day_of(at)).business_closed_extra
    )
    known = set(ClosedDay.objects.filter(day__in=wanted).values_list("day", flat=True))
    missing = [
        ClosedDay(day=day, reason=reason)
        for day, reason in sorted(wanted.items())
        if day not in known
    ]
    create_with_history(missing, actor=actor, at=at)
    if missing:
        data = {"days": len(missing)}
        record(
            "calendar.seeded",
            actor=actor,
            at=at,
            subject=f"calendar:{first_year}-{last_year}",
            data=data,
        )
    return len(missing)


def closed_days(first_year: int, last_year: int, extra: tuple[str, ...]) -> dict[date, str]:
    """Closed days of these years with their reason: national holidays and the ``extra`` days ("MM-DD") of each year."""
    years = range(first_year, last_year + 1)
    found = {
        date.fromisoformat(f"{year}-{month_day}"): "年末年始"
        for year in years
        for month_day in extra
    }
    found.update(
        holidays.country_holidays("JP", years=years, categories=("public",), language="ja")
    )
    return found


def ensure_calendar(*, actor: Actor, at: datetime) -> int:
    """Seed the years that running work looks at: from two years back to two years ahead."""
    this_year = half_hours.day_of(at).year
    return seed_calendar(first_year=this_year - 2, last_year=this_year + 2, actor=actor, at=at)
