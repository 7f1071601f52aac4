"""Customers come and go at 00:00 (decisions 33)."""

from datetime import date, datetime

from metering.domain import registry_refusals as refusals
from metering.models import Customer, Occupancy, SupplyPoint
from metering.services.guards import lock_premises, one_transaction
from portal.actor import Actor
from portal.journal import recorder
from portal.records import create_with_history, update_with_history


def change_customer(
    *,
    supply_point: SupplyPoint,
    customer: Customer,
    from_day: date,
    actor: Actor,
    at: datetime,
) -> Occupancy:
    """Another customer from 00:00 of ``from_day`` (decisions 33); the one before ends there."""
    with one_transaction():
        lock_premises([supply_point.premises_id])
        rows = list(Occupancy.objects.filter(supply_point=supply_point).order_by("starts_on"))
        later = next((one for one in rows if one.starts_on >= from_day), None)
        if later is not None and later.starts_on == from_day:
            raise refusals.overlap("需要者の期間", "occupancy", later.starts_on, later.ends_on)
        before = [
            one
            for one in rows
            if one.starts_on < from_day and (one.ends_on is None or one.ends_on > from_day)
        ]
        for one in before:
            one.ends_on = from_day
        update_with_history(before, ["ends_on"], actor=actor, at=at)
        occupancy = Occupancy(
            supply_point=supply_point,
            customer=customer,
            starts_on=from_day,
            ends_on=later.starts_on if later else None,
        )
        create_with_history([occupancy], actor=actor, at=at)
        recorder.record(
            "supply_point.customer_changed",
            actor=actor,
            at=at,
            subject=f"supply_point:{supply_point.number}",
            data={"customer": customer.number, "from_day": from_day},
        )
    return occupancy
