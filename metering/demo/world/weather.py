"""The weather of one made-up area: what the temperature and the sun do in each half hour of a day.

A day's weather depends on the seed and the date alone, so that a longer or shorter sample has the same days.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from math import asin, cos, pi, radians, sin
from random import Random

SLOTS = range(48)
LATITUDE = radians(35.7)
SOLAR_NOON = 11.68  # hours JST, near Tokyo
YEARLY_MEAN, YEARLY_SWING, DAILY_SWING = 15.8, 10.6, 4.2  # °C
COLDEST_DAY, COLDEST_HOUR = 28, 5  # of the year; of the day
MEMORY = (0.40, 0.26, 0.17, 0.10, 0.07)  # how much of today's air is yesterday's, and so on


@dataclass(frozen=True)
class Weather:
    """One day: °C per half hour, the share of full sunshine per half hour, and the same as foreseen the day before."""

    day: date
    temperature: tuple[float, ...]
    sunshine: tuple[float, ...]
    foreseen_sunshine: tuple[float, ...]

    @property
    def mean_temperature(self) -> float:
        """°C over the whole day."""
        return sum(self.temperature) / len(self.temperature)


def weather(seed: int, day: date) -> Weather:
    """The weather of ``day`` in the world of ``seed``."""
    anomaly = _air(seed, day, "warmth")
    clear = min(1.0, max(0.08, 0.62 + 0.75 * _air(seed, day, "sky")))
    random = Random(f"{seed}|weather|{day}")
    height = _sun(day)
    clouds = _clouds(random, clear)
    return Weather(
        day=day,
        temperature=tuple(
            _season(day) + 5 * anomaly + DAILY_SWING * (clear + 0.3) * _warmth_of_hour(slot)
            for slot in SLOTS
        ),
        sunshine=tuple(height[slot] * clouds[slot] for slot in SLOTS),
        foreseen_sunshine=tuple(height[slot] * clear for slot in SLOTS),
    )


def _season(day: date) -> float:
    return YEARLY_MEAN - YEARLY_SWING * cos(2 * pi * (_day_of_year(day) - COLDEST_DAY) / 365)


def _warmth_of_hour(slot: int) -> float:
    return -cos(2 * pi * (slot / 2 + 0.25 - COLDEST_HOUR) / 24)


def _air(seed: int, day: date, what: str) -> float:
    """Around 0: today's deviation, sharing most of its past with its neighbours."""
    return sum(
        share * Random(f"{seed}|{what}|{day - timedelta(days=ago)}").gauss(0, 1)
        for ago, share in enumerate(MEMORY)
    )


def _clouds(random: Random, clear: float) -> list[float]:
    """How much light gets through in each half hour: steady on clear and on dull days, restless in between."""
    restless = 0.9 * clear * (1 - clear) + 0.03
    level, through = clear, []
    for _ in SLOTS:
        level += 0.5 * (clear - level) + random.uniform(-restless, restless)
        through.append(min(1.0, max(0.04, level)))
    return through


@cache
def _sun(day: date) -> tuple[float, ...]:
    """Share of full sunshine under a cloudless sky, by the height of the sun in the middle of each half hour."""
    tilt = asin(0.39795 * cos(2 * pi * (_day_of_year(day) - 172) / 365.25))
    heights = (
        sin(LATITUDE) * sin(tilt)
        + cos(LATITUDE) * cos(tilt) * cos(2 * pi * (slot / 2 + 0.25 - SOLAR_NOON) / 24)
        for slot in SLOTS
    )
    return tuple(max(0.0, height) ** 1.15 for height in heights)


def _day_of_year(day: date) -> int:
    return day.timetuple().tm_yday
