"""What `import_readings` and `import_frames` have in common: files in the order given, each with its outcome."""

import sys
from pathlib import Path

from django.core.management.base import OutputWrapper

from metering.management import telling
from metering.models import Delivery
from metering.services import readings
from portal.actor import system
from portal.errors import Invalid
from portal.timekeeping.clock import now


def take_in(files: list[Path], kind: str, *, out: OutputWrapper, err: OutputWrapper) -> None:
    """Take in every file, also after a refused one; ends the process with 1 or 2 where something was left out."""
    taken: list[Delivery] = []
    has_refusals = False
    for path in files:
        try:
            delivery = readings.take_in(path=path, kind=kind, actor=system("command"), at=now())
        except Invalid as refusal:
            has_refusals = True
            err.write("\n".join(telling.of_refusal(refusal)))
        else:
            taken.append(delivery)
            out.write("\n".join(telling.of_delivery(delivery, path.name)))
    if code := telling.exit_code(taken, has_refusals=has_refusals):
        sys.exit(code)
