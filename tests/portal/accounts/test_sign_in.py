import json

import pytest
from django.core.cache import cache

from portal.actor import Scope
from portal.journal.models import Entry
from tests.portal.accounts.conftest import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh_limits():
    """Limits of tries live in the cache."""
    cache.clear()


def sign_in(client, email, password=PASSWORD):
    return client.post("/accounts/login/", {"login": email, "password": password})


def test_address_and_password_let_a_person_in(client, misaki):
    assert client.get("/accounts/login/").status_code == 200
    answer = sign_in(client, "misaki@example.jp")
    assert (answer.status_code, answer.url) == (302, "/")
    assert client.session["_auth_user_id"] == str(misaki.pk)


def test_letters_of_the_address_may_be_of_any_case(client, misaki):
    assert sign_in(client, "Misaki@Example.jp").status_code == 302


@pytest.mark.parametrize(
    ("email", "password"),
    [("misaki@example.jp", "wrong"), ("nobody@example.jp", PASSWORD)],
)
def test_anything_else_stays_outside_with_one_and_the_same_answer(client, misaki, email, password):
    answer = sign_in(client, email, password)
    assert answer.status_code == 200
    assert "_auth_user_id" not in client.session
    known = sign_in(client, "misaki@example.jp", "also wrong")
    assert answer.context["form"].errors == known.context["form"].errors


def test_a_switched_off_account_stays_outside(client, misaki):
    misaki.is_active = False
    misaki.save()
    sign_in(client, "misaki@example.jp")
    assert "_auth_user_id" not in client.session


def test_after_five_wrong_tries_the_right_password_waits_too(client, misaki):
    for _ in range(5):
        sign_in(client, "misaki@example.jp", "wrong")
    sign_in(client, "misaki@example.jp")
    assert "_auth_user_id" not in client.session


def test_nobody_registers_alone(client):
    fields = {"email": "new@example.jp", "password1": PASSWORD, "password2": PASSWORD}
    client.post("/accounts/signup/", fields)
    from portal.accounts.models import User

    assert not User.objects.exists()


def test_signing_in_and_out_are_lines_of_the_journal(client, misaki, retailer):
    sign_in(client, "misaki@example.jp")
    client.post("/accounts/logout/")
    verbs = list(
        Entry.objects.order_by("pk").values_list("verb", "subject", "actor_organization_id")
    )
    assert verbs == [
        ("account.signed_in", f"user:{misaki.pk}", retailer.pk),
        ("account.signed_out", f"user:{misaki.pk}", retailer.pk),
    ]


def test_a_refused_sign_in_is_told_without_what_was_typed(client, misaki):
    sign_in(client, "misaki@example.jp", "wrong")
    sign_in(client, "Misaki@example.jp", "wrong")
    first, second = Entry.objects.filter(verb="account.sign_in_refused").order_by("pk")
    assert first.subject == second.subject
    told = json.dumps([first.subject, first.data, first.actor_label])
    assert "misaki" not in told
    assert "127.0.0.1" not in told


def test_the_request_knows_who_acts(client, misaki, retailer):
    client.force_login(misaki)
    answer = client.get("/accounts/password/change/")
    assert answer.wsgi_request.actor.organization_id == retailer.pk
    assert answer.wsgi_request.actor.scope is Scope.OWN


def test_pages_ask_for_a_sign_in(client):
    assert client.get("/").url.startswith("/accounts/login/")
