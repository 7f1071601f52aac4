"""`import_registry TABLE FILE…`: masters from CSV files, a verdict per row, all or nothing (docs/registry.md)."""

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from metering.domain.registry_docs import described
from metering.domain.registry_tables import TABLES
from metering.services.registry import importing
from metering.services.registry.importing import Report
from portal import uploads
from portal.actor import system
from portal.errors import DomainError
from portal.timekeeping import clock

REFUSALS_SHOWN = 20
REFUSED = 2  # exit code, as of every command that refuses its input


class Command(BaseCommand):
    help = "Import CSV files into one table of the registry. Tables and columns: docs/registry.md."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("table", nargs="?", metavar="TABLE", help=" ".join(TABLES))
        parser.add_argument("files", nargs="*", type=Path, metavar="FILE")
        parser.add_argument("--dry-run", action="store_true", help="judge, but write nothing")
        parser.add_argument(
            "--partly", action="store_true", help="write the good rows although others are refused"
        )
        parser.add_argument(
            "--verdicts",
            type=Path,
            metavar="OUT",
            help="the sender's file with verdicts; a folder where there are several files",
        )
        parser.add_argument(
            "--describe", action="store_true", help="print tables and columns as Markdown"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Import, print the counts and the first refusals; exit code 2 where something was refused."""
        if options["describe"]:
            self.stdout.write(described(), ending="")
            return
        if not options["table"] or not options["files"]:
            raise CommandError("name a table and at least one file")
        try:
            reports = _imported(options)
        except DomainError as error:
            raise CommandError(str(error), returncode=REFUSED) from error
        for report in reports:
            self._tell(report)
        if options["verdicts"]:
            _write_verdicts(reports, options["verdicts"])
        if any(report.has_refusals for report in reports) and not options["partly"]:
            raise CommandError("refused; nothing was written", returncode=REFUSED)

    def _tell(self, report: Report) -> None:
        counts = ", ".join(f"{number} {outcome}" for outcome, number in report.counts.items())
        state = "" if report.was_written else " (nothing written)"
        self.stdout.write(f"{report.upload.name}: {counts}{state}")
        refused = [
            (row, verdict)
            for row, verdict in zip(report.upload.rows, report.verdicts, strict=True)
            if verdict.error
        ]
        for row, verdict in refused[:REFUSALS_SHOWN]:
            place = report.upload.place(row, verdict.column)
            self.stderr.write(
                f"{place}: {verdict.error} / {verdict.error and verdict.error.message.ja}"
            )
        if len(refused) > REFUSALS_SHOWN:
            self.stderr.write(f"… and {len(refused) - REFUSALS_SHOWN} more (--verdicts has all)")


def _imported(options: dict[str, Any]) -> list[Report]:
    files = [
        importing.read(_content(path), name=path.name, table=options["table"])
        for path in options["files"]
    ]
    return importing.import_uploads(
        table=options["table"],
        files=files,
        actor=system("import_registry"),
        at=clock.now(),
        dry_run=options["dry_run"],
        partly=options["partly"],
    )


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror}", returncode=REFUSED) from error


def _write_verdicts(reports: list[Report], out: Path) -> None:
    """One file, or the sender's files by their names where ``out`` is a folder."""
    several = len(reports) > 1 or out.is_dir()
    written: set[Path] = set()
    try:
        (out if several else out.parent).mkdir(parents=True, exist_ok=True)
        for number, report in enumerate(reports, start=1):
            target = out / report.upload.name if several else out
            if target in written:  # files of one name from several folders
                target = out / f"{number}-{report.upload.name}"
            written.add(target)
            _write_whole(target, uploads.with_verdicts(report.upload, report.verdicts))
    except OSError as error:
        raise CommandError(f"the verdicts could not be written: {error}") from error


def _write_whole(target: Path, content: bytes) -> None:
    """The whole file or none."""
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    draft.write_bytes(content)
    draft.replace(target)
