"""The story of device points: one journal entry each, written together; and refusals that say which one they are about."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from metering.models import DevicePoint
from portal.actor import Actor
from portal.errors import DomainError
from portal.journal import recorder
from portal.journal.recorder import Event


def tell(
    verb: str,
    points: Sequence[DevicePoint],
    data: Sequence[Mapping[str, Any]],
    *,
    actor: Actor,
    at: datetime,
) -> None:
    """Record ``verb`` for each of ``points`` with its own facts."""
    events = (
        Event(verb, f"device_point:{point.number}", facts)
        for point, facts in zip(points, data, strict=True)
    )
    recorder.record_all(events, actor=actor, at=at)


def placed(error: DomainError, point: DevicePoint) -> DomainError:
    """``error``, saying that it is about ``point``."""
    error.place = error.place or f"device_point:{point.number}"
    return error
