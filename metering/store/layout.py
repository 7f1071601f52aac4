"""Where each kind of frame lies: ``<kind>/day=YYYY-MM-DD/bucket=NN/<digest>.parquet``, and how many buckets a store has.

Source: house.md decided 5, decisions.md 8. A **part** is (day, bucket); the same buckets in store, runs and jobs. Every
name is made from the digest of the bytes, so a file is written once and never changes, in a folder and on an object store
alike (there is no rename there). The number of buckets is fixed when a store is made: ``layout.json`` says it, and a
store opened with another number is refused, because half of its rows would be looked for in the wrong place.
"""

import json
from dataclasses import asdict, dataclass
from datetime import date

from portal.errors import Refused, Text

LAYOUT_KEY = "layout.json"
FORMAT = 1
MOST_BUCKETS = 65_536  # as many as there are bucket keys (metering.domain.buckets)


@dataclass(frozen=True, kw_only=True)
class Layout:
    """How the files of one store are laid out; fixed for the life of the store."""

    buckets: int
    format: int = FORMAT

    def __post_init__(self) -> None:
        if not 1 <= self.buckets <= MOST_BUCKETS:
            raise ValueError(f"a store has 1 to {MOST_BUCKETS} buckets, not {self.buckets}")

    def bucket_of(self, bucket_key: int) -> int:
        """The bucket of a device point or premises with this key."""
        return bucket_key % self.buckets

    def as_bytes(self) -> bytes:
        """The content of ``layout.json``."""
        return (json.dumps(asdict(self), sort_keys=True) + "\n").encode()


def layout_from(content: bytes, *, expected_buckets: int | None, place: str) -> Layout:
    """The layout written in ``layout.json``; refused where it is not the one expected, or not ours to read."""
    try:
        found = json.loads(content)
        layout = Layout(buckets=int(found["buckets"]), format=int(found["format"]))
    except (ValueError, KeyError, TypeError) as error:
        raise _unreadable(place) from error
    if layout.format != FORMAT:
        raise _unreadable(place)
    if expected_buckets is not None and layout.buckets != expected_buckets:
        raise _other_buckets(layout.buckets, expected_buckets, place)
    return layout


def part_key(*, kind: str, day: date, bucket: int, digest: str) -> str:
    """The key of one part; ``digest`` is the SHA-256 of its bytes in hex."""
    return f"{part_prefix(kind=kind, day=day, bucket=bucket)}{digest}.parquet"


def part_prefix(*, kind: str, day: date, bucket: int) -> str:
    """What the keys of all parts of one kind, day and bucket begin with."""
    return f"{kind}/day={day.isoformat()}/bucket={bucket:02d}/"


def raw_key(*, kind: str, digest: str, suffix: str) -> str:
    """The key of a file as it was received; ``suffix`` tells its format (".csv", ".csv.gz", ".parquet")."""
    return f"raw/{kind}/{digest[:2]}/{digest}{suffix}"


def _unreadable(place: str) -> Refused:
    return Refused(
        "E-STORE-01",
        Text(
            ja="保管庫の layout.json を読み取れません。",
            en="The layout.json of the meter store cannot be read.",
        ),
        remedy=Text(
            ja="METER_STORE_URL が正しい保管庫を指しているか確認してください。",
            en="Check that METER_STORE_URL names the right store.",
        ),
        place=place,
    )


def _other_buckets(found: int, expected: int, place: str) -> Refused:
    return Refused(
        "E-STORE-02",
        Text(
            ja=f"この保管庫のバケット数は {found} です。設定の {expected} では開けません。",
            en=f"This meter store has {found} buckets and cannot be opened with {expected}.",
        ),
        remedy=Text(
            ja=f"METER_STORE_BUCKETS を {found} にするか、新しい保管庫を指定してください。",
            en=f"Set METER_STORE_BUCKETS to {found}, or name a new store.",
        ),
        place=place,
    )
