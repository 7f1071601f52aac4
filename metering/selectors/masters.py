"""What a part of the settlement needs to know of the register: service periods, exchanges and holds of one bucket.

A bucket of a large area has tens of thousands of rows, and they are needed for every part: so they come as the database
hands them over (instants as text on SQLite, aware on PostgreSQL), and :mod:`metering.frames.masters` reads all of a column at
once.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeVar

from django.conf import settings
from django.db import connection
from django.db.models import F, QuerySet

from metering.domain.buckets import KEYS
from metering.models import Hold, MeterExchange, ServicePeriod
from portal.organizations.models import OrganizationCode

Row = Sequence[Any]
QuerySetT = TypeVar("QuerySetT", bound=QuerySet[Any, Any])

LISTED_KEYS = (
    2_048  # up to this many keys a bucket is asked for by its keys, so that the index serves
)


def service_periods(
    *, started_by: datetime, bucket: int | None = None, buckets: int = 1
) -> list[Row]:
    """Periods that have begun by ``started_by``, ended ones too, of one bucket or (None) of all; columns of ``REGISTER``.

    Where ``REGISTER`` has the retailer's code stands its organization's primary key. One query.
    """
    found = ServicePeriod.objects.all()
    if bucket is not None:
        found = _of_bucket(found, bucket, buckets)
    return _raw(
        found.filter(starts_at__lte=started_by)
        .order_by("device_point__number", "starts_at")
        .values_list(
            "device_point__number",
            "device_point__premises__number",
            "retailer_id",
            "pattern",
            "directions",
            "device_point__rated_w",
            "meter_id",
            "starts_at",
            "ends_at",
        )
    )


def retailer_codes() -> dict[int, str]:
    """Codes of organizations in our area, by primary key. One query."""
    codes = OrganizationCode.objects.filter(area=settings.SERVICE_AREA)
    return dict(codes.values_list("organization_id", "code"))


def exchanges(*, bucket: int, buckets: int) -> list[Row]:
    """Columns of ``EXCHANGES``, in the order in which they were recorded. One query."""
    found = _of_bucket(MeterExchange.objects.order_by("recorded_at", "pk"), bucket, buckets)
    return _raw(
        found.values_list(
            "device_point__number",
            "direction",
            "exchanged_at",
            "old_meter_id",
            "new_meter_id",
            "old_register_wh",
            "new_register_wh",
        )
    )


def holds(*, bucket: int, buckets: int) -> list[Row]:
    """Columns of ``HOLDS``. One query."""
    ordered = Hold.objects.order_by("device_point__number", "starts_at", "pk")
    found = _of_bucket(ordered, bucket, buckets)
    return _raw(found.values_list("device_point__number", "starts_at", "ends_at", "reason"))


def _of_bucket(found: QuerySetT, bucket: int, buckets: int) -> QuerySetT:
    keys = range(bucket, KEYS, buckets)
    if len(keys) <= LISTED_KEYS:
        return found.filter(device_point__bucket_key__in=keys)
    return found.alias(bucket=F("device_point__bucket_key") % buckets).filter(bucket=bucket)


def _raw(found: QuerySet[Any, Any]) -> list[Row]:
    """The rows without Django's conversion value by value, which takes longer than the query."""
    statement, parameters = found.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())
