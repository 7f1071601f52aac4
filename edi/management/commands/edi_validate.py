"""`edi_validate --day D`: every file of a day against the schema and the table of conditional elements."""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand

from edi.services import validating

SHOWN_FAULTS = 5


class Command(BaseCommand):
    help = "Judge every standing file of a day. Exit code 1 where one is not as the profile says."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--day", type=date.fromisoformat, required=True, metavar="YYYY-MM-DD")

    def handle(self, *args: Any, **options: Any) -> None:
        judged = faulty = 0
        for file in validating.judge(day=options["day"]):
            judged += 1
            faulty += bool(file.faults)
            for fault in file.faults[:SHOWN_FAULTS]:
                self.stdout.write(f"{file.receiver_code}/{file.name}: {fault}")
        self.stdout.write(f"{judged} files, {faulty} faulty")
        if faulty:
            raise SystemExit(1)
