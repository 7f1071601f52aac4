"""`settle --from D --to D --stage provisional|final`: one run through the database, worked in the foreground."""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from metering.models import RunState
from metering.services import settlement
from portal.actor import system
from portal.errors import DomainError
from portal.jobs import runner, workers
from portal.timekeeping import clock


class Command(BaseCommand):
    help = "Settle days through the database: calculate what changed, publish when something did."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--from", dest="first_day", type=date.fromisoformat, required=True)
        parser.add_argument("--to", dest="last_day", type=date.fromisoformat, required=True)
        parser.add_argument("--stage", choices=["provisional", "final"], required=True)
        parser.add_argument("--no-publish", action="store_true", help="calculate only")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            run = settlement.start(
                first_day=options["first_day"],
                last_day=options["last_day"],
                stage=options["stage"],
                publishes=not options["no_publish"],
                actor=system("settle"),
                at=clock.now(),
            )
        except DomainError as refusal:
            raise CommandError(str(refusal)) from refusal
        runner.work(worker=workers.name(), clock=clock.now, queues=[settlement.QUEUE])
        run.refresh_from_db()
        if run.state not in (RunState.CALCULATED, RunState.UNCHANGED):
            raise CommandError(f"run {run.pk} is {run.state}: {run.failure or 'see its jobs'}")
        self.stdout.write(
            f"run {run.pk} {run.stage} {run.first_day} to {run.last_day}: {run.state}, "
            f"{run.counts['parts']} parts ({run.counts['parts_reused']} reused), {run.identity[:12]}"
        )
