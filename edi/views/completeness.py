"""Is a day complete? Per receiver: expected = sent + held + missing, each with its list (features H6)."""

from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from edi.domain import coverage
from edi.domain.profile import PROFILE
from edi.services import completeness, receivers
from edi.services.completeness import Slots, Statement
from portal.accounts.actors import Action, actor_of, requires
from portal.actor import Actor, Scope
from portal.pages import presentation
from portal.timekeeping import clock, half_hours

LISTED_POINTS = 200  # longer lists are counted to the end, and shown to here

LISTS = {
    "held": _("保留（停止・同意待ちなど）"),
    "missing": _("欠測（値がない）"),
    "unexplained": _("送付されていない値"),
    "contradicted": _("送付と登録・結果の食い違い"),
    "without_line": _("電文に行がない機器点"),
    "sent": _("送付した値"),
}


@requires(Action.SEE_FILES)
def day_statements(request: HttpRequest) -> HttpResponse:
    """The statement of one day: of all receivers for the operator, of its own for a retailer."""
    actor, at = actor_of(request), clock.now()
    today = half_hours.day_of(at)
    day = _day(request.GET.get("day", ""), today)
    statements = _statements(actor, day, at)
    context = {
        "day": day,
        "today": today,
        "previous": f"?day={day - timedelta(days=1)}",
        "next": f"?day={day + timedelta(days=1)}" if day < today else "",
        "statements": [described(one) for one in statements],
        "is_complete": all(one.is_complete for one in statements),
    }
    return render(request, "edi/completeness.html", context)


def _day(text: str, today: date) -> date:
    """The day that was asked for; yesterday where none was, or none that can be."""
    try:
        asked = date.fromisoformat(text)
    except ValueError:
        return today - timedelta(days=1)
    return asked if date(2000, 1, 1) <= asked <= today else today - timedelta(days=1)


def _statements(actor: Actor, day: date, at: datetime) -> list[Statement]:
    if actor.scope is Scope.ALL:
        return completeness.statements(day=day, at=at)
    if actor.organization_id is None:
        return []
    own = receivers.described([actor.organization_id], day, PROFILE)
    made = [completeness.statement(receiver=one, day=day, at=at) for one in own]
    return [one for one in made if one.expected.by_point or one.contradicted.by_point]


def described(statement: Statement) -> dict[str, Any]:
    """A statement as the page shows it: totals, verdict, and the lists that hold something."""
    return {
        "name": statement.receiver.party.name,
        "code": statement.receiver.party.code,
        "through": presentation.slot_time(statement.through_slot + 1),
        "is_whole_day": statement.through_slot == half_hours.SLOTS_PER_DAY,
        "expected": statement.expected,
        "sent": statement.sent,
        "held": statement.held,
        "missing": statement.missing,
        "left_over": statement.unexplained.slots + statement.contradicted.slots,
        "without_line": statement.without_line.points,
        "is_complete": statement.is_complete,
        "lists": [
            listed(word, found)
            for name, word in LISTS.items()
            if (found := getattr(statement, name)).by_point
        ],
    }


def listed(word: Any, found: Slots) -> dict[str, Any]:
    """One list: its points in order of their numbers with the spans of their slots."""
    numbers = sorted(found.by_point)
    return {
        "word": word,
        "points": found.points,
        "slots": found.slots,
        "rows": [
            {
                "number": number,
                "slots": found.by_point[number].bit_count(),
                "spans": spans(found.by_point[number]),
            }
            for number in numbers[:LISTED_POINTS]
        ],
        "more": max(0, found.points - LISTED_POINTS),
    }


def spans(covered: int) -> list[str]:
    """A set of slots as spans of time: 16:00–20:00."""
    numbered = enumerate(coverage.slots(covered))
    joined = [
        [slot for _, slot in together]
        for _, together in groupby(numbered, key=lambda one: one[1] - one[0])
    ]
    return [presentation.slot_span(slots[0], slots[-1]) for slots in joined]
