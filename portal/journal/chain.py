"""The hash chain over journal entries: seal and verify. Pure; the rows come and go as plain values.

Every sealed entry carries the digest of its content together with the digest before it. Whoever changes, removes or
inserts an entry would have to seal everything after it anew, and the head that was noted elsewhere would no longer
fit. Source: domain.md D12 (append-only, hash-chained).
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

GENESIS = "0" * 64  # stands before the first entry

Content = Mapping[str, Any]


@dataclass(frozen=True)
class Seal:
    """Where an entry stands in the chain and the digest that holds it there."""

    position: int
    digest: str


BEGINNING = Seal(0, GENESIS)


@dataclass(frozen=True)
class Sealed:
    """An entry as it is stored: its id for people, its content and its seal."""

    entry_id: int
    content: Content
    seal: Seal


@dataclass(frozen=True)
class Break:
    """A place where the chain does not hold, and why, in words for the log."""

    position: int
    entry_id: int | None
    reason: str


def digest_of(previous: str, content: Content) -> str:
    """SHA-256 over the digest before and the content in one fixed spelling (sorted keys, no spaces, UTF-8)."""
    spelled = json.dumps(
        content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    )
    return hashlib.sha256(f"{previous}\n{spelled}".encode()).hexdigest()


def seal(head: Seal, contents: Sequence[Content]) -> list[Seal]:
    """Seals of ``contents``, in their order, continuing after ``head``."""
    seals: list[Seal] = []
    for content in contents:
        head = Seal(head.position + 1, digest_of(head.digest, content))
        seals.append(head)
    return seals


def verify(entries: Iterable[Sealed], head: Seal) -> Iterator[Break]:
    """Every place where ``entries`` (by position) do not form the chain that ends in ``head``.

    After a break the stored digest is taken as given, so that one forged entry is one break and not all that follow.
    """
    before = BEGINNING
    for entry in entries:
        position = entry.seal.position
        if position != before.position + 1:
            yield Break(
                position,
                entry.entry_id,
                f"positions {before.position + 1} to {position - 1} are missing",
            )
        elif digest_of(before.digest, entry.content) != entry.seal.digest:
            yield Break(position, entry.entry_id, "content and digest do not fit")
        before = entry.seal
    if before != head:
        yield Break(
            before.position,
            None,
            f"the chain ends at {before.position}, its head says {head.position}",
        )
