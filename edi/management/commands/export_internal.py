"""`export_internal --day D`: pattern 1 results to the grid operator's own systems (never to retailers)."""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from edi.services import internal
from portal.actor import system
from portal.errors import DomainError
from portal.timekeeping import clock


class Command(BaseCommand):
    help = "Write the pattern 1 results of a day as CSV and Parquet with control totals under INTERNAL_DIR."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--day", type=date.fromisoformat, required=True, metavar="YYYY-MM-DD")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            exported = internal.export(
                day=options["day"], actor=system("export_internal"), at=clock.now()
            )
        except DomainError as refusal:
            raise CommandError(str(refusal), returncode=2) from refusal
        totals = exported.totals["totals"]
        self.stdout.write(
            f"{exported.folder}: {totals['energy'].get('rows', 0):,} rows of energy, "
            f"{totals['sites'].get('rows', 0):,} of sites{'' if exported.is_new else ' (already there)'}"
        )
