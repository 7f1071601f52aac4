"""Enters national holidays and the year-end days into the business calendar."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.actor import system
from portal.errors import DomainError
from portal.parameters import services
from portal.timekeeping import clock


class Command(BaseCommand):
    help = "Enter the closed days of the given years; days entered by hand stay as they are."

    def add_arguments(self, parser: CommandParser) -> None:
        """The years, both included; without them two years back to two years ahead."""
        parser.add_argument("--from", dest="first_year", type=int)
        parser.add_argument("--to", dest="last_year", type=int)

    def handle(self, *_args: Any, **options: Any) -> None:
        """Seed and say how many days were new."""
        first_year, last_year = options["first_year"], options["last_year"]
        who_and_when: dict[str, Any] = {"actor": system("seed_calendar"), "at": clock.now()}
        try:
            if first_year is None and last_year is None:
                added = services.ensure_calendar(**who_and_when)
            else:
                first_year, last_year = first_year or last_year, last_year or first_year
                added = services.seed_calendar(
                    first_year=first_year, last_year=last_year, **who_and_when
                )
        except DomainError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{added} closed days added.")
