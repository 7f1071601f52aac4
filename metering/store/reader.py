"""Reads parts lazily: all rows, a span of instants, single points. The order of the keys is the order of the rows.

Readings are handed over in the order of delivery (settlement.md rule 2: the last usable one wins): the keys of one day
come in that order, and inside a part rows of one point, direction and instant keep the order of their file. Parts are
sorted by point, so a single point is found by the statistics of row groups without reading the rest.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

import polars as pl

from metering.store.stores import Store


def scan(store: Store, keys: Sequence[str], schema: pl.Schema) -> pl.LazyFrame:
    """All rows of the parts ``keys``, in their order; an empty frame of ``schema`` where there are none."""
    if not keys:
        return pl.LazyFrame(schema=schema)
    return pl.scan_parquet(
        [store.place.address(key) for key in keys],
        schema=schema,
        glob=False,  # a key is a name, never a pattern
        hive_partitioning=False,  # the columns of a part are its own
        storage_options=store.place.storage_options,
        credential_provider=None if store.place.storage_options is None else "auto",
    )


def between(frame: pl.LazyFrame, column: str, first: datetime, last: datetime) -> pl.LazyFrame:
    """Rows whose naive JST instant lies in [``first``, ``last``], both included."""
    return frame.filter(pl.col(column).is_between(first, last))


def only(frame: pl.LazyFrame, column: str, values: Collection[str] | pl.Series) -> pl.LazyFrame:
    """Rows of these points or premises. One value prunes row groups; many are also cut to their range first."""
    wanted = pl.Series(values, dtype=pl.String).sort()
    if wanted.is_empty():
        return frame.filter(pl.lit(value=False))
    if len(wanted) == 1:
        return frame.filter(pl.col(column) == wanted[0])
    inside = pl.col(column).is_between(pl.lit(wanted[0]), pl.lit(wanted[-1]))
    return frame.filter(inside & pl.col(column).is_in(wanted.implode()))
