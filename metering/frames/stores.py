"""The meter store of this installation, as the settings name it."""

from functools import lru_cache

from django.conf import settings

from metering.store.stores import Store, open_store


def store() -> Store:
    """The store at ``METER_STORE_URL``; opened once per process and address."""
    return _opened(
        str(settings.METER_STORE_URL), settings.METER_STORE_BUCKETS, settings.METER_STORE_ENDPOINT
    )


def bucket_count() -> int:
    """How many buckets the store has; the parts of a day."""
    return store().layout.buckets


@lru_cache(maxsize=8)
def _opened(url: str, buckets: int, endpoint: str) -> Store:
    return open_store(url, buckets=buckets, endpoint=endpoint)
