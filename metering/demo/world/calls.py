"""When an aggregator is asked for balancing energy: some workday evenings, for three hours."""

from datetime import date
from random import Random

WORKDAYS = 5
SHARE_OF_WORKDAYS = 0.35
LENGTH = 6  # half hours


def called(seed: int, aggregator: str, day: date) -> frozenset[int]:
    """The half hours (0 to 47) of ``day`` in which the devices of ``aggregator`` answer a call; mostly none."""
    random = Random(f"{seed}|call|{aggregator}|{day}")
    if not aggregator or day.weekday() >= WORKDAYS or random.random() > SHARE_OF_WORKDAYS:
        return frozenset()
    first = random.randint(34, 37)
    return frozenset(range(first, first + LENGTH))
