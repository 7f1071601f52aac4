"""Browse device points: a list that is searched, filtered and paged by its address."""

from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from metering.domain.identifiers import normalise
from metering.domain.points import ServicePattern
from metering.models import DevicePoint, ServicePeriod
from metering.selectors import points as selected
from metering.views import words
from portal.accounts.actors import Action, actor_of, requires
from portal.timekeeping import clock

PER_PAGE = 50
STATES = ("active", "waiting", "ended")


class ListedSpan(NamedTuple):
    """The latest service of a listed point."""

    starts_at: datetime
    ends_at: datetime | None


@requires(Action.SEE_POINTS)
def point_list(request: HttpRequest) -> HttpResponse:
    """The device points that this actor may see."""
    at = clock.now()
    query = request.GET.get("q", "").strip()
    pattern = request.GET.get("pattern", "")
    state = request.GET.get("state", "")
    found = selected.listed(
        actor=actor_of(request),
        at=at,
        number=_searched(query),
        pattern=ServicePattern(int(pattern)) if pattern in {"1", "2"} else None,
        state=state if state in STATES else "",
    )
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    chosen = {
        key: value for key, value in (("q", query), ("pattern", pattern), ("state", state)) if value
    }
    context = {
        "page": page,
        "pages": list(page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)),
        "rows": _rows(page, at),
        "query": urlencode(chosen) + "&" if chosen else "",
        "chosen": chosen,
        "pattern_choices": [(str(int(pattern)), word) for pattern, word in words.PATTERN.items()],
        "state_choices": [(state, words.SERVICE_STATE[state]) for state in STATES],
    }
    return render(request, "metering/points.html", context)


def _searched(query: str) -> str:
    """Numbers in any spelling (full width, hyphens, spaces) as digits; names as they are."""
    digits = normalise(query)
    return digits if digits.isdigit() else query


def _rows(page: Page[DevicePoint], at: datetime) -> list[dict[str, Any]]:
    return [
        {
            "point": point,
            "name": point_name(point),
            "kind": words.DEVICE[point.kind],  # type: ignore[index]  # a StrEnum is found by its value
            "state": service_state(_latest(point), at),
        }
        for point in page
    ]


def _latest(point: Any) -> ListedSpan | None:
    if point.service_starts_at is None:
        return None
    return ListedSpan(point.service_starts_at, point.service_ends_at)


def point_name(point: DevicePoint) -> str:
    """The device's own name, else what it is."""
    return point.name or str(words.DEVICE[point.kind])  # type: ignore[index]


def service_state(service: ServicePeriod | ListedSpan | None, at: datetime) -> dict[str, Any]:
    """Word and mark of the latest service at ``at``."""
    if service is None:
        key, mark = "none", "rest"
    elif service.starts_at > at:
        key, mark = "waiting", "waiting"
    elif service.ends_at is not None and service.ends_at <= at:
        key, mark = "ended", "rest"
    else:
        key, mark = "active", "ok"
    return {
        "mark": mark,
        "word": words.SERVICE_STATE[key],
        "ends_at": service.ends_at if service else None,
    }
