"""Every sign-in, refused sign-in and sign-out becomes a line of the journal (domain.md D12)."""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from portal.accounts.actors import actor_of_user
from portal.accounts.models import User
from portal.actor import NOBODY
from portal.journal import recorder
from portal.timekeeping import clock


def trace(value: str) -> str:
    """A short keyed digest: tells equal addresses apart from different ones without keeping them in clear."""
    return salted_hmac(
        "portal.accounts.sign_ins", value.strip().lower(), algorithm="sha256"
    ).hexdigest()[:16]


@receiver(user_logged_in)
def signed_in(user: User, request: HttpRequest | None = None, **_: Any) -> None:
    """Somebody came in."""
    _record("account.signed_in", user, request)


@receiver(user_logged_out)
def signed_out(user: User | None, request: HttpRequest | None = None, **_: Any) -> None:
    """Somebody left; nobody when the session had ended before."""
    if user is not None:
        _record("account.signed_out", user, request)


@receiver(user_login_failed)
def refused(credentials: Mapping[str, Any], request: HttpRequest | None = None, **_: Any) -> None:
    """Somebody was not let in; the address is kept as a trace only, for it may be mistyped or a password."""
    tried = str(credentials.get("email") or credentials.get("username") or "")
    subject = f"sign_in:{trace(tried)}"
    recorder.record(
        "account.sign_in_refused",
        actor=NOBODY,
        at=clock.now(),
        subject=subject,
        data=_source(request),
    )


def _record(verb: str, user: User, request: HttpRequest | None) -> None:
    subject = f"user:{user.pk}"
    recorder.record(
        verb, actor=actor_of_user(user), at=clock.now(), subject=subject, data=_source(request)
    )


def _source(request: HttpRequest | None) -> dict[str, str]:
    address = request.META.get("REMOTE_ADDR", "") if request else ""
    return {"from": trace(address)} if address else {}
