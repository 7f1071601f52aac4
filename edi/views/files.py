"""Pages of the message files: what lies ready for whom, what replaces what, and whether a day is complete."""

import base64
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from edi.domain.profile import KINDS, Scale
from edi.models import FileState, OutboundMessage
from edi.services import delivery
from portal.accounts.actors import Action, actor_of, may, requires
from portal.actor import Actor, Scope
from portal.errors import DomainError, NotFound
from portal.organizations.models import Organization
from portal.organizations.roles import Party
from portal.pages.registry import Context
from portal.pages.templatetags.portal_format import language
from portal.timekeeping import clock

PER_PAGE = 50
LATEST_MESSAGES = 6

STATES = {
    FileState.LISTED: ("waiting", _("公開中")),
    FileState.FETCHED: ("ok", _("受領済")),
    FileState.WITHDRAWN: ("rest", _("取下げ")),
}


@requires(Action.SEE_FILES)
def file_list(request: HttpRequest) -> HttpResponse:
    """The files of the actor's organization, or of all for the operator; filtered and paged by the address."""
    actor = actor_of(request)
    chosen = _chosen(request, actor)
    found = _filtered(OutboundMessage.objects.visible_to(actor), chosen)
    page = Paginator(
        with_newer(found).order_by("-day", "-built_at", "-revision", "name"), PER_PAGE
    ).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "pages": list(page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)),
        "rows": [described(file) for file in page],
        "chosen": chosen,
        "query": urlencode(chosen) + "&" if chosen else "",
        "kinds": [(kind.code, f"{kind.code} {title(kind.code)}") for kind in KINDS.values()],
        "receivers": _receivers(actor),
        "may_fetch": may(actor, Action.FETCH_FILES),
    }
    return render(request, "edi/files.html", context)


@require_POST
@requires(Action.FETCH_FILES)
def fetch(request: HttpRequest, file_id: int) -> HttpResponse:
    """Hand one file over; a file that may not be told any more is explained on the list."""
    try:
        delivered = delivery.fetch(file_id=file_id, actor=actor_of(request), at=clock.now())
    except NotFound as missing:
        raise Http404 from missing
    except DomainError as refusal:
        remedy = refusal.remedy.in_language(language()) if refusal.remedy else ""
        messages.error(request, f"{refusal.message.in_language(language())}{remedy}")
        return redirect("edi:files")
    return HttpResponse(
        delivered.content,
        content_type="application/zip",
        headers={
            "Content-Disposition": content_disposition_header(True, delivered.name) or "",  # noqa: FBT003
            "Repr-Digest": f"sha-256=:{base64.b64encode(bytes.fromhex(delivered.digest)).decode()}:",
        },
    )


def _chosen(request: HttpRequest, actor: Actor) -> dict[str, str]:
    """The filters that can be understood; a retailer has no receiver to choose."""
    query = {key: request.GET.get(key, "").strip() for key in ("kind", "day", "receiver")}
    is_valid = {
        "kind": query["kind"] in KINDS,
        "day": _day(query["day"]) is not None,
        "receiver": actor.scope is Scope.ALL and query["receiver"].isdigit(),
    }
    return {key: value for key, value in query.items() if is_valid[key]}


def _filtered(
    files: QuerySet[OutboundMessage], chosen: dict[str, str]
) -> QuerySet[OutboundMessage]:
    columns = {"kind": "information_code", "day": "day", "receiver": "receiver_id"}
    return files.filter(**{columns[key]: value for key, value in chosen.items()})


def with_newer(files: QuerySet[OutboundMessage]) -> QuerySet[OutboundMessage]:
    """Each file with ``has_newer``: a later revision of the same message, day and slot is there."""
    later = OutboundMessage.objects.filter(
        receiver=OuterRef("receiver"),
        information_code=OuterRef("information_code"),
        day=OuterRef("day"),
        revision__gt=OuterRef("revision"),
    ).filter(Q(slot=OuterRef("slot")) | Q(slot=None))
    return files.annotate(has_newer=Exists(later)).select_related("receiver", "supersedes")


def described(file: OutboundMessage) -> dict[str, Any]:
    """A file as lists show it."""
    mark, word = STATES[FileState(file.state)]
    return {
        "file": file,
        "title": title(file.information_code),
        "is_month": KINDS[file.information_code].scale is Scale.MONTH,
        "mark": mark,
        "state": word,
        "is_withdrawn": file.state == FileState.WITHDRAWN,
        "has_newer": file.has_newer,  # type: ignore[attr-defined]
    }


def title(code: str) -> str:
    """What a message is called, in the reader's language."""
    return capfirst(KINDS[code].title.in_language(language()))


def _receivers(actor: Actor) -> list[tuple[int, str]]:
    if actor.scope is not Scope.ALL:
        return []
    return list(
        Organization.objects.being(Party.RETAILER).order_by("name").values_list("pk", "name")
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def latest(actor: Actor, at: datetime) -> Context:
    """The home page's card: the messages of the last days, one line per message and day."""
    files = OutboundMessage.objects.visible_to(actor)
    messages = (
        files.order_by()
        .values("information_code", "day")
        .annotate(
            files=Count("pk"),
            receivers=Count("receiver", distinct=True),
            size=Sum("size"),
            revision=Max("revision"),
            fetched=Count("pk", filter=Q(state=FileState.FETCHED)),
            built_at=Max("built_at"),
        )
        .order_by("-day", "information_code")[:LATEST_MESSAGES]
    )
    return {"rows": [{**row, "title": title(row["information_code"])} for row in messages]}
