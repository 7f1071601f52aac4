"""Exempt meters at device points: installed, exchanged, removed (settlement.md rules 1, 2, 4; features B7)."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from metering.domain import registry_refusals as refusals
from metering.domain.points import FlowDirection
from metering.domain.registry_rules import check_register
from metering.domain.spans import Span
from metering.models import DevicePoint, ExemptMeter, MeterExchange
from metering.services.guards import lock_premises, one_transaction
from metering.services.telling import tell
from portal.actor import Actor
from portal.parameters import selectors as parameters
from portal.records import create_with_history, update_with_history
from portal.timekeeping.half_hours import day_of

Registers = tuple[
    int | None, int | None
]  # old meter's last, new meter's first; Wh, None = not known


def exchange_meter(
    *,
    device_point: DevicePoint,
    exchanged_at: datetime,
    new_meter_id: str,
    registers: Mapping[FlowDirection, Registers],
    old_meter_id: str = "",
    maker: str = "",
    model: str = "",
    accuracy_class: str = "",
    actor: Actor,
    at: datetime,
) -> list[MeterExchange]:
    """計器交換 at any minute of the past: one exchange row per direction, the old meter out, the new one in.

    It may be told late, also when another exchange has followed since, and told again: of several rows for one instant
    the one recorded last counts. Without both registers the exchange is a break (settlement.md rule 4).
    """
    _check_exchange(exchanged_at, registers, at)
    with one_transaction():
        lock_premises([device_point.premises_id])
        old, new = _meters_around(device_point, exchanged_at)
        if old_meter_id and old_meter_id != old.meter_id:
            raise refusals.another_meter(device_point.number, old.meter_id, old_meter_id)
        new.meter_id, new.maker, new.model = new_meter_id, maker, model
        new.accuracy_class = accuracy_class
        _refuse_elsewhere(new)
        update_with_history([old], ["removed_at"], actor=actor, at=at)
        if new.pk:
            fields = ["meter_id", "maker", "model", "accuracy_class"]
            update_with_history([new], fields, actor=actor, at=at)
        else:
            create_with_history([new], actor=actor, at=at)
        rows = [
            MeterExchange(
                device_point=device_point,
                direction=direction,
                exchanged_at=exchanged_at,
                old_meter_id=old.meter_id,
                new_meter_id=new_meter_id,
                old_register_wh=last,
                new_register_wh=first,
                recorded_at=at,
            )
            for direction, (last, first) in sorted(registers.items())
        ]
        create_with_history(rows, actor=actor, at=at)
        data = {"exchanged_at": exchanged_at, "old": old.meter_id, "new": new_meter_id}
        tell("meter.exchanged", [device_point], [data], actor=actor, at=at)
    return rows


def install_meters(
    meters: Sequence[tuple[DevicePoint, str, datetime]], *, actor: Actor, at: datetime
) -> None:
    """Each device point has this meter, from the instant on unless it is registered there already.

    Runs inside the transaction of the caller.
    """
    points = [point for point, _, _ in meters]
    there = set(
        ExemptMeter.objects.filter(device_point__in=points, removed_at=None).values_list(
            "device_point_id", "meter_id"
        )
    )
    new = [
        ExemptMeter(meter_id=meter_id, device_point=point, installed_at=installed_at)
        for point, meter_id, installed_at in meters
        if (point.pk, meter_id) not in there
    ]
    create_with_history(new, actor=actor, at=at)


def remove_meters(point: DevicePoint, removed_at: datetime, *, actor: Actor, at: datetime) -> None:
    """Whatever meter is at ``point`` is gone from ``removed_at`` on. Runs inside the transaction of the caller."""
    meters = list(ExemptMeter.objects.filter(device_point=point, removed_at=None))
    for meter in meters:
        meter.removed_at = max(removed_at, meter.installed_at)
    update_with_history(meters, ["removed_at"], actor=actor, at=at)


def _check_exchange(
    exchanged_at: datetime, registers: Mapping[FlowDirection, Registers], at: datetime
) -> None:
    if exchanged_at > at:
        raise refusals.exchange_in_future(exchanged_at)
    modulus_wh = parameters.at(day_of(exchanged_at)).counter_modulus_wh
    for pair in registers.values():
        for value in pair:
            check_register(value, modulus_wh)


def _meters_around(point: DevicePoint, instant: datetime) -> tuple[ExemptMeter, ExemptMeter]:
    """The meter that left at ``instant`` and the one that came; the latter is new unless the exchange is told again."""
    meters = list(ExemptMeter.objects.filter(device_point=point).order_by("installed_at"))
    left = next((one for one in meters if one.removed_at == instant), None)
    came = next((one for one in meters if one.installed_at == instant), None)
    if left and came:
        return left, came
    old = next(
        (
            one
            for one in meters
            if one.installed_at < instant and (one.removed_at is None or one.removed_at > instant)
        ),
        None,
    )
    if old is None:
        raise refusals.no_meter_to_exchange(point.number, instant)
    new = ExemptMeter(device_point=point, installed_at=instant, removed_at=old.removed_at)
    old.removed_at = instant
    return old, new


def _refuse_elsewhere(new: ExemptMeter) -> None:
    """A meter is in one place at a time."""
    others = ExemptMeter.objects.filter(meter_id=new.meter_id).exclude(
        device_point=new.device_point
    )
    span = Span(new.installed_at, new.removed_at)
    if any(span.overlaps(Span(one.installed_at, one.removed_at)) for one in others):
        raise refusals.used_elsewhere(new.meter_id)
