"""What a part of the settlement needs to know of the register: service periods, exchanges and holds of one bucket.

Rows are tuples in the order of the columns of :mod:`metering.settlement.schemas`, instants naive JST. One query each.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, TypeVar

from django.conf import settings
from django.db.models import F, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from metering.domain.buckets import KEYS
from metering.models import Hold, MeterExchange, ServicePeriod
from portal.organizations.models import OrganizationCode
from portal.timekeeping.half_hours import naive_jst

Row = Sequence[Any]
QuerySetT = TypeVar("QuerySetT", bound=QuerySet[Any, Any])

LISTED_KEYS = (
    2_048  # up to this many keys a bucket is asked for by its keys, so that an index can serve
)


def service_periods(*, bucket: int, buckets: int, started_by: datetime) -> Iterator[Row]:
    """Rows of ``REGISTER``: periods of the bucket that have begun by ``started_by``, ended ones too."""
    code = OrganizationCode.objects.filter(
        organization=OuterRef("retailer"), area=settings.SERVICE_AREA
    ).values("code")[:1]
    found = (
        _of_bucket(ServicePeriod.objects.order_by(), bucket, buckets)
        .filter(starts_at__lte=started_by)
        .order_by("device_point__number", "starts_at")
        .values_list(
            "device_point__number",
            "device_point__premises__number",
            Coalesce(Subquery(code), Value("")),
            "pattern",
            "directions",
            "device_point__rated_w",
            "meter_id",
            "starts_at",
            "ends_at",
        )
    )
    return ((*row[:7], naive_jst(row[7]), _local(row[8])) for row in found)


def exchanges(*, bucket: int, buckets: int) -> Iterator[Row]:
    """Rows of ``EXCHANGES``, in the order in which they were recorded."""
    found = _of_bucket(MeterExchange.objects.order_by("recorded_at", "pk"), bucket, buckets)
    rows = found.values_list(
        "device_point__number",
        "direction",
        "exchanged_at",
        "old_meter_id",
        "new_meter_id",
        "old_register_wh",
        "new_register_wh",
    )
    return ((number, direction, naive_jst(at), *rest) for number, direction, at, *rest in rows)


def holds(*, bucket: int, buckets: int) -> Iterator[Row]:
    """Rows of ``HOLDS``."""
    ordered = Hold.objects.order_by("device_point__number", "starts_at", "pk")
    rows = _of_bucket(ordered, bucket, buckets).values_list(
        "device_point__number", "starts_at", "ends_at", "reason"
    )
    return ((number, naive_jst(start), _local(end), reason) for number, start, end, reason in rows)


def _of_bucket(found: QuerySetT, bucket: int, buckets: int) -> QuerySetT:
    keys = range(bucket, KEYS, buckets)
    if len(keys) <= LISTED_KEYS:
        return found.filter(device_point__bucket_key__in=keys)
    return found.alias(bucket=F("device_point__bucket_key") % buckets).filter(bucket=bucket)


def _local(instant: datetime | None) -> datetime | None:
    return None if instant is None else naive_jst(instant)
