"""`settle_files`: the settlement without a database, for reproduction, audit, rehearsal and benchmarks."""

from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from metering.settlement.offline import Files, Job, settle_files
from portal.errors import Invalid, Text


class Command(BaseCommand):
    help = "Settle files of readings into energy.parquet, sites.parquet, findings.csv and run.json (no database)."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--register", type=Path, required=True)
        parser.add_argument(
            "--readings", type=Path, nargs="+", required=True, help="in order of delivery"
        )
        for table in ("exchanges", "gapfill", "baselines", "smart-meter", "holds"):
            parser.add_argument(f"--{table}", type=Path)
        parser.add_argument("--from", dest="first_day", type=date.fromisoformat, required=True)
        parser.add_argument("--to", dest="last_day", type=date.fromisoformat, required=True)
        parser.add_argument("--stage", choices=["provisional", "final"], required=True)
        parser.add_argument("--out", type=Path, required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        tables = (
            "register",
            "readings",
            "exchanges",
            "gapfill",
            "baselines",
            "smart_meter",
            "holds",
        )
        files = Files(**{table: options[table] for table in tables})
        job = Job(
            first_day=options["first_day"], last_day=options["last_day"], stage=options["stage"]
        )
        try:
            _check(job, options["out"])
            summary = settle_files(files, job, options["out"])
        except Invalid as refusal:
            raise CommandError(str(refusal), returncode=2) from refusal
        self.stdout.write(f"{summary.line()} → {options['out']}")


def _check(job: Job, out: Path) -> None:
    """Refuse arguments that no file can make good."""
    if job.last_day < job.first_day:
        raise Invalid(
            "E-INPUT-07",
            Text(ja="終了日が開始日より前です。", en="The last day is before the first day."),
            remedy=Text(ja="--from と --to を確かめてください。", en="Check --from and --to."),
            place=f"--to {job.last_day}",
        )
    if out.exists() and not out.is_dir():
        raise Invalid(
            "E-INPUT-08",
            Text(ja="出力先がフォルダーではありません。", en="The place to write to is no folder."),
            remedy=Text(
                ja="--out にフォルダーを指定してください。", en="Name a folder with --out."
            ),
            place=f"--out {out}",
        )
