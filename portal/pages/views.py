"""The portal's own pages: home, help, credits."""

from typing import NamedTuple

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portal.accounts.actors import actor_of
from portal.actor import Scope
from portal.pages import registry
from portal.timekeeping import clock


class Section(NamedTuple):
    """A card of the home page with its context."""

    template: str
    context: registry.Context


def home(request: HttpRequest) -> HttpResponse:
    """What the apps hung on the home page, as this actor may see it; honest words where there is nothing yet."""
    actor, at = actor_of(request), clock.now()
    if actor.scope is Scope.NOTHING:
        return render(request, "portal/no_place.html", status=403)
    contexts = ((card.template, card.context(actor, at)) for card in registry.cards_for(actor))
    sections = [Section(template, context) for template, context in contexts if context is not None]
    return render(request, "portal/home.html", {"sections": sections, "at": at})


@login_not_required
def help_page(request: HttpRequest) -> HttpResponse:
    """How slots, qualities and marks are read."""
    return render(request, "portal/help.html")


@login_not_required
def credits_page(request: HttpRequest) -> HttpResponse:
    """Sources and licences of what the pages are made of."""
    return render(request, "portal/credits.html")
