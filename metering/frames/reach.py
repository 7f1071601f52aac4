"""How far the reading of a part goes: its days, the hours around them, and days further out."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import polars as pl

from metering.frames.edges import Edges
from metering.selectors.store_parts import Span
from portal.timekeeping.half_hours import from_naive_jst

ONE_DAY = timedelta(days=1)
ONE_MINUTE = timedelta(minutes=1)  # no two instants lie closer, whatever the length of a slot
AROUND = timedelta(hours=2)  # read of every point on both sides of the days
INSIDE = timedelta(hours=1)  # looked at inside the days for neighbours of what lies beyond
WITH_INSTANTS = ("readings", "gapfill")
BY_DAY = ("baselines", "smart_meter")
EARLIEST, LATEST = date(1, 1, 1), date(9999, 12, 31)  # read to the end of everything there is


@dataclass(frozen=True)
class Days:
    """The days ``first`` to ``last`` of a part, both included.

    As an outermost day the day before or behind the part stands for the hours around it; any other is read in whole.
    """

    first: date
    last: date

    @property
    def before(self) -> date:
        """The day before the part."""
        return self.first - ONE_DAY

    @property
    def behind(self) -> date:
        """The day after the part."""
        return self.last + ONE_DAY

    @property
    def edges(self) -> Edges:
        """00:00 of the first day and 24:00 of the last."""
        return Edges(midnight(self.first), midnight(self.behind))

    @property
    def around(self) -> Edges:
        """The span that is read of every point."""
        return Edges(self.edges.opening - AROUND, self.edges.closing + AROUND)

    def zone_before(self, read: Edges, day: date) -> Edges:
        """From 00:00 of ``day`` up to what was read."""
        return Edges(midnight(day), read.opening - ONE_MINUTE)

    def zone_behind(self, read: Edges, day: date) -> Edges:
        """From what was read to the end of ``day``."""
        return Edges(read.closing + ONE_MINUTE, _end(day))

    def reading_from(self, read: Edges, day: date) -> Edges:
        """What was read, when it is read from ``day`` on."""
        return Edges(midnight(day), read.closing)

    def reading_to(self, read: Edges, day: date) -> Edges:
        """What was read, when it is read to the end of ``day``."""
        return Edges(read.opening, _end(day))

    def span(self, reads_from: date, reads_to: date) -> Span:
        """The instants that are read when these are the outermost days; open where they are the ends of everything."""
        return Span(self._start(reads_from), self._stop(reads_to))

    def _start(self, reads_from: date) -> datetime | None:
        if reads_from == EARLIEST:
            return None
        around = self.around.opening
        return from_naive_jst(midnight(reads_from) if reads_from < self.before else around)

    def _stop(self, reads_to: date) -> datetime | None:
        if reads_to == LATEST:
            return None
        around = self.around.closing
        return from_naive_jst(_end(reads_to) if reads_to > self.behind else around)

    def near_edges(self, readings: pl.DataFrame) -> pl.DataFrame:
        """The readings that decide whether more is needed: those beyond the edges, and their neighbours inside."""
        before = pl.col("read_at") <= self.edges.opening + INSIDE
        behind = pl.col("read_at") >= self.edges.closing - INSIDE
        return readings.filter(before | behind)


def midnight(day: date) -> datetime:
    """00:00 of ``day`` as naive JST."""
    return datetime.combine(day, time.min)


def _end(day: date) -> datetime:
    """The last minute of ``day``."""
    return midnight(day + ONE_DAY) - ONE_MINUTE
