"""The whole plan of a sample area from four arguments."""

from datetime import date, timedelta

from metering.demo.world import names
from metering.demo.world.changes import changes
from metering.demo.world.homes import homes
from metering.demo.world.plan import Area
from metering.demo.world.schedules import schedules


def plan(*, points: int, days: int, seed: int, until: date) -> Area:
    """An area of ``points`` device points over ``days`` days up to and including ``until``; the same every time."""
    first_day = until - timedelta(days=days - 1)
    groups = schedules(until)
    places = tuple(
        homes(points=points, seed=seed, first_day=first_day, last_day=until, groups=groups)
    )
    move, switch, holds = changes(places, seed=seed, first_day=first_day, last_day=until)
    return Area(
        points=points,
        days=days,
        seed=seed,
        until=until,
        operator=names.OPERATOR,
        companies=names.COMPANIES,
        schedules=groups,
        terminal_makes=names.TERMINAL_MAKES,
        homes=places,
        move=move,
        switch=switch,
        holds=holds,
    )
