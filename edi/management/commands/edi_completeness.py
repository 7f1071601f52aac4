"""`edi_completeness --day D [--out FILE.csv]`: expected = sent + held + missing, per receiver, each with its list."""

import csv
from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from edi.domain import coverage
from edi.services import completeness
from edi.services.completeness import Statement
from portal.actor import system
from portal.timekeeping import clock

KINDS = (
    "expected",
    "sent",
    "held",
    "missing",
    "unexplained",
    "contradicted",
    "without_line",
)


class Command(BaseCommand):
    help = (
        "State per receiver how many slots of a day were expected, sent, held and missing, read back from the files. "
        "--out writes the lists by device point. Exit code 1 where something is unexplained or a point has no line."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--day", type=date.fromisoformat, required=True, metavar="YYYY-MM-DD")
        parser.add_argument("--out", type=Path, help="CSV file for the lists")

    def handle(self, *args: Any, **options: Any) -> None:
        made = completeness.check(
            day=options["day"], actor=system("edi_completeness"), at=clock.now()
        )
        self.stdout.write("receiver" + "".join(f"{kind:>14}" for kind in KINDS))
        for one in made:
            counts = "".join(f"{getattr(one, kind).slots:>14,}" for kind in KINDS)
            self.stdout.write(f"{one.receiver.party.code:<8}{counts}")
        if options["out"]:
            _write_lists(made, options["out"])
        if not all(one.is_complete for one in made):
            raise SystemExit(1)


def _write_lists(made: list[Statement], path: Path) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["receiver_code", "day", "list", "device_point_number", "slots"])
        for one in made:
            for kind in KINDS:
                for number, slots in getattr(one, kind).by_point.items():
                    shown = " ".join(str(slot) for slot in coverage.slots(slots))
                    rows.writerow([one.receiver.party.code, one.day, kind, number, shown])
