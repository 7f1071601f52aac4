"""What happens to customers and contracts meanwhile: one move, one switch of retailer, one hold, each at its own premises."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from random import Random

from metering.demo.world import names
from metering.demo.world.homes import RETAILERS
from metering.demo.world.plan import AREA, HoldSpan, Home, Move, Switch
from metering.domain.points import HoldReason, ServicePattern


def changes(
    homes: tuple[Home, ...], *, seed: int, first_day: date, last_day: date
) -> tuple[Move | None, Switch | None, tuple[HoldSpan, ...]]:
    """The three stories; a sample too small to have three places for them has fewer."""
    random = Random(f"{seed}|changes")

    def after(twentieths: int) -> date:
        return first_day + ((last_day - first_day).days + 1) * twentieths // 20 * timedelta(days=1)

    places = _places(random, homes, first_day)
    moved, switched, held = (next(places, None) for _ in range(3))
    return (
        _move(random, moved, after(11), len(homes)) if moved else None,
        _switch(random, switched, after(13)) if switched else None,
        (_hold(held, after(14)),) if held else (),
    )


def _places(random: Random, homes: tuple[Home, ...], first_day: date) -> Iterator[Home]:
    """Premises of pattern 2 alone that serve from the first day, in random order."""
    fitting = [
        home
        for home in homes
        if home.service_from == first_day
        and all(device.pattern is ServicePattern.PROVISION for device in home.devices)
    ]
    random.shuffle(fitting)
    return iter(fitting)


def _move(random: Random, home: Home, day: date, customers: int) -> Move:
    number = f"{AREA}{customers + 1:010d}"
    return Move(
        premises_number=home.premises_number,
        day=day,
        customer=names.person(random, home.building, number),
    )


def _switch(random: Random, home: Home, day: date) -> Switch:
    others = [code for code in RETAILERS if code != home.retailer]
    return Switch(premises_number=home.premises_number, day=day, retailer=random.choice(others))


def _hold(home: Home, day: date) -> HoldSpan:
    starts_at = datetime.combine(day, time(9, 30))
    return HoldSpan(
        device_point_number=home.devices[0].number,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=30),
        reason=HoldReason.ISOLATION,
        cause="sample:isolation-1",
    )
