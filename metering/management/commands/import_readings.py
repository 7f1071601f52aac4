"""`import_readings FILE…`: take in register readings (CSV, CSV.gz or Parquet; columns: settlement.md section 1)."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from metering.management.taking_in import take_in
from metering.models import DeliveryKind


class Command(BaseCommand):
    help = (
        "Take in files of readings in the order given; the same file again changes nothing. "
        "Exit code 0: everything is in; 1: rows were set aside; 2: a file was refused."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")

    def handle(self, *_args: Any, **options: Any) -> None:
        take_in(options["files"], DeliveryKind.READINGS, out=self.stdout, err=self.stderr)
