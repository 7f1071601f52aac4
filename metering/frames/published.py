"""Published results as frames: the one way from a publication to values of half hours."""

from collections.abc import Sequence

import polars as pl

from metering.frames.stores import store
from metering.settlement.schemas import ENERGY, SITES
from metering.store.reader import scan


def energy(keys: Sequence[str]) -> pl.LazyFrame:
    """Settled energy in the parts ``keys`` (metering.selectors.results): columns of schemas.ENERGY.

    Each part is sorted by device point, so a filter on numbers skips what it does not need.
    """
    return scan(store(), keys, ENERGY)


def sites(keys: Sequence[str]) -> pl.LazyFrame:
    """Site results of pattern 1 in the parts ``keys``: columns of schemas.SITES. Never for retailers."""
    return scan(store(), keys, SITES)
