"""Alarms: found once per cause, told in the journal, and kept until somebody has acted."""

from datetime import date, datetime

from django.db import transaction

from edi.models import Alarm, AlarmCode
from edi.services.receivers import Receiver
from portal.actor import Actor
from portal.journal import recorder


def raise_alarm(
    code: AlarmCode,
    *,
    receiver: Receiver,
    information_code: str,
    day: date,
    detail: str,
    actor: Actor,
    at: datetime,
    slot: int | None = None,
) -> bool:
    """Raise an alarm about one message of one receiver; False where it is known already."""
    with transaction.atomic():
        alarm, is_new = Alarm.objects.get_or_create(
            code=code,
            receiver_id=receiver.organization_id,
            information_code=information_code,
            day=day,
            slot=slot or 0,
            defaults={"detail": detail, "raised_at": at},
        )
        if is_new:
            recorder.record(
                "edi_alarm.raised",
                actor=actor,
                at=at,
                subject=f"edi_alarm:{alarm.pk}",
                data={
                    "code": code.value,
                    "receiver": receiver.party.code,
                    "information_code": information_code,
                    "day": day,
                    "slot": slot,
                    "detail": detail,
                },
            )
    return is_new
