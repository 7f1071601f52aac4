"""How far the reading of a part goes: its days, the hours around them, and days further out."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import polars as pl

from metering.frames.edges import Edges
from metering.selectors.store_parts import Span
from portal.timekeeping.half_hours import from_naive_jst

ONE_DAY = timedelta(days=1)
ONE_MINUTE = timedelta(minutes=1)  # no two instants lie closer, whatever the length of a slot
AROUND = timedelta(hours=3)  # read of every point on both sides of the days
WITH_INSTANTS = ("readings", "gapfill")
BY_DAY = ("baselines", "smart_meter")
EARLIEST, LATEST = date(1, 1, 1), date(9999, 12, 31)  # read to the end of everything there is


@dataclass(frozen=True)
class Days:
    """The days ``first`` to ``last`` of a part, both included."""

    first: date
    last: date

    @property
    def edges(self) -> Edges:
        """00:00 of the first day and 24:00 of the last."""
        return Edges(midnight(self.first), midnight(self.last + ONE_DAY))

    @property
    def around(self) -> Edges:
        """The span that is read of every point."""
        return Edges(self.edges.opening - AROUND, self.edges.closing + AROUND)

    def beside(self, *, is_before: bool) -> date:
        """The day beside the part; as an outermost day it stands for the hours around."""
        return self.first - ONE_DAY if is_before else self.last + ONE_DAY

    def far_enough(self, day: date, *, is_before: bool) -> date:
        """``day`` as an outermost day that is read in whole: never the day beside, which stands for hours."""
        beside = self.beside(is_before=is_before)
        return min(day, beside - ONE_DAY) if is_before else max(day, beside + ONE_DAY)

    def zone(self, read: Edges, day: date, *, is_before: bool) -> Edges:
        """What is still to read between the span that was read and the far end of ``day``."""
        if is_before:
            return Edges(midnight(day), read.opening - ONE_MINUTE)
        return Edges(read.closing + ONE_MINUTE, midnight(day + ONE_DAY) - ONE_MINUTE)

    def span(self, reads_from: date, reads_to: date) -> Span:
        """The instants that are read when these are the outermost days; open where they are the ends of everything."""
        return Span(self._start(reads_from), self._end(reads_to))

    def _start(self, reads_from: date) -> datetime | None:
        if reads_from == EARLIEST:
            return None
        is_far = reads_from < self.beside(is_before=True)
        return from_naive_jst(midnight(reads_from) if is_far else self.around.opening)

    def _end(self, reads_to: date) -> datetime | None:
        if reads_to == LATEST:
            return None
        is_far = reads_to > self.beside(is_before=False)
        closing = midnight(reads_to + ONE_DAY) - ONE_MINUTE if is_far else self.around.closing
        return from_naive_jst(closing)

    def near_edges(self, readings: pl.DataFrame) -> pl.DataFrame:
        """The readings that decide whether more is needed: those beyond the edges, and their neighbours inside."""
        before = pl.col("read_at") <= self.edges.opening + AROUND
        behind = pl.col("read_at") >= self.edges.closing - AROUND
        return readings.filter(before | behind)


def midnight(day: date) -> datetime:
    """00:00 of ``day`` as naive JST."""
    return datetime.combine(day, time.min)
