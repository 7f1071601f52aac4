"""Suspends and resumes device points (decisions 3). Isolation and missing consent come from above, by calling down."""

from datetime import datetime

from metering.domain import registry_refusals as refusals
from metering.domain.points import HoldReason
from metering.domain.registry_rules import check_span
from metering.models import DevicePoint, Hold
from metering.services.guards import lock_premises, one_transaction
from metering.services.rivals import refuse_overlap
from metering.services.span_ends import cut
from metering.services.telling import tell
from portal.actor import Actor
from portal.records import create_with_history


def suspend(
    *,
    device_point: DevicePoint,
    reason: HoldReason,
    starts_at: datetime,
    ends_at: datetime | None = None,
    cause: str = "",
    actor: Actor,
    at: datetime,
) -> Hold:
    """Hold a device point: nothing is measured or provided (decisions 3). ``cause`` is a reference, "incident:IN-…".

    Holds of different reasons or causes may overlap; each is lifted on its own.
    """
    check_span(starts_at, ends_at)
    with one_transaction():
        lock_premises([device_point.premises_id])
        hold = Hold(
            device_point=device_point,
            reason=reason,
            cause=cause,
            starts_at=starts_at,
            ends_at=ends_at,
        )
        refuse_overlap(hold)
        create_with_history([hold], actor=actor, at=at)
        data = {"reason": reason, "cause": cause, "starts_at": starts_at, "ends_at": ends_at}
        tell("device_point.suspended", [device_point], [data], actor=actor, at=at)
    return hold


def resume(
    *,
    device_point: DevicePoint,
    reason: HoldReason,
    resumes_at: datetime,
    cause: str = "",
    actor: Actor,
    at: datetime,
) -> None:
    """Lift the holds of this reason and cause from ``resumes_at`` on; others stay in force."""
    check_span(resumes_at, None)
    with one_transaction():
        lock_premises([device_point.premises_id])
        holds = Hold.objects.filter(device_point=device_point, reason=reason, cause=cause)
        lasting = [one for one in holds if one.ends_at is None or one.ends_at > resumes_at]
        if not lasting:
            raise refusals.not_held(device_point.number, reason)
        cut(lasting, resumes_at, actor=actor, at=at)
        data = {"reason": reason, "cause": cause, "resumes_at": resumes_at}
        tell("device_point.resumed", [device_point], [data], actor=actor, at=at)
