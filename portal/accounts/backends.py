"""Answers Django's permission questions (the back office asks them) from the one table of roles."""

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db.models import Model

from portal.accounts.actors import actor_of_user
from portal.accounts.models import User
from portal.accounts.policy import Action, may
from portal.actor import Actor

CHANGES = {
    "parameters": Action.CHANGE_PARAMETERS,
    "accounts": Action.CHANGE_ACCOUNTS,
    "account": Action.CHANGE_ACCOUNTS,  # allauth's mail addresses
    "mfa": Action.CHANGE_ACCOUNTS,
    "jobs": Action.STEER_JOBS,
}


class PolicyBackend(BaseBackend):
    """``view_*`` is looking into the back office; anything else is changing what the app holds. Signs nobody in."""

    def get_user(self, user_id: Any) -> None:
        """Sessions belong to the backend that signed the person in."""
        return

    def has_perm(
        self, user_obj: AbstractBaseUser | AnonymousUser, perm: str, obj: Model | None = None
    ) -> bool:  # signature of Django
        """``perm`` is "app.verb_model"."""
        actor = _actor(user_obj)
        app, _, codename = perm.partition(".")
        if actor is None:
            return False
        if codename.startswith("view_"):
            return may(actor, Action.SEE_BACKOFFICE)
        return may(actor, CHANGES.get(app, Action.CHANGE_MASTERS))

    def has_module_perms(self, user_obj: AbstractBaseUser | AnonymousUser, app_label: str) -> bool:
        """Whoever may look sees every app."""
        actor = _actor(user_obj)
        return actor is not None and may(actor, Action.SEE_BACKOFFICE)


def _actor(user: AbstractBaseUser | AnonymousUser) -> Actor | None:
    """The actor of an active staff account, found once per request (a user object lives that long)."""
    if not isinstance(user, User) or not user.is_active or not user.is_staff:
        return None
    if not hasattr(user, "_backoffice_actor"):
        user._backoffice_actor = actor_of_user(user)  # type: ignore[attr-defined]
    actor: Actor = user._backoffice_actor  # type: ignore[attr-defined]
    return actor
