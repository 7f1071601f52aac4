"""Keeps parallel writers apart: locks in a fixed order, and the database's own refusals in the words of the portal.

Order of locks everywhere: premises by primary key, then the number counters. SQLite needs none of this, its IMMEDIATE
transactions admit one writer at a time.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.db import IntegrityError, connection, transaction

from metering.domain import registry_refusals as refusals
from metering.models import Premises

# Exclusion constraints (migrations/0003_spans_apart.py) and what they keep apart, in Japanese and English.
APART = {
    "position_apart": ("機器番号", "place"),
    "service_apart": ("利用期間", "service"),
    "supply_contract_apart": ("接続供給契約", "supply contract"),
    "generation_contract_apart": ("発電量調整供給契約", "generation contract"),
    "occupancy_apart": ("需要者の期間", "occupancy"),
    "balancing_contract_apart": ("調整力契約", "balancing contract"),
    "meter_in_one_place": ("特例計量器", "exempt meter"),
}


@contextmanager
def one_transaction() -> Iterator[None]:
    """All or nothing, and what the database refuses becomes a Conflict that says what to do."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        said = str(error)
        named = next((texts for name, texts in APART.items() if name in said), None)
        if named is None and "unique" not in said.lower():
            raise  # a check or a reference: our own mistake, not somebody else's doing
        raise refusals.overtaken(*(named or ("登録", "registration"))) from error


@contextmanager
def spans_judged_at_the_end() -> Iterator[None]:
    """Overlaps are refused for where spans end up, not for the order in which they are written (PostgreSQL).

    A refusal comes out of the end of the block, inside the transaction, so that it can be told.
    """
    if connection.vendor != "postgresql":
        yield
        return
    names = ", ".join(name for name in APART if name.endswith("_apart"))
    with connection.cursor() as cursor:
        cursor.execute(f"SET CONSTRAINTS {names} DEFERRED")
        yield
        cursor.execute(f"SET CONSTRAINTS {names} IMMEDIATE")


def lock_premises(keys: Iterable[int]) -> None:
    """Nobody else writes places or service of these premises until the transaction ends."""
    locked = Premises.objects.select_for_update().filter(pk__in=set(keys)).order_by("pk")
    list(locked.values_list("pk"))
