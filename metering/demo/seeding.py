"""Makes the sample area once: masters in one transaction, files through the doors of any file, accounts at the end.

The journal is the memory: an area that was begun is finished with the arguments it was begun with, and one that was
completed is left alone.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import transaction

from metering.demo import accounts, refusals
from metering.demo.happenings import Happenings
from metering.demo.masters import Masters
from metering.demo.world.area import plan
from metering.demo.world.files import Writer, Written
from metering.demo.world.plan import Area
from metering.models import Delivery
from metering.services.readings import take_in
from portal.actor import Actor
from portal.journal import recorder
from portal.journal.models import Entry
from portal.organizations.models import Organization
from portal.parameters.services import ensure_calendar
from portal.timekeeping.half_hours import from_naive_jst, starts_at

BEGUN, COMPLETED = "sample_area.begun", "sample_area.completed"
MASTERS_AHEAD = timedelta(days=7)  # masters were entered a week before the first day


@dataclass(frozen=True, kw_only=True)
class Seeded:
    """What the sample area holds; ``is_new`` is False where it was there already and nothing was changed."""

    points: int
    days: int
    seed: int
    until: date
    is_new: bool
    premises: int = 0
    kinds: Counter[tuple[str, int]] = field(
        default_factory=Counter
    )  # device points by kind, pattern
    rows: dict[str, int] = field(default_factory=dict)  # by kind of input
    quarantined: int = 0
    gaps: int = 0
    files: int = 0
    accounts: int = 0


def seed_area(
    *,
    points: int,
    days: int,
    seed: int,
    until: date,
    folder: Path,
    accounts_file: Path,
    actor: Actor,
    at: datetime,
    tell: Callable[[str], object] = lambda _: None,
) -> Seeded:
    """Make the sample area, or finish the one that was begun, or leave the one that is there.

    ``folder`` receives the files, ``accounts_file`` the passwords; ``tell`` hears of the steps. Raises Refused where
    the installation holds other data or the numbers make no area.
    """
    _check(points, days, until, at)
    arguments = _arguments(points, days, seed, until)
    completed = _remembered(COMPLETED)
    if completed:
        return Seeded(**completed, is_new=False)
    arguments = _remembered(BEGUN) or arguments
    area = plan(**arguments)
    writer = Writer(area, folder)
    if not _remembered(BEGUN):
        tell("登録 (masters) …")
        _begin(area, writer.written, arguments, actor=actor, at=at)
    tell("ファイル作成 (writing files) …")
    written = writer.write()
    tell(f"取込 (taking in {len(written.deliveries)} files) …")
    taken = _take_in(written, actor=actor, at=at)
    tell("アカウント (accounts) …")
    people = accounts.create(area, path=accounts_file, actor=actor, at=at)
    _remember(COMPLETED, arguments, actor=actor, at=at)
    return _summary(area, written, taken, arguments, people=len(people))


def _check(points: int, days: int, until: date, at: datetime) -> None:
    if points < 1 or days < 1:
        raise refusals.no_area(points, days)
    if starts_at(until + timedelta(days=1)) > at:
        raise refusals.day_not_over(until)


def _arguments(points: int, days: int, seed: int, until: date) -> dict[str, Any]:
    return {"points": points, "days": days, "seed": seed, "until": until}


def _begin(
    area: Area, written: Written, arguments: dict[str, Any], *, actor: Actor, at: datetime
) -> None:
    """All masters or none; two at once do not both begin."""
    ensure_calendar(actor=actor, at=at)
    with transaction.atomic():
        if Organization.objects.exists():
            raise refusals.other_data()
        entered_at = starts_at(area.first_day) - MASTERS_AHEAD
        Masters(area, actor=actor, at=entered_at).write()
        Happenings(area, written.troubles, actor=actor).write()
        _remember(BEGUN, arguments, actor=actor, at=at)


def _take_in(written: Written, *, actor: Actor, at: datetime) -> list[Delivery]:
    """Every file in the order and at the time of its arrival; one that was taken in before changes nothing."""
    return [
        take_in(
            path=delivery.path,
            kind=delivery.kind,
            actor=actor,
            at=min(at, from_naive_jst(delivery.delivered_at)),
        )
        for delivery in written.deliveries
    ]


def _remember(verb: str, arguments: dict[str, Any], *, actor: Actor, at: datetime) -> None:
    subject = f"sample_area:{arguments['seed']}"
    recorder.record(verb, actor=actor, at=at, subject=subject, data=arguments)


def _remembered(verb: str) -> dict[str, Any] | None:
    """The arguments of the area that was begun or completed here."""
    entry = Entry.objects.filter(verb=verb).order_by("pk").first()
    if entry is None:
        return None
    return {**entry.data, "until": date.fromisoformat(entry.data["until"])}


def _summary(
    area: Area,
    written: Written,
    taken: list[Delivery],
    arguments: dict[str, Any],
    *,
    people: int,
) -> Seeded:
    return Seeded(
        **arguments,
        is_new=True,
        premises=len(area.homes),
        kinds=Counter((str(device.kind), int(device.pattern)) for device in area.devices),
        rows=written.rows,
        quarantined=sum(delivery.quarantined for delivery in taken),
        gaps=written.gaps,
        files=len(taken),
        accounts=people,
    )
