"""A day settled alone, from what is gathered for it, equals the same day settled from everything at once.

Gaps and spikes are judged by neighbours that may lie days away (decisions 17). Worlds are made up to be nasty about that:
sparse readings, registers that zigzag between two meters, holds, foreign meters, exchanges, fills, services that touch.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

import polars as pl
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from metering.domain.rules import Rules
from metering.frames.edges import Edges, Masters
from metering.frames.gathering import gather
from metering.frames.masters import cut
from metering.frames.reach import WITH_INSTANTS, Days
from metering.settlement import schemas
from metering.settlement.pipeline import Inputs, settle

ORIGIN = date(2026, 11, 1)
DAYS = 12
INSTANTS = DAYS * 48
POINTS = ["0390000000000000000011", "0390000000000000000029"]
METERS = ["AA00000000AA01", "BB00000000BB01"]
AT = {"readings": "read_at", "gapfill": "at"}


def at(instant: int) -> datetime:
    return datetime.combine(ORIGIN, time.min) + timedelta(minutes=30 * instant)


@dataclass(frozen=True)
class World:
    """All rows there are; a source of rows as the store is one."""

    masters: Masters
    kinds: dict[str, pl.DataFrame]

    def rows(self, zone: Edges, points: pl.Series) -> dict[str, pl.DataFrame]:
        def inside(kind: str) -> pl.Expr:
            return pl.col(AT[kind]).is_between(zone.opening, zone.closing) & pl.col(
                "device_point_number"
            ).is_in(points.implode())

        return {kind: rows.filter(inside(kind)) for kind, rows in self.kinds.items()}

    def days_before(self, instant: datetime) -> Sequence[date]:
        return sorted({at.date() for at in self._instants() if at < instant}, reverse=True)

    def days_behind(self, instant: datetime) -> Sequence[date]:
        return sorted({at.date() for at in self._instants() if at > instant})

    def _instants(self) -> list[datetime]:
        return [at for kind, rows in self.kinds.items() for at in rows[AT[kind]]]

    def inputs(self, rows: dict[str, pl.DataFrame], masters: Masters) -> Inputs:
        return Inputs(
            register=masters.register.lazy(),
            exchanges=masters.exchanges.lazy(),
            holds=masters.holds.lazy(),
            **{kind: frame.lazy() for kind, frame in rows.items()},
        )


class Making:
    """A world from a seed."""

    def __init__(self, seed: int) -> None:
        self.rng = Random(seed)
        self.rows: dict[str, list[tuple]] = {
            name: [] for name in ("register", "exchanges", "holds", "readings", "gapfill")
        }

    def world(self) -> World:
        for number in POINTS:
            self._serve(number)
            for direction in (0, 1):
                self._measure(number, direction)
            for _ in range(self.rng.choice([0, 0, 1, 2])):
                start = self._moment(0, INSTANTS - 1)
                end = at(self._moment(start + 1, start + 150)) if self.rng.random() < 0.8 else None
                self.rows["holds"].append((number, at(start), end, "suspension"))
        self.rng.shuffle(self.rows["readings"])
        self.rng.shuffle(self.rows["gapfill"])
        made = {
            name: pl.DataFrame(rows, schema=getattr(schemas, name.upper()), orient="row")
            for name, rows in self.rows.items()
        }
        masters = Masters(made["register"], made["exchanges"], made["holds"])
        return World(masters, {kind: made[kind] for kind in WITH_INSTANTS})

    def _serve(self, number: str) -> None:
        """One service period, or two that touch or leave a pause."""
        start = self.rng.choice([0, 0, self._moment(0, 200)])
        end = self.rng.choice([None, self._moment(start + 1, INSTANTS)])
        self._period(number, start, end)
        if end is not None and self.rng.random() < 0.5:
            self._period(number, end + self.rng.choice([0, 0, 7]), None)

    def _moment(self, first: int, last: int) -> int:
        """An instant, often a midnight: the edges of days are where it can go wrong."""
        midnights = [n for n in range(first, last + 1) if n % 48 == 0]
        if midnights and self.rng.random() < 0.4:
            return self.rng.choice(midnights)
        return self.rng.randint(first, last)

    def _period(self, number: str, start: int, end: int | None) -> None:
        pattern, directions = self.rng.choice([(1, "0"), (1, "01"), (1, "1"), (2, "0"), (2, "01")])
        rated_w = self.rng.choice([3_000, 6_000, 499_000, 2_000_000])
        meter = self.rng.choice([None, METERS[0]])
        until = None if end is None else at(end)
        self.rows["register"].append(
            (number, "P1", "91233", pattern, directions, rated_w, meter, at(start), until)
        )

    def _measure(self, number: str, direction: int) -> None:
        total, instant = self.rng.choice([0, 5_000_000, 99_990_000]), 0
        while instant < INSTANTS:
            manner = self.rng.choice(
                ["dense", "dense", "sparse", "silent", "zigzag", "foreign", "odd"]
            )
            for _ in range(self.rng.randint(1, 30)):
                total += self.rng.randint(0, 900)
                self._read(number, direction, instant, total % 100_000_000, manner)
                instant += self.rng.randint(1, 90) if manner in ("sparse", "silent") else 1
                if instant >= INSTANTS:
                    return
            if self.rng.random() < 0.1:
                old, new = (total % 100_000_000, 7) if self.rng.random() < 0.6 else (None, 7)
                moment = at(instant) - timedelta(minutes=self.rng.choice([0, 0, 13]))
                named = self.rng.choice([METERS[0], METERS[1], None])
                self.rows["exchanges"].append(
                    (number, direction, moment, METERS[0], named, old, new)
                )

    def _read(self, number: str, direction: int, instant: int, wh: int, manner: str) -> None:
        meter = METERS[0] if self.rng.random() < 0.5 else None
        status = None
        if manner == "silent":
            return self._fill(number, direction, instant, wh)
        if manner == "zigzag" and instant % 2:
            wh = (wh + 50_000_000) % 100_000_000
        if manner == "foreign" and self.rng.random() < 0.7:
            wh, meter = self.rng.randrange(100_000_000), METERS[1]
        if manner == "odd":
            odd = self.rng.choice(["status", "null", "range", "wild", "late"])
            status = "no data" if odd == "status" else None
            wh = {"null": None, "range": 100_000_000, "wild": self.rng.randrange(10**8)}.get(
                odd, wh
            )
            if odd == "late":
                self.rows["readings"].append((number, direction, at(instant), wh - 1, None, None))
        self.rows["readings"].append((number, direction, at(instant), wh, meter, status))
        return None

    def _fill(self, number: str, direction: int, instant: int, wh: int) -> None:
        kind, value = self.rng.choice([("C", wh), ("I", 400), ("I", 10**7), ("C", -1), ("", 0)])
        if kind:
            self.rows["gapfill"].append((number, direction, kind, at(instant), value))


def of_day(findings: pl.DataFrame, day: date, register: pl.DataFrame) -> pl.DataFrame:
    """Findings with an instant of ``day``, about points in service by its end."""
    opening = datetime.combine(day, time.min)
    return findings.filter(
        pl.col("at") >= opening,
        pl.col("at") < opening + timedelta(days=1),
        pl.col("device_point_number").is_in(register["device_point_number"].implode()),
    )


def started(masters: Masters, days: Days) -> Masters:
    """What the database hands over for ``days``: service that has begun by their end."""
    register = masters.register.filter(pl.col("service_from") <= days.edges.closing)
    return Masters(register, masters.exchanges, masters.holds).of(register["device_point_number"])


@given(
    seed=st.integers(0, 10**9),
    place=st.integers(0, DAYS - 1),
    stage=st.sampled_from(["provisional", "final"]),
)
def test_a_day_settled_alone_equals_the_day_settled_from_everything(
    seed: int, place: int, stage: str
) -> None:
    world, day = Making(seed).world(), ORIGIN + timedelta(days=place)
    days = Days(day, day)
    known = started(world.masters, days)
    asked = {"first_day": day, "last_day": day, "stage": stage, "rules": Rules()}

    gathered = gather(world, known, days, Rules())
    needed = cut(known, days.span(gathered.reads_from, gathered.reads_to))
    alone = settle(world.inputs(gathered.rows, needed), **asked)
    together = settle(world.inputs(world.kinds, world.masters), **asked)

    assert_frame_equal(alone.energy, together.energy)
    assert_frame_equal(alone.sites, together.sites)
    register = needed.register
    assert_frame_equal(
        of_day(alone.findings, day, register), of_day(together.findings, day, register)
    )
