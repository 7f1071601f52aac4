"""Calculating a lazy frame of one part."""

import polars as pl


def look(frame: pl.LazyFrame) -> pl.DataFrame:
    """The frame itself; parts are small, so the in-memory engine is the quicker one."""
    return frame.collect(engine="in-memory")
