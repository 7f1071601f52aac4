from datetime import UTC, date, datetime

import pytest
from django.urls import reverse

from portal.accounts.models import Membership, User
from portal.actor import system
from portal.jobs import runner
from portal.jobs.models import Job, JobState
from portal.journal import recorder
from portal.journal.models import Entry
from portal.organizations.roles import Role
from portal.parameters import selectors
from portal.parameters.models import ClosedDay, ParameterValue
from tests.portal.accounts.conftest import PASSWORD

AT = datetime(2026, 11, 20, tzinfo=UTC)
DAY = date(2026, 11, 20)

pytestmark = pytest.mark.django_db


def enter_slot_minutes(client, value="15"):
    fields = {
        "key": "slot_minutes",
        "value": value,
        "effective_from": "2026-11-01",
        "reason": "15分化",
    }
    return client.post(reverse("admin:parameters_parametervalue_add"), fields)


def approve(client, row):
    fields = {"action": "approve", "_selected_action": [row.pk]}
    return client.post(reverse("admin:parameters_parametervalue_changelist"), fields, follow=True)


def test_the_operators_staff_comes_in(client, admin_user):
    client.force_login(admin_user)
    answer = client.get("/backoffice/")
    assert answer.status_code == 200
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]


def test_nobody_comes_in_without_the_portals_own_sign_in(client):
    answer = client.get("/backoffice/", follow=True)
    assert answer.redirect_chain[-1][0].startswith("/accounts/login/")
    posted = client.post("/backoffice/login/", {"username": "a@example.jp", "password": PASSWORD})
    assert posted.url.startswith("/accounts/login/")


@pytest.mark.parametrize(
    "who", ["retailer staff flag", "operator without staff flag", "no membership"]
)
def test_everybody_else_is_refused(client, who, make_user, operator, retailer):
    user = {
        "retailer staff flag": lambda: make_user(
            "r@example.jp", retailer, Role.RETAILER_ADMIN, is_staff=True
        ),
        "operator without staff flag": lambda: make_user(
            "o@example.jp", operator, Role.OPERATOR_ADMIN
        ),
        "no membership": lambda: make_user("n@example.jp", is_staff=True, is_superuser=True),
    }[who]()
    client.force_login(user)
    assert client.get("/backoffice/", follow=True).status_code == 403
    # no second form that asks for a password alone
    admin = make_user("admin@example.jp", operator, Role.OPERATOR_ADMIN, is_staff=True)
    fields = {"username": admin.email, "password": PASSWORD}
    assert client.post("/backoffice/login/", fields).status_code == 403
    assert client.session["_auth_user_id"] == str(user.pk)


def test_every_list_opens(client, admin_user):
    client.force_login(admin_user)
    recorder.record("a.b", actor=system("x"), at=AT, subject="a:1")
    runner.enqueue(kind="x", arguments={}, actor=system("x"), at=AT)
    for model in (User, Membership, Entry, Job, ParameterValue, ClosedDay):
        address = f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"
        assert client.get(reverse(address)).status_code == 200


def test_an_auditor_looks_and_changes_nothing(client, auditor):
    client.force_login(auditor)
    day = ClosedDay.objects.create(day=DAY, reason="試験")
    page = reverse("admin:parameters_closedday_change", args=[day.pk])
    assert client.get(page).status_code == 200
    assert client.post(page, {"day": "2026-11-21", "reason": "x"}).status_code == 403
    assert client.get(reverse("admin:accounts_user_add")).status_code == 403
    assert enter_slot_minutes(client).status_code == 403


def test_the_journal_is_read_only_even_for_administrators(client, admin_user):
    client.force_login(admin_user)
    entry = recorder.record("a.b", actor=system("x"), at=AT, subject="a:1")
    page = reverse("admin:journal_entry_change", args=[entry.pk])
    assert client.get(page).status_code == 200
    assert client.post(page, {"verb": "x"}).status_code == 403
    assert client.post(reverse("admin:journal_entry_delete", args=[entry.pk])).status_code == 403


def test_a_parameter_is_entered_by_one_and_approved_by_another(
    client, admin_user, make_user, operator
):
    client.force_login(admin_user)
    assert enter_slot_minutes(client).status_code == 302
    row = ParameterValue.objects.get()
    approve(client, row)
    assert selectors.at(DAY).slot_minutes == 30

    client.force_login(make_user("second@example.jp", operator, Role.OPERATOR_ADMIN, is_staff=True))
    approve(client, row)
    assert selectors.at(DAY).slot_minutes == 15
    assert list(row.history.order_by("history_id").values_list("actor_label", flat=True)) == [
        "admin (みなみ野配電)",
        "second (みなみ野配電)",
    ]


def test_a_wrong_value_is_said_at_its_field(client, admin_user):
    client.force_login(admin_user)
    answer = enter_slot_minutes(client, value='"half an hour"')
    assert answer.status_code == 200
    assert "slot_minutes" in str(answer.context["adminform"].form.errors["value"])
    assert not ParameterValue.objects.exists()


def test_the_author_of_a_master_stands_in_its_history(client, admin_user):
    client.force_login(admin_user)
    fields = {"day": "2026-12-25", "reason": "臨時休業", "is_closed": "on"}
    assert client.post(reverse("admin:parameters_closedday_add"), fields).status_code == 302
    row = ClosedDay.history.get()
    assert (row.actor_label, row.history_user_id) == ("admin (みなみ野配電)", admin_user.pk)
    assert (
        client.get(reverse("admin:parameters_closedday_history", args=[row.id])).status_code == 200
    )


def add_account(client, email):
    fields = {
        "email": email,
        "name": "新人",
        "usable_password": "true",
        "password1": PASSWORD,
        "password2": PASSWORD,
        "memberships-TOTAL_FORMS": "0",
        "memberships-INITIAL_FORMS": "0",
    }
    return client.post(reverse("admin:accounts_user_add"), fields)


def test_making_an_account_is_told_without_its_values(client, admin_user):
    client.force_login(admin_user)
    assert add_account(client, "New@example.jp").status_code == 302
    made = User.objects.get(name="新人")
    entry = Entry.objects.get(verb="account.created")
    assert (entry.subject, entry.actor_user_id) == (f"user:{made.pk}", admin_user.pk)
    assert "example" not in str(entry.data)
    assert made.email == "new@example.jp"


def test_a_second_account_of_one_mailbox_is_said_at_the_field(client, admin_user, misaki):
    client.force_login(admin_user)
    answer = add_account(client, "Misaki@Example.jp")
    assert answer.status_code == 200
    assert "email" in answer.context["adminform"].form.errors


def test_jobs_are_steered_by_those_who_may(client, admin_user, auditor):
    job = runner.enqueue(kind="x", arguments={}, actor=system("x"), at=AT)
    fields = {"action": "cancel", "_selected_action": [job.pk]}
    for user, state in ((auditor, JobState.QUEUED), (admin_user, JobState.CANCELLED)):
        client.force_login(user)
        client.post(reverse("admin:jobs_job_changelist"), fields)
        job.refresh_from_db()
        assert job.state == state
