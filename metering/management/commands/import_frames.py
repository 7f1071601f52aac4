"""`import_frames --kind KIND FILE…`: take in exchanges, baselines, smart-meter values or accepted gap-fill rows."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from metering.management.taking_in import take_in
from metering.models import DeliveryKind

KINDS = [kind.value for kind in DeliveryKind if kind != DeliveryKind.READINGS]


class Command(BaseCommand):
    help = (
        "Take in files of one kind in the order given; the same file again changes nothing. "
        "Exit code 0: everything is in; 1: rows were set aside; 2: a file was refused."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--kind", choices=KINDS, required=True)
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")

    def handle(self, *_args: Any, **options: Any) -> None:
        take_in(options["files"], options["kind"], out=self.stdout, err=self.stderr)
