"""What every page's frame needs: who is looking, the menu, and whether this is real operation or a sample."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from portal.actor import NOBODY, Actor, Scope
from portal.organizations.models import Organization
from portal.organizations.roles import Party
from portal.pages import registry, words


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context of ``base.html``; nothing is fetched before a template asks for it."""
    actor: Actor = getattr(request, "actor", NOBODY)  # error pages may come before the middleware
    match = getattr(request, "resolver_match", None)
    view_name = match.view_name if match else ""
    return {
        "actor": actor,
        "is_operator": actor.scope is Scope.ALL,
        "is_sample": settings.PORTAL_DEMO,
        "menu": [(item, item.holds(view_name)) for item in registry.menu_for(actor)],
        "own_organization": SimpleLazyObject(lambda: organization_of(actor)),
    }


def organization_of(actor: Actor) -> dict[str, Any]:
    """Name and codes of the organization that ``actor`` acts for; empty for nobody."""
    if actor.organization_id is None:
        return {}
    found = (
        Organization.objects.filter(pk=actor.organization_id)
        .prefetch_related("codes", "parties")
        .first()
    )
    if found is None:
        return {}
    held = {Party(row.party) for row in found.parties.all()}
    return {
        "name": found.name,
        "codes": " ".join(code.code for code in found.codes.all()),
        "parties": [words.PARTY[party] for party in Party if party in held],
    }
