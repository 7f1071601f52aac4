"""What devices and houses do on one day: whole Wh per half hour, forward and reverse, as planned and as it came.

The planned side becomes the baselines (基準値計画); the difference on a called day is the balancing energy delivered.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from random import Random

from metering.demo.world.plan import Building, Device, Home
from metering.demo.world.weather import SLOTS, Weather
from metering.domain.points import DeviceKind, FlowDirection

Profile = list[int]  # Wh in each of the 48 half hours
WORKDAYS = 5  # Monday is 0


@dataclass(frozen=True)
class Conditions:
    """What a device meets on a day; ``called`` are the half hours in which balancing energy is asked for."""

    weather: Weather
    called: frozenset[int]

    @property
    def is_workday(self) -> bool:
        """Monday to Friday."""
        return self.weather.day.weekday() < WORKDAYS


@dataclass(frozen=True)
class Flows:
    """Energy of one device on one day per direction, planned and actual."""

    planned: dict[int, Profile]
    actual: dict[int, Profile]


Planned = dict[int, Profile]
FORWARD, REVERSE = int(FlowDirection.FORWARD), int(FlowDirection.REVERSE)


def device_day(device: Device, conditions: Conditions, random: Random) -> Flows:
    """The day of one device. Its metered directions are planned; nothing exceeds the rated power."""
    planned = PLANS[device.kind](device, conditions, random)
    actual = {
        direction: [
            min(device.rated_w // 2, int(wh * (0.95 + 0.1 * random.random()))) for wh in profile
        ]
        for direction, profile in planned.items()
    }
    if device.kind is DeviceKind.PV:
        actual[REVERSE] = _sunlit(device, conditions.weather.sunshine)
    elif device.is_balancing and conditions.called:
        _answer(device, actual, conditions.called)
    return Flows(planned, actual)


def house_day(home: Home, conditions: Conditions, random: Random) -> Profile:
    """Load of the premises outside its metered devices, in Wh per half hour."""
    shape = SHAPES[home.building, conditions.is_workday]
    comfort = 1 + 0.022 * abs(conditions.weather.mean_temperature - 19)
    size = home.scale * comfort
    return [int(watt * size * (0.35 + 0.3 * random.random())) for watt in shape]


def _photovoltaic(device: Device, conditions: Conditions, random: Random) -> Planned:
    standby = [0 if light else random.randint(1, 3) for light in conditions.weather.sunshine]
    return {FORWARD: standby, REVERSE: _sunlit(device, conditions.weather.foreseen_sunshine)}


def _sunlit(device: Device, sunshine: tuple[float, ...]) -> Profile:
    facing = 0.70 + 0.15 * (device.rated_w % 7) / 7  # roofs face different ways
    return [int(device.rated_w * facing * light / 2) for light in sunshine]


def _battery(device: Device, conditions: Conditions, random: Random) -> Planned:
    """Filled by the midday sun (after a dull forecast: at night), emptied in the evening, nine tenths come back."""
    forward, reverse = [random.randint(2, 5) for _ in SLOTS], [0 for _ in SLOTS]
    sunny = sum(conditions.weather.foreseen_sunshine) > 3.5
    charge_from = random.randint(18, 21) if sunny else random.randint(2, 5)
    discharge_from = random.randint(33, 36)
    power = int(device.rated_w / 2 * random.uniform(0.55, 0.85))
    for step in range(8):
        forward[charge_from + step] = power if step < 6 else power // 3
        reverse[discharge_from + step] = power * 9 // 10 if step < 6 else power // 4
    return {FORWARD: forward, REVERSE: reverse}


def _charger(device: Device, conditions: Conditions, random: Random) -> Planned:
    """A car that comes home in the evening and is filled then, or by a timer in the night; not every day."""
    forward = [1 for _ in SLOTS]
    reverse = [0 for _ in SLOTS]
    if random.random() < (0.72 if conditions.is_workday else 0.5):
        timer = random.random() < 0.4
        start = random.randint(0, 5) if timer else random.randint(36, 42)
        if not conditions.is_workday and not timer:
            start = random.randint(20, 38)
        _fill(forward, start, hours_half=random.randint(3, 9), wh=device.rated_w * 47 // 100)
    if "1" in device.directions:
        _fill(reverse, random.randint(33, 35), hours_half=4, wh=device.rated_w // 5)
        forward = [0 if back else wh for wh, back in zip(forward, reverse, strict=True)]
    return {FORWARD: forward, REVERSE: reverse} if "1" in device.directions else {FORWARD: forward}


def _heat_pump(device: Device, conditions: Conditions, random: Random) -> Planned:
    """Hot water made in the small hours, longer when it is cold, with a short reheating in the evening."""
    forward = [random.randint(3, 6) for _ in SLOTS]
    cold = max(0.0, 27 - conditions.weather.mean_temperature)
    _fill(
        forward, random.randint(2, 5), hours_half=4 + int(cold / 3), wh=device.rated_w * 45 // 100
    )
    if random.random() < 0.35:
        _fill(forward, random.randint(34, 39), hours_half=2, wh=device.rated_w * 40 // 100)
    return {FORWARD: forward}


def _load(device: Device, conditions: Conditions, random: Random) -> Planned:
    """Air conditioning and refrigeration: follows the hours of the place and the distance from a mild day."""
    effort = 0.38 + 0.035 * abs(conditions.weather.mean_temperature - 19)
    shape = SHAPES[device.building, conditions.is_workday]
    most = device.rated_w / 2 * random.uniform(0.8, 1.2) * effort
    return {FORWARD: [int(most * watt / max(shape)) for watt in shape]}


def _fill(profile: Profile, start: int, *, hours_half: int, wh: int) -> None:
    for slot in range(start, min(start + hours_half, len(profile))):
        profile[slot] = wh


def _answer(device: Device, actual: Planned, called: frozenset[int]) -> None:
    """In the called half hours what can discharge does, and what draws power waits; what waited runs afterwards."""
    forward, waited = actual[FORWARD], 0
    for slot in sorted(called):
        if REVERSE in actual:
            actual[REVERSE][slot] = device.rated_w * 46 // 100
        waited += forward[slot] - forward[slot] // 10
        forward[slot] //= 10
    for slot in range(max(called) + 1, len(forward)):
        more = min(waited, max(0, device.rated_w * 48 // 100 - forward[slot]))
        forward[slot] += more
        waited -= more


PLANS: dict[DeviceKind, Callable[[Device, Conditions, Random], Planned]] = {
    DeviceKind.PV: _photovoltaic,
    DeviceKind.BATTERY: _battery,
    DeviceKind.EV_CHARGER: _charger,
    DeviceKind.HEAT_PUMP: _heat_pump,
    DeviceKind.LOAD: _load,
}


def _day_shape(night: int, morning: int, day: int, evening: int) -> tuple[int, ...]:
    """Watts per half hour from four levels, with slopes between: up around 6:00, to bed around 23:00."""
    corners = (
        (0, night),
        (11, night),
        (14, morning),
        (17, morning),
        (20, day),
        (32, day),
        (37, evening),
        (43, evening),
        (47, night),
    )
    return tuple(
        watt + (next_watt - watt) * step // (until - since)
        for (since, watt), (until, next_watt) in pairwise((*corners, (48, night)))
        for step in range(until - since)
    )


SHAPES = {
    (Building.HOUSE, True): _day_shape(170, 620, 260, 780),
    (Building.HOUSE, False): _day_shape(180, 520, 480, 800),
    (Building.SHOP, True): _day_shape(700, 1_600, 3_200, 2_600),
    (Building.SHOP, False): _day_shape(700, 1_300, 3_400, 2_000),
    (Building.FARM, True): _day_shape(900, 3_000, 5_200, 1_300),
    (Building.FARM, False): _day_shape(900, 1_200, 1_500, 1_000),
}
