"""Hands new entries to their listeners, at least once, and seals entries in order.

Both go by marks on each row and never by "id greater than the last": an entry whose transaction commits late has a
lower id than entries already handed on (decisions 9). Sealing is no part of the writer's transaction, so writers never
queue for the chain.
"""

from collections.abc import Iterator
from datetime import datetime

from celery import current_app
from django.db import transaction
from django.db.models import QuerySet
from kombu.exceptions import KombuError

from portal.errors import Conflict, Text
from portal.journal import chain
from portal.journal.listeners import tasks_for
from portal.journal.models import ChainHead, Entry

BATCH = 500


def relay(*, at: datetime) -> int:
    """Send every entry not yet sent to its listeners; returns how many entries were marked as sent.

    Sent first, marked after: a crash between the two sends again. An unreachable broker leaves the rest for next time.
    """
    relayed = 0
    while waiting := list(
        Entry.objects.filter(relayed_at=None).order_by("pk").only("pk", "verb")[:BATCH]
    ):
        sent = _send(waiting)
        Entry.objects.marking().filter(pk__in=sent).update(relayed_at=at)
        relayed += len(sent)
        if len(sent) < len(waiting):
            break
    return relayed


def _send(entries: list[Entry]) -> list[int]:
    """Wake the listeners of ``entries`` in order; returns the ids until the broker failed."""
    sent: list[int] = []
    for entry in entries:
        try:
            for task in tasks_for(entry.verb):
                current_app.send_task(task, kwargs={"entry_id": entry.pk})
        except (KombuError, OSError):
            break
        sent.append(entry.pk)
    return sent


def seal() -> int:
    """Give every unsealed entry its position and digest, by id among those there are now; returns how many."""
    sealed = 0
    while done := _seal_batch():
        sealed += done
    return sealed


@transaction.atomic
def _seal_batch() -> int:
    # The head is read before the entries: what another sealer does in between either is not among our entries any
    # more or has moved the head, and then we give way. The other way round an entry could be sealed twice.
    before = _begin()
    entries = list(Entry.objects.filter(position=None).order_by("pk")[:BATCH])
    if not entries:
        return 0
    seals = chain.seal(before, [entry.content() for entry in entries])
    _move_head(before, seals[-1])
    for entry, mark in zip(entries, seals, strict=True):
        entry.position, entry.digest = mark.position, mark.digest
    Entry.objects.marking().bulk_update(entries, ["position", "digest"])
    return len(entries)


def head() -> chain.Seal:
    """Where the chain ends at present. Note it elsewhere (an anchor), and nobody can cut the chain short unseen."""
    row = ChainHead.objects.filter(pk=1).first()
    return chain.Seal(row.position, row.digest) if row else chain.BEGINNING


def _begin() -> chain.Seal:
    ChainHead.objects.get_or_create(pk=1, defaults={"position": 0, "digest": chain.GENESIS})
    return head()


def _move_head(before: chain.Seal, after: chain.Seal) -> None:
    """Move the end of the chain; whoever comes second finds no row to move, and its transaction is undone."""
    moved = ChainHead.objects.filter(pk=1, position=before.position, digest=before.digest).update(
        position=after.position, digest=after.digest
    )
    if moved != 1:
        raise Conflict(
            "E-JOURNAL-01",
            Text(
                ja="別の処理がジャーナルを封印中です。",
                en="Another process is sealing the journal.",
            ),
            remedy=Text(ja="次回の実行で続きを封印します。", en="The next run seals what is left."),
        )


def breaks() -> Iterator[chain.Break]:
    """Every place where the sealed entries do not form one unbroken chain; nothing when all is well."""
    return chain.verify(_sealed(Entry.objects.exclude(position=None).order_by("position")), head())


def _sealed(entries: "QuerySet[Entry, Entry]") -> Iterator[chain.Sealed]:
    for entry in entries.iterator(chunk_size=2_000):
        yield chain.Sealed(entry.pk, entry.content(), chain.Seal(entry.position or 0, entry.digest))
