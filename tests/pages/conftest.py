"""The cast of the page tests: an operator's clerk, clerks of two retailers, somebody without a place, and the moment."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

import pytest
import time_machine
from django.test import Client
from django.utils import translation

from portal.accounts.models import Membership, User
from portal.actor import system
from portal.organizations.models import Organization
from portal.organizations.roles import Role
from portal.parameters.services import ensure_calendar
from portal.timekeeping.half_hours import JST
from tests.factories import make_grid_operator, make_retailer

NOW = datetime(2026, 11, 20, 10, 20, tzinfo=JST)
TODAY = date(2026, 11, 20)

As = Callable[[str], Client]


@pytest.fixture(autouse=True)
def now() -> Iterator[None]:
    """It is Friday, 20 November 2026, 10:20 in Japan."""
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture(autouse=True)
def in_japanese() -> Iterator[None]:
    """The language of the last request does not stay on for the next test."""
    with translation.override("ja"):
        yield


@pytest.fixture(autouse=True)
def one_bucket(settings) -> None:
    """Pages do not care about buckets; fewer files are faster."""
    settings.METER_STORE_BUCKETS = 1


@dataclass(frozen=True)
class Cast:
    """The organizations of the pages' stories."""

    operator: Organization
    a: Organization
    b: Organization


@pytest.fixture
def cast(db) -> Cast:
    ensure_calendar(actor=system("test"), at=NOW)
    return Cast(
        make_grid_operator(name="東関送配電"),
        make_retailer(name="みなみ野でんき"),
        make_retailer(name="しらかば野電力"),
    )


ROLES = {
    "operator": Role.SETTLEMENT,
    "a": Role.RETAILER_STAFF,
    "b": Role.RETAILER_STAFF,
}


@pytest.fixture
def as_(cast: Cast) -> As:
    """A signed-in browser: ``as_("operator")``, ``as_("a")``, ``as_("b")``, ``as_("nobody")``; ``as_("")`` is anonymous."""

    known: dict[str, User] = {}

    def signed_in(who: str) -> Client:
        client = Client(HTTP_ACCEPT_LANGUAGE="ja")
        if who:
            client.force_login(known.get(who) or known.setdefault(who, register(cast, who)))
        return client

    return signed_in


def register(cast: Cast, who: str) -> User:
    """An account with the membership of the cast, if it has one."""
    user = User.objects.create_user(f"{who}@example.jp", name=f"{who}さん")
    if who in ROLES:
        Membership.objects.create(user=user, organization=getattr(cast, who), role=ROLES[who])
    return user
