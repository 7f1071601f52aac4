"""`export_energy --day D --out DIR`: energy.parquet of the published run, for the operator's own systems."""

from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from metering.frames import exports
from portal.errors import DomainError


class Command(BaseCommand):
    help = "Write the energy in force on a day, with retailer, pattern, premises and run, to DIR/energy.parquet."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--day", type=date.fromisoformat, required=True)
        parser.add_argument("--out", type=Path, required=True, help="folder, made where missing")
        parser.add_argument("--stage", choices=["provisional", "final"], help="this stage alone")

    def handle(self, *args: Any, **options: Any) -> None:
        path = options["out"] / "energy.parquet"
        try:
            rows = exports.export_energy(day=options["day"], path=path, stage=options["stage"])
        except DomainError as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{path}: {rows:,} rows")
