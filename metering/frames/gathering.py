"""Gathers the readings and gap-fill rows of one part: of every point around the days, of some points further out.

Points that still lack what they need beyond an edge (see :mod:`metering.frames.edges`) are looked for in further days, in
steps that double, until they have it or nothing is left: those points alone, so that one silent terminal does not make a
bucket read its past.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

import polars as pl

from metering.domain.rules import Rules
from metering.frames.edges import Edges, Lacking, Masters, lacking
from metering.frames.reach import EARLIEST, LATEST, ONE_DAY, WITH_INSTANTS, Days


class Source(Protocol):
    """Where rows of one bucket come from, kind by kind (``readings``, ``gapfill``)."""

    def rows(self, zone: Edges, points: pl.Series) -> dict[str, pl.DataFrame]:
        """Per kind the rows of ``points`` with instants in ``zone`` (both ends included), in the order of delivery."""

    def days_before(self, instant: datetime) -> Sequence[date]:
        """Days with rows earlier than ``instant``, the nearest first."""

    def days_behind(self, instant: datetime) -> Sequence[date]:
        """Days with rows later than ``instant``, the nearest first."""


@dataclass(frozen=True, kw_only=True)
class Gathered:
    """Rows by kind, and the outermost days looked at (see :class:`metering.frames.inputs.Loaded`)."""

    rows: dict[str, pl.DataFrame]
    reads_from: date
    reads_to: date


def gather(source: Source, masters: Masters, days: Days, rules: Rules) -> Gathered:
    """Everything that the settlement of ``days`` needs from ``source``."""
    points = masters.register["device_point_number"].unique()
    search = _Search(source, masters, days, rules)
    search.read(days.around, points)
    still = search.lacking(days.around, points)
    return Gathered(
        reads_from=search.look_before(still.before),
        reads_to=search.look_behind(still.behind),
        rows=search.gathered(),
    )


class _Search:
    """Rows gathered zone by zone; the rows of one instant lie in one zone, so their order is kept."""

    def __init__(self, source: Source, masters: Masters, days: Days, rules: Rules) -> None:
        self._source = source
        self._masters = masters
        self._days = days
        self._rules = rules
        self._zones: dict[str, list[pl.DataFrame]] = {kind: [] for kind in WITH_INSTANTS}

    def read(self, zone: Edges, points: pl.Series) -> None:
        """Add the rows of ``points`` in ``zone``."""
        for kind, rows in self._source.rows(zone, points).items():
            self._zones[kind].append(rows)

    def gathered(self) -> dict[str, pl.DataFrame]:
        """Everything read so far."""
        return {kind: pl.concat(zones) for kind, zones in self._zones.items()}

    def lacking(self, read: Edges, points: pl.Series) -> Lacking:
        """Which of ``points`` lack something, when ``read`` has been read of them."""
        known = pl.concat(self._zones["readings"])
        known = known.filter(pl.col("device_point_number").is_in(points.implode()))
        near = self._days.near_edges(known)
        return lacking(near, self._masters.of(points), self._days.edges, read, self._rules)

    def look_before(self, points: pl.Series) -> date:
        """Read earlier days for ``points``; the earliest day looked at."""
        read, outermost = self._days.around, self._days.before
        ahead = _Ahead(self._source.days_before(read.opening) if len(points) else [])
        while len(points):
            if (day := ahead.step()) is None:
                return EARLIEST
            # the day beside the part stands for the hours around it: whoever reads more names an earlier one
            outermost = min(day, self._days.before - ONE_DAY)
            self.read(self._days.zone_before(read, outermost), points)
            read = self._days.reading_from(read, outermost)
            points = self.lacking(read, points).before
        return outermost

    def look_behind(self, points: pl.Series) -> date:
        """Read later days for ``points``; the latest day looked at."""
        read, outermost = self._days.around, self._days.behind
        ahead = _Ahead(self._source.days_behind(read.closing) if len(points) else [])
        while len(points):
            if (day := ahead.step()) is None:
                return LATEST
            outermost = max(day, self._days.behind + ONE_DAY)
            self.read(self._days.zone_behind(read, outermost), points)
            read = self._days.reading_to(read, outermost)
            points = self.lacking(read, points).behind
        return outermost


class _Ahead:
    """Days still ahead, taken in steps of 1, 2, 4, …"""

    def __init__(self, days: Sequence[date]) -> None:
        self._days = list(days)
        self._size = 1

    def step(self) -> date | None:
        """The far end of the next step; None where no day is left."""
        taken, self._days = self._days[: self._size], self._days[self._size :]
        self._size *= 2
        return taken[-1] if taken else None
