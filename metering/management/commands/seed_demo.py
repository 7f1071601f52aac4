"""`seed_demo --points N --days D --seed S`: makes the sample area, once (decisions 39)."""

from argparse import ArgumentParser
from datetime import date, timedelta
from time import monotonic
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from metering.demo import refusals
from metering.demo.seeding import Seeded, seed_area
from metering.domain.points import DEVICE_LABELS, DeviceKind
from portal.actor import system
from portal.errors import DomainError
from portal.timekeeping import clock
from portal.timekeeping.half_hours import day_of


class Command(BaseCommand):
    help = "Make the sample area: masters, readings with troubles, and accounts. The same arguments make the same area."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How large, how long, which one, until when."""
        parser.add_argument("--points", type=int, default=400, help="device points (400)")
        parser.add_argument("--days", type=int, default=35, help="days of readings (35)")
        parser.add_argument("--seed", type=int, default=1, help="another number, another area (1)")
        parser.add_argument(
            "--until", type=date.fromisoformat, help="the last day, YYYY-MM-DD (yesterday)"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Make it, or say that it is there, or why not."""
        began, at = monotonic(), clock.now()
        try:
            in_production = str(settings.SETTINGS_MODULE).endswith(".production")
            if in_production or not settings.PORTAL_DEMO:
                raise refusals.not_a_demo()
            seeded = seed_area(
                points=options["points"],
                days=options["days"],
                seed=options["seed"],
                until=options["until"] or day_of(at) - timedelta(days=1),
                folder=settings.VAR_DIR / "demo",
                accounts_file=settings.DEMO_ACCOUNTS_FILE,
                actor=system("seed_demo"),
                at=at,
                tell=self.stdout.write,
            )
        except DomainError as refusal:
            raise CommandError(str(refusal)) from refusal
        self._tell(seeded, monotonic() - began)

    def _tell(self, seeded: Seeded, seconds: float) -> None:
        what = f"{seeded.points} device points, {seeded.days} days until {seeded.until}, seed {seeded.seed}"
        if not seeded.is_new:
            self.stdout.write(f"The sample area is here already ({what}); nothing was changed.")
            return
        self.stdout.write(f"Sample area: {what}")
        for (kind, pattern), count in sorted(seeded.kinds.items()):
            self.stdout.write(
                f"  pattern {pattern}  {kind:<12}{count:>9,}  {DEVICE_LABELS[DeviceKind(kind)]}"
            )
        for kind, count in sorted(seeded.rows.items()):
            self.stdout.write(f"  rows       {kind:<12}{count:>9,}")
        lines = {
            "premises": seeded.premises,
            "gaps put in": seeded.gaps,
            "quarantined": seeded.quarantined,
            "files": seeded.files,
            "accounts": seeded.accounts,
        }
        for name, count in lines.items():
            self.stdout.write(f"  {name:<23}{count:>9,}")
        self.stdout.write(f"  seconds                {seconds:>9.1f}")
        self.stdout.write(f"Accounts and passwords: {settings.DEMO_ACCOUNTS_FILE}")
