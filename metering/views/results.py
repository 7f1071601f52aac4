"""A device point's 30-minute values: a month as a heat map, a day as a line, both as tables."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from metering.domain.heat_map import SLOTS, days_of_month
from metering.domain.points import FlowDirection, ServicePattern
from metering.domain.quality import Quality
from metering.frames.shown import energy_of_point
from metering.models import DevicePoint, ServicePeriod
from metering.selectors import periods, shown
from metering.selectors import points as selected
from metering.selectors.points import Seen
from metering.selectors.results import DayResult
from metering.views import day as day_view
from metering.views import month as month_view
from metering.views import words
from metering.views.addresses import NUMBERS, Choice
from metering.views.month import Scene, Settled
from metering.views.points import point_name, service_state
from portal.accounts.actors import Action, actor_of, may, requires
from portal.pages import presentation
from portal.pages.templatetags.portal_format import language
from portal.parameters import selectors as parameters
from portal.timekeeping import clock, half_hours

WEEK = timedelta(days=7)


@requires(Action.SEE_POINTS)
def point_values(request: HttpRequest, number: str) -> HttpResponse:
    """The page of one device point; 404 also for those who may not know of it."""
    actor, at = actor_of(request), clock.now()
    try:
        point = selected.one(number=number, actor=actor)
    except DevicePoint.DoesNotExist as missing:
        raise Http404 from missing
    seen = selected.seen(point=point, actor=actor)
    choice = _choice(request, seen, half_hours.day_of(at))
    scene = _scene(point, seen, choice, half_hours.day_of(at), may(actor, Action.SEE_RUNS))
    page = {**_facts(point, seen, at), **_pictures(point, seen, scene)}
    return render(request, "metering/point.html", {"page": page})


def _choice(request: HttpRequest, seen: Seen, today: date) -> Choice:
    """What the address says, brought to the days on which there may be something to see: first service to today."""
    choice = Choice.of(request.GET)
    first = half_hours.day_of(seen.services[0].starts_at) if seen.services else today
    month = min(max(choice.month or today, min(first, today)), today).replace(day=1)
    is_there = choice.day is not None and choice.day.replace(day=1) == month and choice.day <= today
    return replace(choice, month=month, day=choice.day if is_there else None)


def _facts(point: DevicePoint, seen: Seen, at: datetime) -> dict[str, Any]:
    """What is registered of the device point, as far as every reader of the page may know it."""
    service = seen.services[-1] if seen.services else None
    return {
        "point": point,
        "name": point_name(point),
        "kind": words.DEVICE[point.kind],  # type: ignore[index]  # a StrEnum is found by its value
        "kind_is_fact": bool(point.name),
        "service": service,
        "state": service_state(service, at),
        "position": selected.position(point),
        "directions": words.DIRECTIONS[service.directions] if service else "",
        "energy_name": _energy_name(service),
    }


def _pictures(point: DevicePoint, seen: Seen, scene: Scene) -> dict[str, Any]:
    """The month, one day of it, and the ways to look at them."""
    readings = selected.reading_dates(point)
    service = seen.services[-1] if seen.services else None
    day = scene.choice.day
    return {
        "last_reading": next((one for one in reversed(readings) if one <= scene.today), None),
        "next_reading": next((one for one in readings if one > scene.today), None),
        "month": month_view.build(scene, readings),
        "day": day_view.build(scene, day) if day else None,
        "lacks_right": bool(seen.services) and not seen.sights,
        "direction_choices": _directions(service, scene.choice),
        "view_choices": _views(scene.choice),
        "is_numbers": scene.choice.view == NUMBERS,
        "even_hours": [presentation.slot_time(slot) for slot in range(1, SLOTS + 1, 4)],
        "slots": [_slot_head(slot) for slot in range(1, SLOTS + 1)],
    }


def _scene(
    point: DevicePoint,
    seen: Seen,
    choice: Choice,
    today: date,
    shows_exact: bool,  # noqa: FBT001
) -> Scene:
    """Everything settled from a week before the shown days to their end, in one reading of the store."""
    days = days_of_month(choice.month or today)
    first, last = min(days[0], choice.day or days[0]) - WEEK, max(days[-1], choice.day or days[-1])
    closed_before = periods.closed_before(point.supply_point.reading_schedule_id, today)
    in_force = shown.results_of_point(first, last, closed_before=closed_before)
    scene = Scene(
        sights=seen.sights,
        results=_settled(point, choice.direction, in_force.values()),
        stages={day: result.stage for day, result in in_force.items()},
        closed=parameters.at(today).calendar,
        rated_wh=point.rated_w // 2,  # half an hour at full capacity
        today=today,
        choice=choice,
        shows_exact=shows_exact,
    )
    shown_days = [day for day in days if day in in_force and scene.sights_of(day, day)]
    day = choice.day if choice.day and scene.sights_of(choice.day, choice.day) else None
    return replace(
        scene,
        stages={day: stage for day, stage in scene.stages.items() if scene.sights_of(day, day)},
        choice=replace(choice, day=day or max(shown_days, default=None)),
    )


def _settled(
    point: DevicePoint, direction: FlowDirection, results: Iterable[DayResult]
) -> dict[tuple[date, int], Settled]:
    slots = energy_of_point(
        [key for result in results for key in result.energy_keys],
        number=point.number,
        bucket_key=point.bucket_key,
        direction=direction,
    )
    return {
        (slot.day, slot.slot): Settled(slot.energy_wh, slot.provided_100wh, Quality(slot.quality))
        for slot in slots
    }


def _slot_head(slot: int) -> dict[str, str]:
    name = f"Slot {slot}" if presentation.is_english(language()) else f"コマ{slot}"
    return {"name": name, "time": presentation.slot_time(slot)}


def _energy_name(service: ServicePeriod | None) -> str:
    return str(
        words.ENERGY[ServicePattern(service.pattern) if service else ServicePattern.PROVISION]
    )


def _directions(service: ServicePeriod | None, choice: Choice) -> list[dict[str, Any]]:
    """The two directions, where both are metered and used: pattern 2 has the forward flow only (domain.md 1.4)."""
    if service is None or service.directions != "01" or service.pattern == ServicePattern.PROVISION:
        return []
    return [
        {
            "word": words.DIRECTION[one],
            "address": choice.to(direction=one),
            "is_current": choice.direction is one,
        }
        for one in FlowDirection
    ]


def _views(choice: Choice) -> list[dict[str, Any]]:
    return [
        {"word": word, "address": choice.to(view=view), "is_current": choice.view == view}
        for view, word in (("", words.AS_COLOURS), (NUMBERS, words.AS_NUMBERS))
    ]
