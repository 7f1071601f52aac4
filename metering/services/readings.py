"""Take in received files once, and take up again rows that were set aside. Source: decisions.md 16, reliability.md 5 (I).

The order of writes survives a kill at any point: the file and its parts are written under names made from their
digests, then one transaction makes all of it known, with its story. Before that transaction nothing is visible; after it
everything is. Files that a killed process left behind are swept by age.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings
from django.db import IntegrityError, transaction

from metering import frames
from metering.models import Delivery, DeliveryKind, PartResult, QuarantinedRow, StorePart
from metering.selectors import rules
from metering.selectors.deliveries import with_rows_set_aside
from metering.services import deliveries, inbox
from portal.actor import Actor
from portal.errors import Conflict, Invalid, Text
from portal.journal import recorder
from portal.timekeeping.half_hours import day_of

ORPHANS_AFTER = timedelta(days=2)  # longer than any file takes from its first byte to its row
NO_SUCH_FILE = "E-FILE-08"


def take_in(*, path: Path, kind: str, actor: Actor, at: datetime, name: str = "") -> Delivery:
    """Take in the file at ``path`` as ``kind`` (a :class:`DeliveryKind` value): readings, exchanges, and the others.

    The same file again (same bytes, same kind) changes nothing and answers the earlier delivery (``is_new`` false).
    ``name`` is what the sender calls the file, by default its own name. Raises :class:`Invalid` with file, row and column where
    the file as a whole cannot be read; nothing is changed then. Rows that cannot be parsed or identified are set aside and counted.
    """
    kind = DeliveryKind(kind).value
    name = Path(name or path).name[:255]
    if not path.is_file():
        raise _no_such_file(name)
    with TemporaryDirectory(prefix="take-in-") as scratch:
        # what is taken in is what is kept, whatever happens to ``path`` meanwhile
        kept = frames.keep_file(path, kind=kind, scratch=Path(scratch))
        if earlier := _earlier(kind, kept.digest):
            return _seen_again(earlier, name, actor, at)
        taken = frames.take_apart(kept.path, kind=kind, name=name, rules=rules.on(day_of(at)))
    delivery = Delivery(
        kind=kind,
        file_name=name,
        digest=kept.digest,
        size=kept.size,
        raw_key=kept.key,
        received_at=at,
        actor_label=actor.label,
        **deliveries.counts(taken.rows, taken.accepted),
    )
    try:
        with transaction.atomic():
            delivery.save(force_insert=True)
            deliveries.add_content(delivery, taken, actor=actor, at=at)
            deliveries.set_aside(delivery, taken)
            deliveries.tell("delivery.taken_in", delivery, actor=actor, at=at, file=name)
    except IntegrityError:  # the same file at the same moment: the other one was faster
        if winner := _earlier(kind, kept.digest):
            return _seen_again(winner, name, actor, at)
        raise
    delivery.is_new = True
    return delivery


def _earlier(kind: str, digest: str) -> Delivery | None:
    return Delivery.objects.filter(kind=kind, digest=digest).first()


def _seen_again(delivery: Delivery, name: str, actor: Actor, at: datetime) -> Delivery:
    """Nothing changes, but it is told that the file came again."""
    with transaction.atomic():
        deliveries.tell("delivery.unchanged", delivery, actor=actor, at=at, file=name)
    return delivery


def redrive(*, delivery: Delivery, actor: Actor, at: datetime) -> int:
    """Judge the rows of ``delivery`` that were set aside once more; how many are taken up now.

    They take the places that they have in the file: later deliveries still win over them. Raises :class:`Conflict` where
    somebody else re-drives the same delivery at this moment.
    """
    waiting = QuarantinedRow.objects.filter(delivery=delivery, redriven_at=None)
    asked = set(waiting.values_list("row", flat=True))
    if not asked:
        return 0
    with TemporaryDirectory(prefix="redrive-") as scratch:
        taken = frames.take_apart(
            frames.kept_file(delivery.raw_key, scratch=Path(scratch)),
            kind=delivery.kind,
            name=delivery.file_name,
            rules=rules.on(day_of(at)),
            only=asked,
        )
    still_odd = {row.row for row in taken.set_aside()}
    if lost := still_odd - asked:
        raise _no_longer_good(delivery, min(lost))
    good = sorted(asked - still_odd)
    if good:
        with transaction.atomic():
            _take_up(delivery, good, taken, actor, at)
    return len(good)


def _take_up(
    delivery: Delivery, good: Collection[int], taken: frames.Taken, actor: Actor, at: datetime
) -> None:
    before = {"accepted": delivery.accepted, "quarantined": delivery.quarantined}
    after = deliveries.counts(delivery.rows, delivery.accepted + len(good))
    # the row count decides between two re-drives of one delivery
    if not Delivery.objects.filter(pk=delivery.pk, **before).update(**after):
        raise _somebody_else(delivery)
    for rows in deliveries.batches(good):
        QuarantinedRow.objects.filter(delivery=delivery, row__in=rows).update(
            redriven_at=at, redriven_by=actor.label
        )
    deliveries.replace_parts(delivery, taken)
    deliveries.add_content(delivery, taken, actor=actor, at=at)
    delivery.refresh_from_db()
    deliveries.tell(
        "delivery.redriven", delivery, actor=actor, at=at, before=before, taken_up=len(good)
    )


def redrive_all(*, actor: Actor, at: datetime) -> dict[int, int]:
    """Re-drive every delivery with rows set aside, oldest first: rows taken up by delivery number."""
    return {
        delivery.pk: redrive(delivery=delivery, actor=actor, at=at)
        for delivery in with_rows_set_aside()
    }


def watch_inbox(*, actor: Actor, at: datetime) -> list[inbox.Outcome]:
    """Take in every file of the watched folder once, oldest first, and put it away with its verdict.

    Files are renamed into ``INBOX_DIR/<kind>/``; they leave it to ``taken/`` or ``refused/``. Two watchers or a kill between
    taking in and putting away do no harm: the same file again is a delivery that is known.
    """
    outcomes: list[inbox.Outcome] = []
    for file in inbox.waiting(Path(settings.INBOX_DIR), DeliveryKind.values):
        try:
            delivery = take_in(path=file.path, kind=file.kind, actor=actor, at=at)
        except FileNotFoundError:  # another watcher has taken it in and put it away
            continue
        except Invalid as refusal:
            if refusal.code == NO_SUCH_FILE:
                continue
            outcomes.append(_put_refused(file, refusal, actor, at))
        else:
            outcomes.append(inbox.put_taken(file, delivery))
    return outcomes


def _put_refused(file: inbox.File, refusal: Invalid, actor: Actor, at: datetime) -> inbox.Outcome:
    """A refused file changes no data, but somebody must hear of it: nobody watches the folder."""
    with transaction.atomic():
        recorder.record(
            "delivery.refused",
            actor=actor,
            at=at,
            subject=f"file:{file.path.name}",
            data={"kind": file.kind, "code": refusal.code, "place": refusal.place},
        )
    return inbox.put_refused(file, refusal)


def sweep_orphans(*, at: datetime) -> list[str]:
    """Remove files of the store that no row names and that are older than two days; their keys."""
    return frames.sweep_files(before=at - ORPHANS_AFTER, referenced=_referenced)


def _referenced(keys: Collection[str]) -> set[str]:
    """Those of ``keys`` that a part, a delivery or a result names."""
    named = set(StorePart.objects.filter(key__in=keys).values_list("key", flat=True))
    named |= set(Delivery.objects.filter(raw_key__in=keys).values_list("raw_key", flat=True))
    for column in ("energy_key", "sites_key", "findings_key"):
        results = PartResult.objects.filter(**{f"{column}__in": keys})
        named |= set(results.values_list(column, flat=True))
    return named


def _no_such_file(name: str) -> Invalid:
    return Invalid(
        NO_SUCH_FILE,
        Text(ja="ファイルがありません。", en="There is no such file."),
        remedy=Text(ja="パスを確かめてください。", en="Check the path."),
        place=name,
    )


def _no_longer_good(delivery: Delivery, row: int) -> Conflict:
    return Conflict(
        "E-FILE-09",
        Text(
            ja="以前に取り込んだ行が、現在の登録では取り込めません。",
            en="A row that was taken in earlier could not be taken in today.",
        ),
        remedy=Text(
            ja="登録（機器点・需要場所）を確かめてから、もう一度実行してください。",
            en="Check the register (device points, premises) and try again.",
        ),
        place=f"{delivery.file_name}, row {row}",
    )


def _somebody_else(delivery: Delivery) -> Conflict:
    return Conflict(
        "E-FILE-10",
        Text(
            ja="同じファイルの再取込が同時に行われました。",
            en="Somebody else re-drives the same file.",
        ),
        remedy=Text(ja="結果を確かめてください。", en="Look at the outcome."),
        place=delivery.file_name,
    )
