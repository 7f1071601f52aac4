"""`main_job`: readings in, energy settled, messages out, for the complete days at hand; then a table of what came of it."""

from datetime import date, timedelta
from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from edi.services import building
from metering.domain.quality import Quality
from metering.frames.overview import Overview, overview
from metering.models import RunState, SettlementRun
from metering.selectors import store_parts
from metering.services import readings, settlement
from metering.views import words
from portal.actor import Actor, system
from portal.jobs import runner, workers
from portal.timekeeping import clock
from portal.timekeeping.half_hours import day_of

ONE_DAY = timedelta(days=1)


class Command(BaseCommand):
    help = "Take in what waits, settle the complete days at hand (provisional, and final where due), build messages."

    def handle(self, *args: Any, **options: Any) -> None:
        actor = system("main_job")
        started = monotonic()
        readings.watch_inbox(actor=actor, at=clock.now())
        first_day, last_day = self._complete_days()
        self._say(f"精算 (settling) {first_day} – {last_day} …")
        runs = self._settle(first_day, last_day, actor)
        settled = monotonic() - started
        self._say("電文作成 (building messages) …")
        built = building.build_due(actor=actor, at=clock.now())
        seconds = monotonic() - started
        self._table(
            overview(first_day, last_day), runs, sum(one.files for one in built), settled, seconds
        )

    def _complete_days(self) -> tuple[date, date]:
        """Days with readings, up to yesterday; a day is complete when its closing reading of 24:00 can be there."""
        days = store_parts.days_of("readings")
        if days is None:
            raise CommandError(
                "There are no readings yet: run import_readings, or seed_demo for sample data."
            )
        first_day, last_day = days
        return first_day, min(last_day, day_of(clock.now())) - ONE_DAY

    def _settle(self, first_day: date, last_day: date, actor: Actor) -> list[SettlementRun]:
        at = clock.now()
        runs = [
            settlement.start(
                first_day=first_day, last_day=last_day, stage="provisional", actor=actor, at=at
            ),
            *settlement.start_due_finals(actor=actor, at=at),
        ]
        runner.work(worker=workers.name(), clock=clock.now, queues=[settlement.QUEUE])
        for run in runs:
            run.refresh_from_db()
            if run.state not in (RunState.CALCULATED, RunState.UNCHANGED):
                raise CommandError(f"run {run.pk} is {run.state}: {run.failure or 'see its jobs'}")
        return runs

    def _table(
        self,
        made: Overview,
        runs: list[SettlementRun],
        files: int,
        settled: float,
        seconds: float,
    ) -> None:
        rows_read = sum(run.counts.get("rows_read", 0) for run in runs)
        calculated = sum(run.counts["parts"] - run.counts["parts_reused"] for run in runs)
        quality = [
            (f"  {number} {words.QUALITY[Quality(number)]}", f"{count:,}")
            for number, count in made.quality.items()
        ]
        rows = [
            ("日数 (days)", f"{made.days:,}"),
            ("機器点 (device points)", f"{made.device_points:,}"),
            ("コマ (slots)", f"{made.slots:,}"),
            *quality,
            ("欠測区間 (gaps)", f"{made.gaps:,}"),
            ("計算した部分 (parts calculated)", f"{calculated:,}"),
            ("作成した電文 (files)", f"{files:,}"),
            ("秒 (seconds)", f"{seconds:.1f}"),
            ("指示数の行/秒 (readings rows/s)", f"{rows_read / max(settled, 0.001):,.0f}"),
        ]
        width = max(_width(name) for name, _ in rows)
        for name, value in rows:
            self._say(f"{name}{' ' * (width - _width(name))}  {value:>12}")

    def _say(self, line: str) -> None:
        self.stdout.write(line)


def _width(text: str) -> int:
    """Columns of a terminal: Japanese letters take two."""
    return sum(2 if ord(letter) > 0x2E7F else 1 for letter in text)
