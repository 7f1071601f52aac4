"""Published results as frames: the one way from a publication to values of half hours."""

from collections.abc import Sequence

import polars as pl

from metering.frames.stores import store
from metering.settlement.schemas import ENERGY
from metering.store.reader import scan


def energy(keys: Sequence[str]) -> pl.LazyFrame:
    """Settled energy in the parts ``keys`` (metering.selectors.results): columns of schemas.ENERGY.

    Each part is sorted by device point, so a filter on numbers skips what it does not need.
    """
    return scan(store(), keys, ENERGY)
