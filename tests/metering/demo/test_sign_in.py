"""A sample account signs in: password first, then the six digits of its enrolled second factor."""

from datetime import UTC, datetime

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from metering.demo import accounts, one_time
from portal.actor import system
from portal.timekeeping import clock
from tests.metering.demo.test_seeding import masters_of
from tests.metering.demo.worlds import small_area

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(settings):
    settings.PORTAL_DEMO = True
    area = small_area(points=8, days=2)
    masters_of(area)
    return accounts.create(
        area, path=settings.DEMO_ACCOUNTS_FILE, actor=system("seed_demo"), at=clock.now()
    )


@pytest.mark.parametrize(
    ("at", "code"),
    [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")],
)
def test_codes_are_those_of_the_standards_own_examples(at, code):
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # RFC 6238, appendix B, last six digits

    assert one_time.code(secret, datetime.fromtimestamp(at, UTC)) == code


def test_password_and_code_let_a_person_in(client, people):
    account = people[0]
    first = client.post(
        reverse("account_login"), {"login": account.email, "password": account.password}
    )
    assert first.url == reverse("mfa_authenticate")
    second = client.post(
        reverse("mfa_authenticate"), {"code": one_time.code(account.totp_secret, clock.now())}
    )

    assert second.url == "/"
    assert client.session["_auth_user_id"]


def test_the_password_alone_lets_nobody_in(client, people):
    account = people[0]
    client.post(reverse("account_login"), {"login": account.email, "password": account.password})

    assert "_auth_user_id" not in client.session


def test_the_present_codes_are_shown_to_whoever_may_read_the_file(people, capsys):
    call_command("demo_accounts")
    lines = capsys.readouterr().out.splitlines()

    assert [line.split()[0] for line in lines] == [account.email for account in people]


def test_without_accounts_the_command_says_how_to_make_them(settings):
    settings.PORTAL_DEMO = True

    with pytest.raises(CommandError, match="run seed_demo"):
        call_command("demo_accounts")
