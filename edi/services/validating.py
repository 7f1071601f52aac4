"""Are the files of a day as the profile says? Every file is unpacked and judged (features H1)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from edi.domain.profile import PROFILE
from edi.messages import archive, validation
from edi.models import OutboundMessage
from edi.services import shelf


@dataclass(frozen=True, kw_only=True)
class Judged:
    """One file and what is wrong with it; nothing where it is as it should be."""

    receiver_code: str
    name: str
    faults: tuple[str, ...]


def judge(*, day: date) -> Iterator[Judged]:
    """The standing files of ``day`` (for W5: of this 検針日), one after the other, in order of receiver and name."""
    rows = OutboundMessage.objects.standing().filter(day=day).order_by("receiver_code", "name")
    for row in rows.iterator():
        yield Judged(receiver_code=row.receiver_code, name=row.name, faults=tuple(_faults(row)))


def _faults(row: OutboundMessage) -> list[str]:
    path = shelf.folder(row.receiver_code) / row.name
    content = path.read_bytes() if path.exists() else b""
    if archive.digest(content) != row.digest:
        return ["the file is not what the ledger says"]
    return validation.faults(archive.unpacked(content), PROFILE.kind(row.information_code))
