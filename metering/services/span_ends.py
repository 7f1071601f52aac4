"""Ends spans, with history."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

from metering.models.spans import InstantSpan
from portal.actor import Actor
from portal.records import delete_with_history, update_with_history

SpanT = TypeVar("SpanT", bound=InstantSpan)


def cut(rows: Sequence[SpanT], ends_at: datetime, *, actor: Actor, at: datetime) -> None:
    """Nothing of ``rows`` reaches beyond ``ends_at``: longer ones end there, those that would be empty are taken back."""
    longer = [
        row
        for row in rows
        if row.starts_at < ends_at and (row.ends_at is None or row.ends_at > ends_at)
    ]
    for row in longer:
        row.ends_at = ends_at
    update_with_history(longer, ["ends_at"], actor=actor, at=at)
    delete_with_history([row for row in rows if row.starts_at >= ends_at], actor=actor, at=at)
