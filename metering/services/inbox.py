"""The watched folder: which files wait in it, and where they go with their verdicts.

``INBOX_DIR/<kind>/`` receives files by renaming: a sender writes beside it, or under a name that starts with a dot or
ends with ``.part`` or ``.tmp``, and renames when the file is complete. A verdict is a small JSON file beside the file.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from metering.models import Delivery
from portal.errors import DomainError

TAKEN, REFUSED = "taken", "refused"
UNFINISHED = (".part", ".tmp")


@dataclass(frozen=True)
class File:
    """A file that waits."""

    path: Path
    kind: str


@dataclass(frozen=True)
class Outcome:
    """What became of a file: the delivery, or the refusal."""

    name: str
    kind: str
    delivery: Delivery | None = None
    refusal: DomainError | None = None


def waiting(root: Path, kinds: Iterable[str]) -> Iterator[File]:
    """Complete files of every kind, in the order in which they were written; the folders are made where missing."""
    for kind in kinds:
        folder = root / kind
        folder.mkdir(parents=True, exist_ok=True)
        found = [path for path in folder.iterdir() if _is_complete(path)]
        yield from (File(path, kind) for path in sorted(found, key=_age))


def put_taken(file: File, delivery: Delivery) -> Outcome:
    """Move a file that was taken in to ``taken/``."""
    verdict = {
        "verdict": "taken" if delivery.is_new else "unchanged",
        "delivery": delivery.pk,
        "sha256": delivery.digest,
        "rows": delivery.rows,
        "accepted": delivery.accepted,
        "quarantined": delivery.quarantined,
    }
    _put(file, TAKEN, f"{delivery.pk}", verdict)
    return Outcome(file.path.name, file.kind, delivery=delivery)


def put_refused(file: File, refusal: DomainError) -> Outcome:
    """Move a file that cannot be read to ``refused/``, with the reason and the remedy in both languages."""
    remedy = refusal.remedy
    verdict = {
        "verdict": "refused",
        "code": refusal.code,
        "place": refusal.place,
        "message": refusal.message._asdict(),
        "remedy": remedy._asdict() if remedy else None,
    }
    _put(file, REFUSED, refusal.code, verdict)
    return Outcome(file.path.name, file.kind, refusal=refusal)


def _is_complete(path: Path) -> bool:
    return path.is_file() and not path.name.startswith(".") and path.suffix not in UNFINISHED


def _age(path: Path) -> tuple[int, str]:
    try:
        return path.stat().st_mtime_ns, path.name
    except FileNotFoundError:  # another watcher has just put it away; taking it in will say so
        return 0, path.name


def _put(file: File, folder: str, mark: str, verdict: dict[str, Any]) -> None:
    """Verdict first, then the file: where the file is, its verdict is. A name that is taken gets ``mark`` in front."""
    target = file.path.parent / folder
    target.mkdir(exist_ok=True)
    name = file.path.name
    if (target / name).exists():
        name = f"{mark}-{name}"
    text = json.dumps(verdict, ensure_ascii=False, indent=2, sort_keys=True)
    draft = target / f".{name}.verdict.tmp"
    draft.write_text(text + "\n", encoding="utf-8")
    draft.rename(target / f"{name}.verdict.json")
    try:
        file.path.rename(target / name)
    except FileNotFoundError:  # another watcher was faster and has put it away
        return
