"""What a received row may name: registered device points and premises, with their bucket keys. One query per question."""

from collections.abc import Collection, Iterable, Sequence

from metering.domain.buckets import bucket_key
from metering.models import DevicePoint, Premises

ASKED_BY_NAME = 10_000  # up to this many numbers are asked for; for more the whole table is read


def device_points(numbers: Sequence[str] | None = None) -> Iterable[tuple[str, int]]:
    """(number, bucket key) of the registered points among ``numbers``, or of all of them. One query."""
    found = DevicePoint.objects.order_by()
    if numbers is not None:
        found = found.filter(number__in=numbers)
    return found.values_list("number", "bucket_key")


def premises(numbers: Sequence[str] | None = None) -> Iterable[tuple[str, int]]:
    """(number, bucket key) of the registered premises among ``numbers``, or of all of them. One query."""
    found = Premises.objects.order_by()
    if numbers is not None:
        found = found.filter(number__in=numbers)
    return ((number, bucket_key(number)) for number in found.values_list("number", flat=True))


def device_point_keys(numbers: Collection[str]) -> dict[str, int]:
    """Primary keys of registered points: of ``numbers``, or of all where those are many. One query."""
    found = DevicePoint.objects.order_by()
    if len(numbers) <= ASKED_BY_NAME:
        found = found.filter(number__in=numbers)
    return dict(found.values_list("number", "pk"))
