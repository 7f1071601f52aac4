"""Rows and files together: number them, write them to a private place, and make them visible in one transaction."""

import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction
from django.db.models import Max

from edi import selectors
from edi.domain import file_names, point_lists
from edi.domain.profile import MessageKind, Profile
from edi.messages import archive
from edi.messages.blocks import Block
from edi.messages.envelope import Envelope, Party, document
from edi.models import OutboundMessage, PointList
from edi.selectors import Earlier, Slot
from edi.services import shelf
from edi.services.receivers import Receiver
from portal.actor import Actor
from portal.errors import Conflict, Text
from portal.journal import recorder
from portal.organizations.models import Organization

LISTS_AT_A_TIME = 50
ROWS_AT_A_TIME = 500


class OutOfNumbers(Exception):
    """A message needs more split numbers than its range has."""


@dataclass(frozen=True, kw_only=True)
class Message:
    """One message and day for all its receivers: what the files of a building have in common."""

    kind: MessageKind
    day: date
    first_day: date
    sender: Party
    profile: Profile
    publication_id: int
    created_at: datetime  # of the publication: the same again whenever the message is built again


@dataclass(frozen=True, slots=True)
class NewFile:
    """What the ledger will say of one file: a few hundred bytes, since a large receiver has thousands."""

    slot: Slot
    split: int
    name: str
    digest: str
    size: int
    content: str
    records: str
    rows: int
    available: int
    first_number: str
    last_number: str
    list_digest: str


@dataclass
class Issue:
    """The new files of one message for one receiver, while they are being written.

    ``revisions`` says by slot which number the new revision has; nothing is visible before :meth:`publish`.
    """

    message: Message
    receiver: Receiver
    revisions: Mapping[Slot, int]
    earlier: Mapping[Slot, Earlier]
    staged: shelf.Staged
    built_at: datetime
    files: list[NewFile] = field(default_factory=list)
    size: int = 0
    _new_lists: dict[str, str] = field(default_factory=dict)
    _kept_lists: set[str] = field(default_factory=set)

    def add(self, block: Block, splits: range | None = None) -> None:
        """Write the file of one block; ``splits`` are its split numbers where they are not the message's own."""
        kind, slot = self.message.kind, block.slot
        numbers = kind.splits if splits is None else splits
        if block.position >= len(numbers):
            raise OutOfNumbers
        split, revision = numbers[block.position], self.revisions[slot]
        stem = file_names.build(
            kind, day=self.message.day, slot=slot, revision=revision, split=split
        )
        content = archive.packed(stem, document(self._envelope(slot), block.records))
        name = f"{stem}.zip"
        self.staged.add(name, content)
        self.size += len(content)
        self.files.append(
            NewFile(
                slot=slot,
                split=split,
                name=name,
                digest=archive.digest(content),
                size=len(content),
                content=block.content,
                records="\n".join(block.record_digests),
                rows=block.rows,
                available=block.available,
                first_number=block.first_number,
                last_number=block.last_number,
                list_digest=self._list(block.points),
            )
        )

    def _envelope(self, slot: Slot) -> Envelope:
        message = self.message
        return Envelope(
            kind=message.kind,
            sender=message.sender,
            receiver=self.receiver.party,
            created_at=message.created_at,
            day=message.day,
            slot=slot,
            profile=message.profile,
        )

    def _row(self, file: NewFile, lists: Mapping[str, int]) -> OutboundMessage:
        went_before = self.earlier.get(file.slot)
        return OutboundMessage(
            receiver_id=self.receiver.organization_id,
            receiver_code=self.receiver.party.code,
            information_code=self.message.kind.code,
            day=self.message.day,
            first_day=self.message.first_day,
            slot=file.slot,
            revision=self.revisions[file.slot],
            split=file.split,
            name=file.name,
            digest=file.digest,
            size=file.size,
            content_digest=file.content,
            record_digests=file.records,
            rows=file.rows,
            available_rows=file.available,
            first_number=file.first_number,
            last_number=file.last_number,
            point_list_id=lists[file.list_digest],
            publication_id=self.message.publication_id,
            created_at=self.message.created_at,
            built_at=self.built_at,
            supersedes_id=went_before.files.get(file.split) if went_before else None,
        )

    def _list(self, points: str) -> str:
        """Remember a point list; its row is written a few at a time, outside the closing transaction: it says nothing
        by itself, and a repeated building finds it there."""
        digest = point_lists.digest(points)
        if digest not in self._kept_lists:
            self._new_lists[digest] = points
        if len(self._new_lists) >= LISTS_AT_A_TIME:
            self._keep_lists()
        return digest

    def _keep_lists(self) -> None:
        PointList.objects.bulk_create(
            [
                PointList(
                    digest=digest,
                    points=points.count("\n") + 1,
                    packed=zlib.compress(points.encode()),
                )
                for digest, points in self._new_lists.items()
            ],
            ignore_conflicts=True,
        )
        self._kept_lists |= self._new_lists.keys()
        self._new_lists = {}

    def publish(self, *, actor: Actor, at: datetime) -> None:
        """Make the files visible: ledger rows, story and the move into place in one transaction.

        Raises :class:`Conflict` where another process issued the same revision meanwhile; then nothing happened.
        """
        self._keep_lists()
        lists = _list_ids(self._kept_lists)
        with transaction.atomic():
            self._claim()
            for start in range(0, len(self.files), ROWS_AT_A_TIME):
                files = self.files[start : start + ROWS_AT_A_TIME]
                OutboundMessage.objects.bulk_create(self._row(file, lists) for file in files)
            recorder.record(
                "message.published", actor=actor, at=at, subject=self.subject, data=self._story()
            )
            self.staged.publish()

    def _claim(self) -> None:
        """One writer per receiver at a time, and nobody was faster."""
        Organization.objects.select_for_update().get(pk=self.receiver.organization_id)
        latest = (
            OutboundMessage.objects.filter(
                receiver=self.receiver.organization_id,
                information_code=self.message.kind.code,
                day=self.message.day,
            )
            .order_by()
            .values_list("slot")
            .annotate(revision=Max("revision"))
        )
        taken = dict(latest)
        if any(revision <= taken.get(slot, -1) for slot, revision in self.revisions.items()):
            raise Conflict(
                "E-EDI-04",
                Text(
                    ja="同じ更新番号の電文が先に作成されました。",
                    en="Another process issued this revision first.",
                ),
            )

    @property
    def subject(self) -> str:
        """How the journal names the message."""
        return f"edi_message:{self.message.kind.code}/{self.message.day}/{self.receiver.party.code}"

    def _story(self) -> dict[str, object]:
        return {
            "publication": self.message.publication_id,
            "revisions": sorted(set(self.revisions.values())),
            "slots": len(self.revisions) if None not in self.revisions else 0,
            "files": len(self.files),
            "bytes": self.size,
            "digest": point_lists.digest("\n".join(file.digest for file in self.files)),
        }


def _list_ids(digests: set[str]) -> dict[str, int]:
    ordered = sorted(digests)
    found: dict[str, int] = {}
    for start in range(0, len(ordered), 500):
        rows = PointList.objects.filter(digest__in=ordered[start : start + 500])
        found |= dict(rows.values_list("digest", "pk"))
    return found


@contextmanager
def issuing(
    *,
    message: Message,
    receiver: Receiver,
    revisions: Mapping[Slot, int],
    earlier: Mapping[Slot, Earlier],
    at: datetime,
) -> Iterator[Issue]:
    """Begin the files of one message for one receiver; what is not published leaves no trace."""
    with shelf.staging(receiver.party.code, selectors.names_in_ledger) as staged:
        yield Issue(
            message=message,
            receiver=receiver,
            revisions=revisions,
            earlier=earlier,
            staged=staged,
            built_at=at,
        )
