import pytest
from django.urls import reverse

from portal.accounts.models import Membership, User
from portal.actor import Actor, Scope
from portal.jobs import runner
from portal.jobs.models import Job, JobState
from portal.organizations.roles import Role
from tests.factories import make_retailer

pytestmark = pytest.mark.django_db


@pytest.fixture
def retailer():
    return make_retailer()


@pytest.fixture
def job(clock, retailer):
    owner = Actor(label="佐藤", scope=Scope.OWN, organization_id=retailer.pk)
    return runner.enqueue(kind="count", arguments={"upto": 3}, actor=owner, at=clock())


def sign_in(client, organization, email="a@example.jp"):
    user = User.objects.create_user(email, name="a")
    Membership.objects.create(user=user, organization=organization, role=Role.RETAILER_STAFF)
    client.force_login(user)


def test_the_owner_sees_how_far_the_job_is(client, job, retailer):
    sign_in(client, retailer)
    Job.objects.update(state=JobState.RUNNING, done=1, total=3)
    answer = client.get(reverse("jobs:job", args=[job.pk]))
    assert answer.status_code == 200
    assert answer.context["job"].percent == 33


def test_polling_goes_on_while_it_runs_and_stops_at_its_end(client, job, retailer, run):
    sign_in(client, retailer)
    address = reverse("jobs:job-progress", args=[job.pk])
    assert client.get(address).status_code == 200
    run(job)
    assert client.get(address).status_code == 286


def test_the_reason_of_a_failure_stands_on_the_page(client, job, retailer):
    sign_in(client, retailer)
    Job.objects.update(state=JobState.FAILED, error_code="E-TEST-01", error_ja="できません。")
    page = client.get(reverse("jobs:job", args=[job.pk])).content.decode()
    assert "E-TEST-01" in page
    assert "できません。" in page


@pytest.mark.parametrize("name", ["jobs:job", "jobs:job-progress"])
def test_to_a_stranger_there_is_no_such_job(client, job, name):
    sign_in(client, make_retailer())
    assert client.get(reverse(name, args=[job.pk])).status_code == 404


def test_without_a_sign_in_there_is_no_page(client, job):
    assert client.get(reverse("jobs:job", args=[job.pk])).status_code == 302
