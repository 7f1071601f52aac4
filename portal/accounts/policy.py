"""Who may do what: one table of roles and actions. What is not in it is forbidden.

Which *rows* somebody sees is another question, answered by ``visible_to`` (portal/organizations/scoping.py).
Source: domain.md D2, D12; decisions 28.
"""

from enum import StrEnum

from portal.actor import Actor
from portal.organizations.roles import OPERATOR_ROLES, Role


class Action(StrEnum):
    """What people do with the portal, as far as it is built."""

    SEE_POINTS = "see_points"  # premises, device points, their 30-minute values
    SEE_FILES = "see_files"  # EDI files of the actor's own organization; the operator: of all
    FETCH_FILES = "fetch_files"
    SEE_RUNS = "see_runs"  # runs of the settlement, findings, energies of pattern 1
    SEE_DELIVERIES = "see_deliveries"  # readings as they came in, quarantine
    REDRIVE_READINGS = "redrive_readings"
    START_RUNS = "start_runs"
    SEE_JOBS = "see_jobs"
    STEER_JOBS = "steer_jobs"  # cancel and retry
    SEE_BACKOFFICE = "see_backoffice"  # every master and journal entry, read only
    CHANGE_MASTERS = "change_masters"
    CHANGE_PARAMETERS = "change_parameters"
    CHANGE_ACCOUNTS = "change_accounts"


A = Action
OPERATOR_READS = frozenset(
    {A.SEE_POINTS, A.SEE_FILES, A.SEE_RUNS, A.SEE_DELIVERIES, A.SEE_JOBS, A.SEE_BACKOFFICE},
)
MAY: dict[Role, frozenset[Action]] = {
    Role.OPERATOR_ADMIN: OPERATOR_READS
    | {A.STEER_JOBS, A.CHANGE_MASTERS, A.CHANGE_PARAMETERS, A.CHANGE_ACCOUNTS, A.REDRIVE_READINGS},
    Role.INTAKE: OPERATOR_READS,
    Role.METERING: OPERATOR_READS | {A.STEER_JOBS, A.REDRIVE_READINGS},
    Role.SETTLEMENT: OPERATOR_READS | {A.STEER_JOBS, A.START_RUNS, A.FETCH_FILES},
    Role.SECURITY: OPERATOR_READS,
    Role.AUDITOR: OPERATOR_READS,
    Role.RETAILER_ADMIN: frozenset(
        {A.SEE_POINTS, A.SEE_FILES, A.FETCH_FILES, A.SEE_JOBS, A.STEER_JOBS}
    ),
    Role.RETAILER_STAFF: frozenset(
        {A.SEE_POINTS, A.SEE_FILES, A.FETCH_FILES, A.SEE_JOBS, A.STEER_JOBS}
    ),
    Role.DELEGATE: frozenset({A.SEE_POINTS}),
}


def may(actor: Actor, action: Action) -> bool:
    """Whether the role of ``actor`` allows ``action``. Nobody, machines without a role and unknown roles: never."""
    role = _role(actor.role)
    return role is not None and action in MAY[role]


def is_operator(role: str) -> bool:
    """Whether ``role`` belongs to the grid operator's staff."""
    return _role(role) in OPERATOR_ROLES


def _role(name: str) -> Role | None:
    try:
        return Role(name)
    except ValueError:
        return None
