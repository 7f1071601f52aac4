"""Everything a settlement of some days and one bucket reads: rows of the register, and readings as far out as needed.

Of every point a few hours around the days are read. Points that still lack what they need beyond an edge (see
:mod:`metering.frames.edges`) are looked for further out, in steps that double, until they have it or nothing is left: those
points alone, so that one silent terminal does not make a bucket read its past. Readings of points without service so
far are left out: they are registered, so they are no finding.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

import polars as pl

from metering.domain.rules import Rules
from metering.frames.edges import Edges, Masters, waiting
from metering.frames.formats import FORMATS
from metering.frames.masters import cut, load_masters
from metering.frames.reach import BY_DAY, EARLIEST, LATEST, ONE_MINUTE, WITH_INSTANTS, Days
from metering.frames.stores import store
from metering.selectors import store_parts
from metering.selectors.store_parts import PartFound, Span
from metering.settlement.pipeline import Inputs
from metering.store import reader
from portal.timekeeping.half_hours import from_naive_jst


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """Inputs of one part, and how far they reach.

    ``reads_from`` and ``reads_to`` are the outermost days looked at. The day beside the part means the hours around it;
    ``EARLIEST`` and ``LATEST`` mean that there is nothing further out, so that whatever arrives there counts.
    """

    inputs: Inputs
    reads_from: date
    reads_to: date
    digest: str
    rows_read: int


def load_inputs(*, first_day: date, last_day: date, bucket: int, rules: Rules) -> Loaded:
    """Load what the settlement of ``first_day`` to ``last_day`` (both included) needs, for one bucket."""
    days = Days(first_day, last_day)
    masters = load_masters(bucket, days)
    rows = _Rows(bucket, masters.register["device_point_number"].unique())
    rows.read_around(days)
    reads_from, reads_to = _read_outwards(rows, masters, days, rules)
    span = days.span(reads_from, reads_to)
    needed = cut(masters, span)
    readings, gapfill = rows.frame("readings"), rows.frame("gapfill")
    return Loaded(
        inputs=Inputs(
            register=needed.register.lazy(),
            readings=readings.lazy(),
            exchanges=needed.exchanges.lazy(),
            gapfill=gapfill.lazy(),
            baselines=rows.of_days("baselines", days),
            smart_meter=rows.of_days("smart_meter", days),
            holds=needed.holds.lazy(),
        ),
        reads_from=reads_from,
        reads_to=reads_to,
        digest=_digest(needed, _parts(bucket, days, span)),
        rows_read=readings.height,
    )


def input_digest(
    *, day: date, bucket: int, reads_from: date, reads_to: date, last_day: date | None = None
) -> str:
    """The digest that :func:`load_inputs` gives for ``day`` (to ``last_day``) where it reads as far as the days given.

    Made from the digests of parts and the rows of the register: nothing of the store is opened.
    """
    days = Days(day, last_day or day)
    span = days.span(reads_from, reads_to)
    return _digest(cut(load_masters(bucket, days), span), _parts(bucket, days, span))


def _parts(bucket: int, days: Days, span: Span) -> list[PartFound]:
    """Parts with instants of ``span``, and parts of the days themselves."""
    return [
        *store_parts.of_span(WITH_INSTANTS, bucket=bucket, span=span),
        *store_parts.of_days(BY_DAY, bucket=bucket, first=days.first, last=days.last),
    ]


def _digest(masters: Masters, parts: Sequence[PartFound]) -> str:
    digest = sha256()
    for part in parts:
        digest.update(f"{part.kind} {part.day} {part.digest}\n".encode())
    for frame in (masters.register, masters.exchanges, masters.holds):
        digest.update(frame.write_csv().encode())
    return digest.hexdigest()


# --- reading ------------------------------------------------------------


class _Rows:
    """Readings and gap-fill rows of one bucket, gathered zone by zone; rows of one instant lie in one zone."""

    def __init__(self, bucket: int, points: pl.Series) -> None:
        self.bucket = bucket
        self._points = points
        self._zones: dict[str, list[pl.DataFrame]] = {kind: [] for kind in WITH_INSTANTS}

    def read_around(self, days: Days) -> None:
        """Rows of every point in service, in the days and the hours around them."""
        around = days.around
        self.read(around, self._points)

    def read(self, zone: Edges, points: pl.Series) -> None:
        """Rows of ``points`` with instants in ``zone``, both ends included."""
        span = Span(from_naive_jst(zone.opening), from_naive_jst(zone.closing))
        found = store_parts.of_span(WITH_INSTANTS, bucket=self.bucket, span=span)
        for kind, zones in self._zones.items():
            rows = _scan([part for part in found if part.kind == kind], kind)
            inside = reader.between(rows, FORMATS[kind].at or "", zone.opening, zone.closing)
            zones.append(reader.only(inside, "device_point_number", points).collect())

    def frame(self, kind: str) -> pl.DataFrame:
        """Everything read so far of one kind."""
        return pl.concat(self._zones[kind])

    def of_days(self, kind: str, days: Days) -> pl.LazyFrame:
        """Rows of a kind that is kept by day; baselines only of points in service."""
        found = store_parts.of_days([kind], bucket=self.bucket, first=days.first, last=days.last)
        rows = _scan(found, kind)
        if kind == "baselines":
            return reader.only(rows, "device_point_number", self._points)
        return rows


def _scan(parts: Sequence[PartFound], kind: str) -> pl.LazyFrame:
    return reader.scan(store(), [part.key for part in parts], FORMATS[kind].schema)


def _read_outwards(rows: _Rows, masters: Masters, days: Days, rules: Rules) -> tuple[date, date]:
    """Read further out for the points that need it; the outermost days looked at."""
    near = days.near_edges(rows.frame("readings"))
    lacking = waiting(near, masters, days.edges, days.around, rules)
    reads_from = _outwards(rows, masters, days, rules, lacking.before, is_before=True)
    reads_to = _outwards(rows, masters, days, rules, lacking.behind, is_before=False)
    return reads_from, reads_to


def _outwards(
    rows: _Rows,
    masters: Masters,
    days: Days,
    rules: Rules,
    lacking: Sequence[str],
    *,
    is_before: bool,
) -> date:
    """One side: 1, 2, 4, … further days that hold anything, for the points still lacking."""
    read = days.around
    outermost = days.beside(is_before=is_before)
    ahead = _days_ahead(rows.bucket, days, is_before=is_before) if lacking else []
    step = 1
    while lacking:
        if not ahead:
            return EARLIEST if is_before else LATEST
        taken, ahead = ahead[:step], ahead[step:]
        zone = days.zone(read, taken[-1], is_before=is_before)
        rows.read(zone, pl.Series(lacking))
        read = Edges(zone.opening, read.closing) if is_before else Edges(read.opening, zone.closing)
        outermost = days.far_enough(taken[-1], is_before=is_before)
        known = rows.frame("readings").filter(pl.col("device_point_number").is_in(lacking))
        still = waiting(days.near_edges(known), masters, days.edges, read, rules)
        lacking = still.before if is_before else still.behind
        step *= 2
    return outermost


def _days_ahead(bucket: int, days: Days, *, is_before: bool) -> list[date]:
    """Days beyond the hours around the part that hold anything, the nearest first."""
    around = days.around
    if is_before:
        beyond = Span(None, from_naive_jst(around.opening - ONE_MINUTE))
        return store_parts.days_of_span(WITH_INSTANTS, bucket=bucket, span=beyond)[::-1]
    beyond = Span(from_naive_jst(around.closing + ONE_MINUTE), None)
    return store_parts.days_of_span(WITH_INSTANTS, bucket=bucket, span=beyond)
