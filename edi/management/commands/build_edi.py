"""`build_edi --day D | --due`: build message files from published results."""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from edi.services import building
from edi.services.issuing import Built
from portal.actor import system
from portal.errors import DomainError
from portal.timekeeping import clock

ROW = "{code:<6}{day:<12}{files:>8}{records:>12}{mb:>10}{unchanged:>11}{alarms:>8}"


class Command(BaseCommand):
    help = (
        "Build message files. --day D: the slot and day messages of D, and fixed usage where D is a meter-reading date; "
        "--due: whatever has published results that were not looked at yet. Again changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("--day", type=date.fromisoformat, metavar="YYYY-MM-DD")
        which.add_argument("--due", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        actor, at = system("build_edi"), clock.now()
        try:
            if options["due"]:
                made = building.build_due(actor=actor, at=at)
            else:
                made = building.build_day(day=options["day"], actor=actor, at=at)
        except DomainError as refusal:
            raise CommandError(str(refusal), returncode=2) from refusal
        self._print([one for one in made if one.files or one.unchanged or one.alarms])

    def _print(self, made: list[Built]) -> None:
        if not made:
            self.stdout.write("Nothing to build.")
            return
        words = ("code", "day", "files", "records", "mb", "unchanged", "alarms")
        self.stdout.write(
            ROW.format(**dict(zip(words, (*words[:4], "MB", *words[5:]), strict=True)))
        )
        for one in made:
            self.stdout.write(
                ROW.format(
                    code=one.code,
                    day=str(one.day),
                    files=one.files,
                    records=one.rows,
                    mb=f"{one.size / 1e6:.1f}",
                    unchanged=one.unchanged,
                    alarms=one.alarms,
                )
            )
