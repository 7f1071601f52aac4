"""The rows that make a received file known: delivery, parts, exchanges, rows set aside. Always inside the caller's transaction."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, TypeVar

from django.db import connection

from metering import frames
from metering.models import Delivery, DeliveryState, MeterExchange, QuarantinedRow, StorePart
from metering.selectors import known
from portal.actor import Actor
from portal.journal import recorder
from portal.records import create_with_history
from portal.timekeeping.half_hours import from_naive_jst

BATCH = 2_000
RowT = TypeVar("RowT")


def counts(rows: int, accepted: int) -> dict[str, Any]:
    """The counting columns of a delivery: they add up, whatever was set aside."""
    return {
        "rows": rows,
        "accepted": accepted,
        "quarantined": rows - accepted,
        "state": DeliveryState.TAKEN if rows == accepted else DeliveryState.PARTLY,
    }


def add_content(delivery: Delivery, taken: frames.Taken, *, actor: Actor, at: datetime) -> None:
    """Say where the rows of ``taken`` lie: parts of the store, or exchanges in their table."""
    parts = [_part(delivery, part) for part in taken.parts]
    StorePart.objects.bulk_create(parts, batch_size=BATCH)
    create_with_history(_exchanges(delivery, list(taken.exchanges())), actor=actor, at=at)


def set_aside(delivery: Delivery, taken: frames.Taken) -> None:
    """Keep the rows that could not be parsed or identified.

    With one prepared statement: a whole file may be odd, and ``bulk_create`` would hold SQLite's one write lock for a minute.
    """
    quote = connection.ops.quote_name
    names = ("delivery_id", *frames.RowSetAside._fields, "redriven_by")
    statement = (
        f"INSERT INTO {quote(QuarantinedRow._meta.db_table)} "  # noqa: S608  (names of our own)
        f"({', '.join(map(quote, names))}) VALUES ({', '.join(['%s'] * len(names))})"
    )
    with connection.cursor() as cursor:
        for batch in batches((delivery.pk, *row, "") for row in taken.set_aside()):
            cursor.executemany(statement, batch)


def replace_parts(delivery: Delivery, taken: frames.Taken) -> None:
    """Take the parts out of force in whose place ``taken`` has new ones."""
    groups = {(part.part.day, part.part.bucket) for part in taken.parts}
    in_force = delivery.parts.in_force().values_list("pk", "day", "bucket")
    replaced = [pk for pk, *group in in_force if tuple(group) in groups]
    for batch in batches(replaced):
        StorePart.objects.filter(pk__in=batch).update(is_current=False)


def tell(verb: str, delivery: Delivery, *, actor: Actor, at: datetime, **data: object) -> None:
    """The story of ``delivery``, with what it holds; no values, no names of persons."""
    recorder.record(
        verb,
        actor=actor,
        at=at,
        subject=f"delivery:{delivery.pk}",
        data={
            "kind": delivery.kind,
            "digest": delivery.digest,
            "rows": delivery.rows,
            "accepted": delivery.accepted,
            "quarantined": delivery.quarantined,
            **data,
        },
    )


def batches(rows: Iterable[RowT]) -> Iterator[list[RowT]]:
    """``rows`` in lists of up to ``BATCH``."""
    ahead = iter(rows)
    while batch := list(islice(ahead, BATCH)):
        yield batch


def _part(delivery: Delivery, taken: frames.PartTaken) -> StorePart:
    part = taken.part
    return StorePart(
        delivery=delivery,
        kind=part.kind,
        day=part.day,
        bucket=part.bucket,
        key=part.key,
        digest=part.digest,
        rows=part.rows,
        first_at=from_naive_jst(taken.first_at) if taken.first_at else None,
        last_at=from_naive_jst(taken.last_at) if taken.last_at else None,
    )


def _exchanges(delivery: Delivery, rows: list[dict[str, Any]]) -> list[MeterExchange]:
    """Exchanges as rows of the register.

    Of several for one instant the one recorded last counts: rows of one file follow each other by a microsecond, so a
    row taken up later by a re-drive still stands where it stood in the file.
    """
    if not rows:
        return []
    points = known.device_point_keys({row["device_point_number"] for row in rows})
    return [
        MeterExchange(
            device_point_id=points[row["device_point_number"]],
            direction=row["direction"],
            exchanged_at=from_naive_jst(row["exchanged_at"]),
            old_meter_id=row["old_meter_id"] or "",
            new_meter_id=row["new_meter_id"] or "",
            old_register_wh=row["old_register_wh"],
            new_register_wh=row["new_register_wh"],
            recorded_at=delivery.received_at + timedelta(microseconds=row["row"]),
        )
        for row in rows
    ]
