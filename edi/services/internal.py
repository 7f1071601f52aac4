"""Pattern 1 results to the internal interface of the grid operator (edi.md 8.6, decisions 25): never to retailers.

``INTERNAL_DIR/<day>/<publication>/``: per part ``energy-NN`` and ``sites-NN`` as CSV and Parquet, and ``totals.json`` with control
totals and digests. A folder appears whole, by one rename; the same publication gives the same bytes.
"""

import json
import shutil
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import transaction

from edi.messages import internal_interface
from edi.messages.internal_interface import Services
from metering.frames import published
from metering.selectors import balancing, results
from metering.selectors.results import DayResult
from portal.actor import Actor
from portal.errors import NotFound, Text
from portal.journal import recorder

OWNER_ONLY = 0o700


@dataclass(frozen=True, kw_only=True)
class Exported:
    """Where the files of a day lie, and their control totals."""

    folder: Path
    totals: Mapping[str, Any]
    is_new: bool


def export(*, day: date, actor: Actor, at: datetime) -> Exported:
    """Write the pattern 1 results in force of ``day``, once per publication. Refused where nothing is published."""
    result = results.in_force(day, day).get(day)
    if result is None:
        raise NotFound(
            "E-EDI-08",
            Text(ja=f"{day} の結果は公表されていません。", en=f"Nothing is published for {day}."),
            remedy=Text(ja="精算の後に実行してください。", en="Settle the day first."),
        )
    folder = Path(settings.INTERNAL_DIR) / str(day) / f"{result.publication_id:08d}"
    if (folder / "totals.json").exists():
        totals = json.loads((folder / "totals.json").read_text())
        return Exported(folder=folder, totals=totals, is_new=False)
    folder.parent.mkdir(parents=True, exist_ok=True, mode=OWNER_ONLY)
    draft = folder.parent / f".{uuid4().hex}"
    draft.mkdir(mode=OWNER_ONLY)
    try:
        totals = _write(result, draft)
        with transaction.atomic():
            recorder.record(
                "internal_interface.exported",
                actor=actor,
                at=at,
                subject=f"internal_interface:{day}/{result.publication_id}",
                data={"totals": totals["totals"]},
            )
            draft.replace(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return Exported(folder=folder, totals=totals, is_new=True)


def _write(result: DayResult, draft: Path) -> dict[str, Any]:
    """Part by part, so that memory does not grow with the number of points."""
    services = Services.of(balancing.services(result.day))
    files: dict[str, dict[str, Any]] = {}
    for number, key in enumerate(result.energy_keys):
        frame = internal_interface.energy(published.energy([key]), services)
        name = f"energy-{number:02d}"
        files[name] = internal_interface.write(frame, draft, name)
    for number, key in enumerate(result.sites_keys):
        frame = internal_interface.sites(published.sites([key]), services)
        name = f"sites-{number:02d}"
        files[name] = internal_interface.write(frame, draft, name)
    totals = {
        "day": str(result.day),
        "stage": result.stage,
        "publication": result.publication_id,
        "run": result.run_identity,
        "published_at": result.published_at.isoformat(),
        "totals": {kind: _summed(files, kind) for kind in ("energy", "sites")},
        "files": files,
    }
    target = draft / "totals.json"
    target.touch(mode=internal_interface.OWNER_ONLY)
    target.write_text(json.dumps(totals, ensure_ascii=False, indent=1) + "\n")
    return totals


def _summed(files: Mapping[str, Mapping[str, Any]], kind: str) -> dict[str, int]:
    total: Counter[str] = Counter()
    for name, counts in files.items():
        if name.startswith(kind):
            total.update({key: value for key, value in counts.items() if isinstance(value, int)})
    return dict(total)
