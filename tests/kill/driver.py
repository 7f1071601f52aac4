"""Runs management commands and kills its own process, as `kill -9` would, at the n-th step. Not a test itself.

A step is a database statement (before and after it) or something that changes the file system: opening to write,
renaming, linking, removing, making a folder. Steps are counted in the main process only, so the same arguments on the
same folder die at the same place every time. Usage: driver.py STEP -- COMMAND [ARG…] [-- COMMAND …]; STEP 0 never
kills. The last line printed is JSON: how many steps there were, and everything published (see ``published``).
"""

import hashlib
import json
import os
import signal
import sys
import tempfile
from datetime import UTC, date, datetime
from itertools import groupby
from pathlib import Path

DAYS = [date(2026, 11, 17), date(2026, 11, 18), date(2026, 11, 19)]

FIXED = datetime(2026, 11, 20, 1, 20, tzinfo=UTC)  # 10:20 JST: a correct rerun gives the same bytes
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT
FILE_EVENTS = {
    "os.rename",
    "os.link",
    "os.remove",
    "os.mkdir",
    "os.rmdir",
    "os.truncate",
    "shutil.move",
}


class Steps:
    """Counts, and kills at the chosen one."""

    def __init__(self, deadly: int) -> None:
        self.deadly = deadly
        self.taken = 0
        self.counting = False

    def step(self) -> None:
        if not self.counting:
            return
        self.taken += 1
        if self.taken == self.deadly:
            os.kill(os.getpid(), signal.SIGKILL)

    def on_event(self, event: str, arguments: tuple) -> None:
        if event in FILE_EVENTS or (event == "open" and self._writes(arguments)):
            self.step()

    def _writes(self, arguments: tuple) -> bool:
        path, _, flags = arguments
        return (
            isinstance(flags, int) and bool(flags & WRITES) and isinstance(path, str | os.PathLike)
        )

    def around_statement(self, execute, sql, params, many, context):
        self.step()
        answer = execute(sql, params, many, context)
        self.step()
        return answer


def main() -> None:
    deadly, *words = sys.argv[1:]
    commands = [
        list(group)
        for is_break, group in groupby(words, key=lambda word: word == "--")
        if not is_break
    ]
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from portal.timekeeping import clock

    clock.now = lambda: FIXED
    steps = Steps(int(deadly))
    sys.addaudithook(steps.on_event)
    steps.counting = True
    with connection.execute_wrapper(steps.around_statement):
        for command in commands:
            call_command(*command)
    steps.counting = False
    sys.stdout.write(json.dumps({"steps": steps.taken, "published": published()}) + "\n")


def published() -> dict[str, object]:
    """What anybody outside can see: exports by day and stage, message files by name, the ledger, the counts."""
    from django.conf import settings

    from edi.models import OutboundMessage
    from metering.models import Delivery, Publication

    exports = {
        f"{day} {stage}": _export(day, stage) for day in DAYS for stage in ("provisional", "final")
    }
    files = {
        str(path.relative_to(settings.EDI_DIR)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(Path(settings.EDI_DIR).rglob("*"))
        if path.is_file()
    }
    rows = OutboundMessage.objects.order_by("receiver_code", "name")
    ledger = {f"{row.receiver_code}/{row.name}": row.digest for row in rows}
    counts = {"deliveries": Delivery.objects.count(), "publications": Publication.objects.count()}
    return {"exports": exports, "files": files, "ledger": ledger, "counts": counts}


def _export(day: date, stage: str) -> str:
    from metering.frames.exports import export_energy
    from portal.errors import NotFound

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "energy.parquet"
        try:
            export_energy(day=day, path=path, stage=stage)
        except NotFound:
            return ""
        return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    main()
