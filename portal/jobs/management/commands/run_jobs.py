"""Works the queue in the foreground, without any broker."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.jobs import runner, workers
from portal.jobs.models import JobState
from portal.timekeeping import clock

PAUSE = 1.0  # seconds between two looks at an empty queue


class Command(BaseCommand):
    help = "Do queued jobs one after the other in this process."

    def add_arguments(self, parser: CommandParser) -> None:
        """Which queues, and whether to end when they are empty."""
        parser.add_argument(
            "--until-idle", action="store_true", help="end when nothing is left to do"
        )
        parser.add_argument(
            "--queue", action="append", default=[], help="only this queue; may be repeated"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Work; with --until-idle print what was done, and fail when a job failed."""
        while True:
            ended = runner.work(worker=workers.name(), clock=clock.now, queues=options["queue"])
            if options["until_idle"]:
                break
            time.sleep(PAUSE)
        if ended[JobState.FAILED]:
            raise CommandError(
                f"{ended[JobState.DONE]} jobs done, {ended[JobState.FAILED]} failed."
            )
        self.stdout.write(f"{ended[JobState.DONE]} jobs done.")
