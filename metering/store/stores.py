"""A store: a place and its layout. Opened by address; a new one is laid out on the spot."""

from dataclasses import dataclass
from pathlib import Path

from metering.store.folders import Folder
from metering.store.layout import LAYOUT_KEY, Layout, layout_from
from metering.store.objects import SCHEME, ObjectStore
from metering.store.places import Place


@dataclass(frozen=True)
class Store:
    """Immutable Parquet parts and received files."""

    place: Place
    layout: Layout


def open_store(url: str, *, buckets: int | None = None, endpoint: str = "") -> Store:
    """The store at ``url``: a folder's path, or ``s3://bucket/prefix`` (``endpoint`` for other stores than AWS).

    ``buckets`` is how many a new store gets; an existing one must have just as many, or is refused. None opens an
    existing store as it is.
    """
    place: Place = (
        ObjectStore(url, endpoint=endpoint) if url.startswith(SCHEME) else Folder(Path(url))
    )
    if not place.holds(LAYOUT_KEY):
        if buckets is None:
            raise FileNotFoundError(f"{place.url} is not a meter store")
        _lay_out(place, Layout(buckets=buckets))
    # read back even when just written: of two processes that start together the first one's layout holds for both
    layout = layout_from(place.content(LAYOUT_KEY), expected_buckets=buckets, place=place.url)
    return Store(place, layout)


def _lay_out(place: Place, layout: Layout) -> None:
    with place.scratch() as scratch:
        path = scratch / LAYOUT_KEY
        path.write_bytes(layout.as_bytes())
        place.adopt(path, LAYOUT_KEY)
