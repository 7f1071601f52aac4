"""Takes away files that nothing refers to: left behind by processes that died between the files and the database."""

from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from itertools import islice

from metering.store.stores import Store


def sweep(
    store: Store,
    prefixes: Iterable[str],
    *,
    before: datetime,
    referenced: Callable[[Collection[str]], Collection[str]],
) -> list[str]:
    """Remove files below ``prefixes`` older than ``before`` that nothing refers to; their keys.

    ``referenced`` takes keys and gives back those that some row still names; it is asked for up to a thousand at a time.
    Age is what protects a file whose row is not yet committed: the writer makes a file young that it finds in place.
    """
    store.place.sweep_scratch(before)
    removed: list[str] = []
    for prefix in prefixes:
        old = (entry.key for entry in store.place.entries(prefix) if entry.modified_at < before)
        while keys := list(islice(old, 1_000)):
            lost = sorted(set(keys) - set(referenced(keys)))
            for key in lost:
                store.place.remove(key)
            removed.extend(lost)
    return removed
