"""The cast: the operator's people, a retailer's people, and somebody without a place."""

import pytest

from portal.accounts.models import Membership, User
from portal.organizations.roles import Role
from tests.factories import make_grid_operator, make_retailer

PASSWORD = "correct horse battery staple"


@pytest.fixture
def operator():
    return make_grid_operator()


@pytest.fixture
def retailer():
    return make_retailer(name="みなみ野でんき")


@pytest.fixture
def make_user():
    """An account, with a membership where an organization and a role are given."""

    def make(email, organization=None, role=None, **fields):
        user = User.objects.create_user(email, PASSWORD, **{"name": email.split("@")[0], **fields})
        if organization is not None:
            Membership.objects.create(user=user, organization=organization, role=role)
        return user

    return make


@pytest.fixture
def admin_user(make_user, operator):
    return make_user("admin@example.jp", operator, Role.OPERATOR_ADMIN, is_staff=True)


@pytest.fixture
def auditor(make_user, operator):
    return make_user("auditor@example.jp", operator, Role.AUDITOR, is_staff=True)


@pytest.fixture
def misaki(make_user, retailer):
    return make_user("misaki@example.jp", retailer, Role.RETAILER_STAFF, name="佐藤 美咲")
