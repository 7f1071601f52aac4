"""Abstract bases of the models: history with the acting person, append-only rows, choices made from plain enums."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import Enum
from typing import Any, ClassVar, NoReturn, TypeVar

from django.db import models
from django.dispatch import receiver
from simple_history.models import HistoricalRecords
from simple_history.signals import pre_create_historical_record

from portal.actor import NOBODY, Actor
from portal.errors import Refused, Text

ModelT = TypeVar("ModelT", bound="WithHistory")


def choices_of(enum: type[Enum], labels: dict[Any, str]) -> list[tuple[Any, str]]:
    """Django choices of a plain enum, in its order; a member without a label is a programming error."""
    return [(member.value, labels[member]) for member in enum]


class HistoryActor(models.Model):
    """Who made a history row: the actor's fields without foreign keys, because history outlives accounts."""

    actor_label = models.CharField("操作者", max_length=200, blank=True, default="")
    actor_client_id = models.CharField("APIクライアント", max_length=100, blank=True, default="")
    actor_organization_id = models.BigIntegerField("操作者の組織", null=True, blank=True)

    class Meta:
        abstract = True


class WithHistory(models.Model):
    """A master whose every state is kept. Services set the actor with :meth:`act`; the admin sets it by the request."""

    history: ClassVar[Any] = HistoricalRecords(
        inherit=True,
        bases=[HistoryActor],
        history_user_id_field=models.BigIntegerField(null=True, blank=True),
    )
    _actor: Actor = NOBODY

    class Meta:
        abstract = True

    def act(self: ModelT, actor: Actor) -> ModelT:
        """Name the actor of the next save; returns the object, so that it reads ``point.act(actor).save()``."""
        self._actor = actor
        return self


@receiver(pre_create_historical_record)
def _name_the_actor(instance: Any, history_instance: Any, **_: Any) -> None:
    actor = getattr(instance, "_actor", NOBODY)
    if actor is NOBODY:
        request = getattr(HistoricalRecords.context, "request", None)
        actor = getattr(request, "actor", NOBODY)
    for field, value in _actor_columns(actor).items():
        setattr(history_instance, field, value)
    if actor.user_id is not None:
        history_instance.history_user_id = actor.user_id


def _actor_columns(actor: Actor) -> dict[str, Any]:
    return {
        "actor_label": actor.label,
        "actor_client_id": actor.client_id,
        "actor_organization_id": actor.organization_id,
    }


def create_with_history(rows: Sequence[ModelT], *, actor: Actor, at: datetime) -> list[ModelT]:
    """Insert many rows of one model together with their first history rows: two inserts per batch, no loop of saves.

    simple-history does not see ``bulk_create``; this is the one way to add masters in bulk.
    """
    if not rows:
        return []
    model = type(rows[0])
    made: list[ModelT] = model._default_manager.bulk_create(rows, batch_size=2_000)
    add_history(made, actor=actor, at=at)
    return made


def update_with_history(
    rows: Sequence[ModelT], fields: Iterable[str], *, actor: Actor, at: datetime
) -> None:
    """Update ``fields`` of many rows of one model together with a history row each."""
    if not rows:
        return
    type(rows[0])._default_manager.bulk_update(rows, list(fields), batch_size=500)
    add_history(rows, actor=actor, at=at, update=True)


def delete_with_history(rows: Sequence[ModelT], *, actor: Actor, at: datetime) -> None:
    """Take back many rows; their history keeps what they were and who took them back."""
    if not rows:
        return
    _write_history(rows, "-", actor=actor, at=at)
    doomed = type(rows[0])._default_manager.filter(pk__in=[row.pk for row in rows])
    # Not delete(): its signals would write the history a second time. Foreign keys still protect.
    doomed._raw_delete(doomed.db)


def add_history(
    rows: Sequence[ModelT], *, actor: Actor, at: datetime, update: bool = False
) -> None:
    """Write one history row for each of ``rows`` as they stand now."""
    _write_history(rows, "~" if update else "+", actor=actor, at=at)


def _write_history(rows: Sequence[ModelT], kind: str, *, actor: Actor, at: datetime) -> None:
    history = type(rows[0]).history.model
    tracked = [field.attname for field in history.tracked_fields]
    history.objects.bulk_create(
        [
            history(
                history_date=at,
                history_type=kind,
                history_user_id=actor.user_id,
                **_actor_columns(actor),
                **{name: getattr(row, name) for name in tracked},
            )
            for row in rows
        ],
        batch_size=2_000,
    )


class AppendOnlyQuerySet(models.QuerySet[Any, Any]):
    """Rows of fact: nobody changes or deletes them through the ORM."""

    def update(self, **_: Any) -> NoReturn:
        raise _append_only()

    def delete(self) -> NoReturn:
        raise _append_only()


class AppendOnly(models.Model):
    """A fact, written once."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise _append_only()
        super().save(*args, **kwargs)

    def delete(self, *_: Any, **__: Any) -> NoReturn:
        raise _append_only()


def _append_only() -> Refused:
    return Refused(
        "E-RECORD-01",
        Text(
            ja="追記専用の記録は変更・削除できません。",
            en="An append-only record cannot be changed or deleted.",
        ),
        remedy=Text(
            ja="訂正は新しい記録として追加してください。", en="Add a new record that corrects it."
        ),
    )
