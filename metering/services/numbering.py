"""Issues numbers: device point numbers and control numbers, each once and never again (house.md 8.12, decisions 20)."""

from collections.abc import Callable, Collection

from django.conf import settings
from django.db import transaction
from django.db.models import F

from metering.domain.identifiers import device_point_number
from metering.domain.registry_rules import FIRST_TEST_SERIAL, control_number
from metering.models import DevicePoint, NumberCounter

DEVICE_POINTS = "device_point"
CONTROL_NUMBERS = "control_number"


def device_point_numbers(how_many: int) -> list[str]:
    """That many new 機器点特定番号 of the operator's own area, none of them registered or reserved for tests."""

    def taken(numbers: Collection[str]) -> set[str]:
        return set(DevicePoint.objects.filter(number__in=numbers).values_list("number", flat=True))

    def numbered(serial: int) -> str:
        if serial >= FIRST_TEST_SERIAL:
            raise OverflowError("the device point numbers of this area are used up")
        return device_point_number(area=settings.SERVICE_AREA, serial=serial)

    return _free_numbers(DEVICE_POINTS, how_many, numbered, taken)


def control_numbers(how_many: int) -> list[str]:
    """That many new 管理番号 (JP06121); numbers that came from elsewhere are passed over."""

    def taken(numbers: Collection[str]) -> set[str]:
        points = DevicePoint.objects.filter(control_number__in=numbers)
        return set(points.values_list("control_number", flat=True))

    return _free_numbers(CONTROL_NUMBERS, how_many, control_number, taken)


def next_numbers(series: str, how_many: int) -> range:
    """The next ``how_many`` running numbers of ``series``.

    The UPDATE takes the row's lock and keeps it to the end of the transaction, so parallel callers get their numbers one
    after the other, and numbers of a transaction that is taken back were never issued.
    """
    with transaction.atomic():
        NumberCounter.objects.get_or_create(series=series)
        NumberCounter.objects.filter(series=series).update(last=F("last") + how_many)
        last = NumberCounter.objects.get(series=series).last
    return range(last - how_many + 1, last + 1)


def _free_numbers(
    series: str,
    how_many: int,
    numbered: Callable[[int], str],
    taken: Callable[[Collection[str]], set[str]],
) -> list[str]:
    """New numbers, skipping what an import brought in already; each further look takes a block twice as large."""
    found: list[str] = []
    block = how_many
    while len(found) < how_many:
        candidates = [numbered(running) for running in next_numbers(series, block)]
        used = taken(candidates)
        found += [number for number in candidates if number not in used]
        block *= 2
    return found[:how_many]
