import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse

from portal.accounts.actors import MEMBERSHIP_KEY, actor_of, actor_of_user, requires
from portal.accounts.middleware import ActorMiddleware
from portal.accounts.models import Membership, User
from portal.accounts.policy import Action
from portal.actor import NOBODY, Scope
from portal.organizations.roles import Role
from tests.factories import make_retailer

pytestmark = pytest.mark.django_db


@pytest.fixture
def request_of(rf):
    """A request of somebody, with a session."""

    def request_of(user, **session):
        request = rf.get("/")
        request.user, request.session = user, session
        return request

    return request_of


def test_a_retailers_person_acts_for_their_organization(misaki, retailer):
    actor = actor_of_user(misaki)
    assert actor.label == "佐藤 美咲 (みなみ野でんき)"
    assert (actor.scope, actor.organization_id, actor.role) == (
        Scope.OWN,
        retailer.pk,
        Role.RETAILER_STAFF,
    )
    assert actor.user_id == misaki.pk


def test_the_operators_staff_sees_all(auditor, operator):
    actor = actor_of_user(auditor)
    assert (actor.scope, actor.organization_id) == (Scope.ALL, operator.pk)


def test_without_membership_a_person_sees_nothing(make_user):
    actor = actor_of_user(make_user("new@example.jp"))
    assert (actor.scope, actor.organization_id, actor.role) == (Scope.NOTHING, None, "")


def test_staff_and_superuser_flags_give_no_sight(make_user):
    user = User.objects.create_superuser("root@example.jp", "x", name="root")
    assert actor_of_user(user).scope is Scope.NOTHING


@pytest.mark.parametrize("switched_off", ["membership", "organization", "user"])
def test_whatever_is_switched_off_ends_the_sight(misaki, retailer, switched_off):
    row = {"membership": misaki.memberships.get(), "organization": retailer, "user": misaki}[
        switched_off
    ]
    row.is_active = False
    row.save()
    assert actor_of_user(misaki).scope is Scope.NOTHING


def test_of_several_memberships_the_chosen_one_counts_else_the_oldest(misaki, request_of):
    other = make_retailer(name="きた野でんき")
    second = Membership.objects.create(user=misaki, organization=other, role=Role.RETAILER_ADMIN)
    assert actor_of(request_of(misaki)).organization_id != other.pk
    assert actor_of(request_of(misaki, **{MEMBERSHIP_KEY: second.pk})).organization_id == other.pk


def test_a_membership_of_somebody_else_in_the_session_gives_nothing(misaki, auditor, request_of):
    forged = request_of(misaki, **{MEMBERSHIP_KEY: auditor.memberships.get().pk})
    assert actor_of(forged) == actor_of_user(misaki)


def test_nobody_signed_in_is_nobody(request_of):
    assert actor_of(request_of(AnonymousUser())) is NOBODY


def test_the_actor_is_found_once_per_request(misaki, request_of, django_assert_num_queries):
    request = request_of(misaki)

    def page(request):
        assert actor_of(request) is request.actor
        return HttpResponse()

    with django_assert_num_queries(1):
        ActorMiddleware(page)(request)


def test_a_guarded_page_is_for_those_who_may(misaki, auditor, request_of):
    @requires(Action.SEE_RUNS)
    def runs(request, number):
        return HttpResponse(number)

    assert runs(request_of(auditor), number="17").content == b"17"
    with pytest.raises(PermissionDenied):
        runs(request_of(misaki), number="17")


@pytest.mark.parametrize(
    ("of_operator", "role"),
    [(True, Role.RETAILER_STAFF), (False, Role.AUDITOR), (False, Role.OPERATOR_ADMIN)],
)
def test_a_role_fits_its_organization(make_user, operator, retailer, of_operator, role):
    membership = Membership(
        user=make_user("x@example.jp"),
        organization=operator if of_operator else retailer,
        role=role,
    )
    with pytest.raises(ValidationError, match="この役割"):
        membership.full_clean()


def test_one_mailbox_is_one_account(make_user):
    user = make_user(" Misaki@Example.JP ")
    assert user.email == "misaki@example.jp"
    assert User.objects.get_by_natural_key("MISAKI@example.jp") == user
