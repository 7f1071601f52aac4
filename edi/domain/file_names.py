"""Names of message files: build and read back.

| kind | pattern, without separators |
|---|---|
| slot | W4 + code + YYYYMMDD + HHMM + revision (2) + split (2 high, 4 low) |
| day | W4 + code + YYYYMMDD + 0000 + revision (2) + split (2 high, 4 low) |
| fixed | W5 + code + YYYYMMDD + revision (2) + split (5) |

HHMM is the START of the slot (slot 1 = 0000, slot 48 = 2330). The date of W4 is the day of the data, of W5 the
meter-reading date (検針日). One zip holds one member of the same base name. Source: edi.md section 2.
"""

from dataclasses import dataclass
from datetime import date, datetime

from edi.domain.profile import PROFILE, MessageKind, Profile, Scale
from portal.errors import Invalid, Text

MINUTES_PER_SLOT = 30


@dataclass(frozen=True, kw_only=True)
class FileName:
    """What a name says: the message, its date, its slot (slot messages only), revision (更新番号), split (分割番号)."""

    code: str
    day: date
    slot: int | None = None
    revision: int
    split: int

    @property
    def stem(self) -> str:
        """The name without extension."""
        return build(
            PROFILE.kind(self.code),
            day=self.day,
            slot=self.slot,
            revision=self.revision,
            split=self.split,
        )

    @property
    def zip_name(self) -> str:
        """The name of the file that is delivered."""
        return f"{self.stem}.zip"


def build(kind: MessageKind, *, day: date, slot: int | None, revision: int, split: int) -> str:
    """The base name of one file; refuses numbers that do not fit their digits."""
    clock = {Scale.SLOT: _clock(slot or 0), Scale.DAY: "0000", Scale.MONTH: ""}[kind.scale]
    if not 0 <= revision <= 99 or not 0 <= split < 10**kind.split_digits:
        raise ValueError(
            f"{kind.code}: revision {revision} or split {split} does not fit its digits"
        )
    if (slot is None) is (kind.scale is Scale.SLOT):
        raise ValueError(f"{kind.code}: slot {slot} with a message of one {kind.scale}")
    return (
        f"{kind.process}{kind.code}{day:%Y%m%d}{clock}{revision:02d}{split:0{kind.split_digits}d}"
    )


def read(name: str, profile: Profile = PROFILE) -> FileName:
    """Read a base name (or a name ending in .zip or .xml) back; anything else is refused."""
    stem = name.removesuffix(".zip").removesuffix(".xml")
    kind = profile.kinds.get(stem[2:6])
    if (
        kind is None
        or not stem.startswith(kind.process)
        or not stem[2:].isascii()
        or not stem[2:].isdigit()
    ):
        raise _unknown(name)
    clock = "" if kind.scale is Scale.MONTH else stem[14:18]
    tail = stem[14 + len(clock) :]
    if len(tail) != 2 + kind.split_digits:
        raise _unknown(name)
    try:
        found = FileName(
            code=kind.code,
            day=datetime.strptime(stem[6:14], "%Y%m%d").date(),  # noqa: DTZ007  (a date, no instant)
            slot=_slot(clock) if kind.scale is Scale.SLOT else None,
            revision=int(tail[:2]),
            split=int(tail[2:]),
        )
    except ValueError:
        raise _unknown(name) from None
    if found.stem != stem:  # a day file at another hour than 0000, a slot at :15
        raise _unknown(name)
    return found


def _clock(slot: int) -> str:
    minutes = (slot - 1) * MINUTES_PER_SLOT
    return f"{minutes // 60:02d}{minutes % 60:02d}"


def _slot(clock: str) -> int:
    hours, minutes = int(clock[:2]), int(clock[2:])
    if hours > 23 or minutes not in (0, MINUTES_PER_SLOT):
        raise ValueError(clock)
    return hours * 2 + minutes // MINUTES_PER_SLOT + 1


def _unknown(name: str) -> Invalid:
    return Invalid(
        "E-EDI-02",
        Text(
            ja=f"電文ファイル名として読めません: {name}",
            en=f"Not the name of a message file: {name}",
        ),
        remedy=Text(
            ja="名前は W4/W5・情報区分コード・日付…の形です。",
            en="Names look like W41110YYYYMMDDHHMMUUSSSS.",
        ),
    )
