"""Writes the story, inside the caller's transaction: state and story stand or fall together."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.core.serializers.json import DjangoJSONEncoder

from portal.actor import Actor
from portal.journal.models import Entry


class Event(NamedTuple):
    """One thing that happened, for :func:`record_all`."""

    verb: str  # "settlement_run.published"
    subject: str  # "settlement_run:17"
    data: Mapping[str, Any] = {}


def record(
    verb: str,
    *,
    actor: Actor,
    at: datetime,
    subject: str,
    data: Mapping[str, Any] | None = None,
    personal_data_read: bool = False,
) -> Entry:
    """Write one entry.

    ``verb`` is "thing.participle" ("device_point.activated"), ``subject`` "kind:number" ("device_point:0390…"),
    ``data`` references, digests and numbers, never personal data in clear. ``personal_data_read`` marks an entry that
    says somebody looked at personal data (domain.md D12).
    """
    entry = _entry(Event(verb, subject, data or {}), actor=actor, at=at)
    entry.personal_data_read = personal_data_read
    entry.save(force_insert=True)
    return entry


def record_all(events: Iterable[Event], *, actor: Actor, at: datetime) -> int:
    """Write many entries at once, in their order; returns how many."""
    return len(
        Entry.objects.bulk_create(
            [_entry(event, actor=actor, at=at) for event in events], batch_size=1_000
        )
    )


def _entry(event: Event, *, actor: Actor, at: datetime) -> Entry:
    if at.tzinfo is None:
        raise ValueError(f"{event.verb}: the instant needs a time zone")
    if not event.subject.partition(":")[2]:
        raise ValueError(f"{event.verb}: the subject {event.subject!r} is not 'kind:number'")
    return Entry(
        at=at,
        verb=event.verb,
        subject=event.subject,
        data=_plain(event.data),
        actor_label=actor.label,
        actor_role=actor.role,
        actor_user_id=actor.user_id,
        actor_client_id=actor.client_id,
        actor_organization_id=actor.organization_id,
        on_behalf_of=actor.on_behalf_of,
    )


def _plain(data: Mapping[str, Any]) -> dict[str, Any]:
    """The data as the database will give it back (dates as text), so that it is sealed as it was written."""
    plain: dict[str, Any] = json.loads(
        json.dumps(dict(data), cls=DjangoJSONEncoder, allow_nan=False)
    )
    return plain
