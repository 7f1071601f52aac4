"""Where rows belong: the registered device points and premises, as frames, with their buckets."""

from collections.abc import Callable, Iterable, Sequence

import polars as pl

from metering.selectors import known
from metering.store.layout import Layout

Ask = Callable[[Sequence[str] | None], Iterable[tuple[str, int]]]

QUESTIONS: dict[str, Ask] = {
    "device_point_number": known.device_points,
    "premises_number": known.premises,
}
FOUND = pl.Schema({"number": pl.String, "bucket_key": pl.UInt32})


class Register:
    """Answers which numbers are registered, and in which bucket; asks the database as seldom as it can.

    A small file asks for its own numbers. A large one makes it read the whole table, once.
    """

    def __init__(self, column: str, layout: Layout) -> None:
        self._ask = QUESTIONS[column]
        self._layout = layout
        self._whole: pl.DataFrame | None = None

    def buckets(self, numbers: pl.Series) -> pl.DataFrame:
        """``number`` and ``bucket`` of those among ``numbers`` that are registered."""
        if self._whole is None:
            distinct = numbers.drop_nulls().unique()
            if distinct.len() <= known.ASKED_BY_NAME:
                return self._framed(self._ask(distinct.to_list()))
            self._whole = self._framed(self._ask(None))
        return self._whole

    def _framed(self, found: Iterable[tuple[str, int]]) -> pl.DataFrame:
        return pl.DataFrame(list(found), schema=FOUND, orient="row").select(
            "number", bucket=pl.col("bucket_key") % self._layout.buckets
        )
