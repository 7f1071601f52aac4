"""`watch_inbox [--every SECONDS]`: take in what waits in the watched folder, once or again and again."""

from argparse import ArgumentParser
from time import sleep
from typing import Any

from django.core.management.base import BaseCommand

from metering.management import telling
from metering.services import readings
from metering.services.inbox import Outcome
from portal.actor import system
from portal.timekeeping.clock import now


class Command(BaseCommand):
    help = (
        "Take in the files in INBOX_DIR/<kind>/ and move them to taken/ or refused/ with a verdict beside them. "
        "Files must be renamed into the folder when they are complete."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--every", type=float, metavar="SECONDS", help="go on until Ctrl-C")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            self._scan()
            while options["every"]:
                sleep(options["every"])
                self._scan()
        except KeyboardInterrupt:
            self.stderr.write("ended")

    def _scan(self) -> None:
        for outcome in readings.watch_inbox(actor=system("inbox"), at=now()):
            self._tell(outcome)

    def _tell(self, outcome: Outcome) -> None:
        if outcome.delivery is not None:
            self.stdout.write("\n".join(telling.of_delivery(outcome.delivery, outcome.name)))
        if outcome.refusal is not None:
            self.stderr.write("\n".join(telling.of_refusal(outcome.refusal)))
