import pytest

from portal.accounts.policy import MAY, Action, may
from portal.actor import NOBODY, Actor, system
from portal.organizations.roles import OPERATOR_ROLES, Role

OUTSIDE = set(Role) - OPERATOR_ROLES
CHANGING = {Action.CHANGE_MASTERS, Action.CHANGE_PARAMETERS, Action.CHANGE_ACCOUNTS}


def allowed(role):
    return {action for action in Action if may(Actor(label="x", role=role), action)}


def test_every_role_has_its_line():
    assert set(MAY) == set(Role)


def test_every_action_is_somebodys():
    assert set().union(*MAY.values()) == set(Action)


@pytest.mark.parametrize("actor", [NOBODY, system("beat"), Actor(label="x", role="emperor")])
@pytest.mark.parametrize("action", Action)
def test_whoever_is_not_in_the_table_may_nothing(actor, action):
    assert not may(actor, action)


@pytest.mark.parametrize("role", sorted(OUTSIDE))
def test_nobody_outside_the_operator_sees_runs_deliveries_or_the_back_office(role):
    inside = CHANGING | {
        Action.SEE_RUNS,
        Action.SEE_DELIVERIES,
        Action.SEE_BACKOFFICE,
        Action.START_RUNS,
        Action.REDRIVE_READINGS,
    }
    assert not allowed(role) & inside


@pytest.mark.parametrize("role", sorted(OPERATOR_ROLES - {Role.OPERATOR_ADMIN}))
def test_only_administrators_change_masters_parameters_and_accounts(role):
    assert not allowed(role) & CHANGING


def test_auditors_only_look():
    assert allowed(Role.AUDITOR) == {action for action in Action if action.startswith("see_")}


def test_a_delegate_sees_points_and_nothing_else():
    assert allowed(Role.DELEGATE) == {Action.SEE_POINTS}


def test_administrators_do_not_run_the_settlement_they_set_the_parameters_of():
    assert Action.START_RUNS not in allowed(Role.OPERATOR_ADMIN)
    assert Action.CHANGE_PARAMETERS not in allowed(Role.SETTLEMENT)
