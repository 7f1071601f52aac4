"""Everything a settlement of some days and one bucket reads: rows of the register, and rows of the store around the days.

How far out it reads is decided by :mod:`metering.frames.gathering`. Readings of points that have not been in service by
the end of the days are left out: they are registered, so they are no finding.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256

import polars as pl

from metering.domain.rules import Rules
from metering.frames.edges import Edges, Masters
from metering.frames.formats import FORMATS
from metering.frames.gathering import gather
from metering.frames.masters import cut, load_masters
from metering.frames.reach import BY_DAY, ONE_MINUTE, WITH_INSTANTS, Days
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
    gathered = gather(_Stored(bucket), masters, days, rules)
    span = days.span(gathered.reads_from, gathered.reads_to)
    needed, parts = cut(masters, span), _parts(bucket, days, span)
    points = masters.register["device_point_number"].unique()
    readings, gapfill = gathered.rows["readings"], gathered.rows["gapfill"]
    return Loaded(
        inputs=Inputs(
            register=needed.register.lazy(),
            readings=readings.lazy(),
            exchanges=needed.exchanges.lazy(),
            gapfill=gapfill.lazy(),
            baselines=reader.only(_scan(parts, "baselines"), "device_point_number", points),
            smart_meter=_scan(parts, "smart_meter"),
            holds=needed.holds.lazy(),
        ),
        reads_from=gathered.reads_from,
        reads_to=gathered.reads_to,
        digest=_digest(needed, parts),
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


class _Stored:
    """The rows of one bucket in the store."""

    def __init__(self, bucket: int) -> None:
        self._bucket = bucket

    def rows(self, zone: Edges, points: pl.Series) -> dict[str, pl.DataFrame]:
        """Readings and gap-fill rows of ``points`` with instants in ``zone``."""
        span = Span(from_naive_jst(zone.opening), from_naive_jst(zone.closing))
        found = store_parts.of_span(WITH_INSTANTS, bucket=self._bucket, span=span)
        return {kind: self._rows(kind, found, zone, points).collect() for kind in WITH_INSTANTS}

    def _rows(
        self, kind: str, found: Sequence[PartFound], zone: Edges, points: pl.Series
    ) -> pl.LazyFrame:
        rows = _scan(found, kind)
        inside = reader.between(rows, FORMATS[kind].at or "", zone.opening, zone.closing)
        return reader.only(inside, "device_point_number", points)

    def days_before(self, instant: datetime) -> Sequence[date]:
        """Days with rows earlier than ``instant``, the nearest first."""
        span = Span(None, from_naive_jst(instant - ONE_MINUTE))
        days = store_parts.days_of_span(WITH_INSTANTS, bucket=self._bucket, span=span)
        return days[::-1]

    def days_behind(self, instant: datetime) -> Sequence[date]:
        """Days with rows later than ``instant``, the nearest first."""
        span = Span(from_naive_jst(instant + ONE_MINUTE), None)
        return store_parts.days_of_span(WITH_INSTANTS, bucket=self._bucket, span=span)


def _scan(parts: Sequence[PartFound], kind: str) -> pl.LazyFrame:
    keys = [part.key for part in parts if part.kind == kind]
    return reader.scan(store(), keys, FORMATS[kind].schema)
