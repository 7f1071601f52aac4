"""Premises with their people, contracts and devices, one after the other until there are enough device points."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import count
from random import Random

from metering.demo.world import fleet, names
from metering.demo.world.plan import AREA, Building, Device, Home, Schedule
from metering.demo.world.schedules import CLOSED_GROUPS
from metering.domain.identifiers import device_point_number
from metering.domain.points import MAX_DEVICE_POINTS, ServicePattern

RETAILERS = {
    "91233": 50,
    "91243": 30,
    "91253": 20,
}  # with their shares: one is larger than the others
AGGREGATORS = ("91263", "91273")
FULL_REGISTER = 100_000_000  # Wh, eight digits
ROLLING_OVER = 0.04  # share of registers that pass it within the sample
OPENING = date(2016, 4, 1)  # the retail market is open to everybody


def homes(
    *, points: int, seed: int, first_day: date, last_day: date, groups: tuple[Schedule, ...]
) -> Iterator[Home]:
    """Premises with exactly ``points`` device points in all."""
    serials = iter(range(1, points + 1))
    left = points
    for index in count(1):
        if not left:
            return
        random = Random(f"{seed}|home|{index}")
        place = fleet.building(random)
        drafts = fleet.drafts(random, place, min(left, MAX_DEVICE_POINTS))
        left -= len(drafts)
        devices = tuple(
            _device(random, seed, place, draft, next(serials), position)
            for position, draft in enumerate(drafts, start=1)
        )
        group = _group(random, groups)
        start = _service_from(random, group, first_day, last_day)
        yield _home(random, index, place, devices, group, start)


def _group(random: Random, groups: tuple[Schedule, ...]) -> Schedule:
    if random.random() < 0.55:
        return random.choice(groups[:CLOSED_GROUPS])
    return random.choice(groups[CLOSED_GROUPS:])


def _service_from(random: Random, group: Schedule, first_day: date, last_day: date) -> date:
    """Most serve from the first day; some begin later, on a reading date of theirs."""
    middle = first_day + (last_day - first_day) / 2
    later = [day for day in group.days if first_day < day <= middle]
    return later[0] if later and random.random() < 0.25 else first_day


def _home(
    random: Random,
    index: int,
    place: Building,
    devices: tuple[Device, ...],
    group: Schedule,
    start: date,
) -> Home:
    moved_in = start - timedelta(days=random.randint(40, 4_000))
    retailer = random.choices(list(RETAILERS), weights=list(RETAILERS.values()))[0]
    aggregator = random.choice(AGGREGATORS)
    balancing = any(device.pattern is ServicePattern.BALANCING for device in devices)
    generating = any("1" in device.directions for device in devices)
    return Home(
        premises_number=f"D{AREA}{index:06d}",
        address=names.address(random, index),
        supply_point_number=f"{AREA}05{index:018d}",
        building=place,
        scale=random.uniform(0.6, 1.5),
        schedule=group.code,
        customer=names.person(random, place, f"{AREA}{index:010d}"),
        moved_in=moved_in,
        retailer=retailer,
        contracted=max(moved_in, OPENING, start - timedelta(days=random.randint(30, 1_500))),
        service_from=start,
        devices=devices,
        aggregator=aggregator if balancing else "",
        balancing_contract=f"BC{AREA}-{index:06d}" if balancing else "",
        receiving_place_number=f"{AREA}07{index:018d}" if generating else "",
        generation_party=_generation_party(random, retailer) if generating else "",
    )


def _generation_party(random: Random, retailer: str) -> str:
    """Mostly the retailer buys what the roof makes; sometimes an aggregator does, which is a different party."""
    return retailer if retailer != "91253" and random.random() < 0.85 else AGGREGATORS[0]


def _device(
    random: Random, seed: int, place: Building, draft: fleet.Draft, serial: int, position: int
) -> Device:
    return Device(
        number=device_point_number(area=AREA, serial=serial),
        control_number=f"M{serial:013d}",
        position=position,
        kind=draft.kind,
        building=place,
        name=draft.name,
        pattern=draft.pattern,
        directions=draft.directions,
        rated_w=draft.rated_w,
        meter_id=meter_id(seed, serial, installed=1),
        meter_maker=random.choice(names.METER_MAKERS),
        accuracy_class=random.choice(("n3", "n4", "n5")),
        terminal_id=f"IOT{AREA}SAMPLE{serial:08d}",
        terminal_make=random.randrange(len(names.TERMINAL_MAKES)),
        register_wh={int(direction): _first_register(random) for direction in draft.directions},
    )


def meter_id(seed: int, serial: int, *, installed: int) -> str:
    """The n-th exempt meter at a device point: a locally administered MAC address and the meter's number in the node."""
    return f"02{seed % 0xFFFF:04X}{serial:06X}{installed:02X}"


def _first_register(random: Random) -> int:
    if random.random() < ROLLING_OVER:
        return FULL_REGISTER - random.randint(3_000, 90_000)
    return random.randint(0, 60_000_000)
