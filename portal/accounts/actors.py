"""From a request to the actor: who acts, for which organization, in which role, and what that lets them do."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from portal.accounts.models import Membership, User
from portal.accounts.policy import Action, is_operator, may
from portal.actor import NOBODY, Actor, Scope

__all__ = ["MEMBERSHIP_KEY", "Action", "actor_of", "actor_of_user", "may", "requires"]

MEMBERSHIP_KEY = "membership"  # in the session: the membership chosen by a person who has several

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def actor_of(request: HttpRequest) -> Actor:
    """The actor of ``request``: found once (one query), then kept on the request; nobody where nobody signed in."""
    known: Actor | None = getattr(request, "actor", None)
    if known is not None:
        return known
    if isinstance(request.user, User):
        return actor_of_user(request.user, membership_id=request.session.get(MEMBERSHIP_KEY))
    return NOBODY


def actor_of_user(user: User, *, membership_id: int | None = None) -> Actor:
    """The actor of a person: by the chosen membership, else by the oldest one; without any they see nothing."""
    memberships = user.memberships.in_force().select_related("organization").order_by("pk")
    chosen = sorted(memberships, key=lambda each: each.pk != membership_id)
    if not chosen:
        return Actor(label=user.get_short_name(), user_id=user.pk)
    return _acting_by(user, chosen[0])


def _acting_by(user: User, membership: Membership) -> Actor:
    return Actor(
        label=f"{user.get_short_name()} ({membership.organization.name})",
        scope=Scope.ALL if is_operator(membership.role) else Scope.OWN,
        role=membership.role,
        user_id=user.pk,
        organization_id=membership.organization_id,
    )


def requires(action: Action) -> Callable[[View[P]], View[P]]:
    """A page for those who may do ``action``; everybody else is told that it is not for them (403)."""

    def guard(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not may(actor_of(request), action):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return guarded

    return guard


def put_on(request: Any) -> None:
    """Find the actor of ``request`` and keep it there, for views, templates and history."""
    request.actor = actor_of(request)
