"""What stands around the records: attributes, the nine header items, sender and receiver. Source: edi.md sections 3, 4."""

from dataclasses import dataclass
from datetime import date, datetime

from edi.domain.profile import PROFILE, MessageKind, Profile, Scale
from edi.messages.xml import DECLARATION, cut, element, group
from portal.timekeeping.half_hours import naive_jst


@dataclass(frozen=True, kw_only=True)
class Party:
    """Sender or receiver: 5-character code (事業者コード) and name."""

    code: str
    name: str


@dataclass(frozen=True, kw_only=True)
class Envelope:
    """What all files of one message have in common.

    ``created_at`` is the instant of the publication that the values come from, not the time of writing: a message
    that is built again after a crash has the same bytes.
    """

    kind: MessageKind
    sender: Party
    receiver: Party
    created_at: datetime
    day: date  # W4: the day of the data (取得開始年月日); W5: the meter-reading date (検針日)
    slot: int | None = None  # slot messages only
    profile: Profile = PROFILE


def document(envelope: Envelope, records: str) -> bytes:
    """The whole file around ``records``, UTF-8: declaration, CRLF, one line."""
    profile, kind = envelope.profile, envelope.kind
    message = _head(envelope) + group("JPM00010", records)
    return (
        f'{DECLARATION}<SBD-MSG BPID="{profile.agency}" BPIDSUB="{kind.process}" BPIDVER="{profile.process_version}"'
        f' MSGID="{kind.code}" MAPVER="{profile.mapping_version}"><JPMGRP SEQ="1">{_group_header(envelope)}'
        f'<JPTRM SEQ="1">{message}</JPTRM></JPMGRP></SBD-MSG>'
    ).encode()


def _group_header(envelope: Envelope) -> str:
    profile, kind = envelope.profile, envelope.kind
    return group(
        "JPMGH",
        element("JPC03", profile.operation_mode)
        + element("JPC06", envelope.sender.code + profile.company_padding)
        + element("JPC09", envelope.receiver.code + profile.company_padding)
        + element("JPC10", profile.agency)
        + element("JPC11", kind.process)
        + element("JPC12", profile.process_version)
        + element("JPC14", kind.code)
        + element("JPC19", f"{naive_jst(envelope.created_at):%y%m%d%H%M%S}")
        + element("JPC21", profile.mapping_version),
    )


def _head(envelope: Envelope) -> str:
    parties = (
        element("JP00002", envelope.kind.code)
        + element("JP06110", envelope.sender.code)
        + element("JP06111", cut("JP06111", envelope.sender.name))
        + element("JP06112", envelope.receiver.code)
        + element("JP06113", cut("JP06113", envelope.receiver.name))
    )
    if envelope.kind.scale is Scale.MONTH:
        return parties + element("JP06401", envelope.profile.usage_month(envelope.day))
    slot = "" if envelope.slot is None else element("JP06219", f"{envelope.slot:02d}")
    return parties + element("JP06116", f"{envelope.day:%Y%m%d}") + slot
