"""`redrive_quarantine [--delivery N]`: take up rows that were set aside and are good now."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from metering.management import telling
from metering.models import Delivery
from metering.selectors.deliveries import with_rows_set_aside
from metering.services import readings
from portal.actor import system
from portal.errors import Conflict
from portal.timekeeping.clock import now


class Command(BaseCommand):
    help = (
        "Judge rows that were set aside once more, of one delivery or of all; good ones take the places they have in their file. "
        "Exit code 0: none is left; 1: some are; 2: somebody else was re-driving."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--delivery", type=int, metavar="N", help="this delivery alone")

    def handle(self, *_args: Any, **options: Any) -> None:
        chosen = _chosen(options["delivery"])
        for delivery in chosen:
            self._redrive(delivery)
        if code := telling.exit_code(chosen, has_refusals=False):
            sys.exit(code)

    def _redrive(self, delivery: Delivery) -> None:
        try:
            taken_up = readings.redrive(delivery=delivery, actor=system("command"), at=now())
        except Conflict as conflict:
            raise CommandError(
                "\n".join(telling.of_refusal(conflict)), returncode=telling.REFUSED
            ) from conflict
        self.stdout.write(
            f"{delivery.file_name} ({delivery.pk}): {taken_up:,} 行を取込 rows taken up, "
            f"{delivery.quarantined:,} 行が隔離中 still set aside"
        )
        self.stdout.write("\n".join(telling.of_reasons(delivery)))


def _chosen(number: int | None) -> list[Delivery]:
    if number is None:
        return with_rows_set_aside()
    found = Delivery.objects.filter(pk=number).first()
    if found is None:
        raise CommandError(
            f"受領 {number} はありません / there is no delivery {number}", returncode=2
        )
    return [found]
