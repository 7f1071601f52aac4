"""Messy inputs of a settlement, made up: what hypothesis draws for laws and for agreement.

A case is a few device points over half a day around midnight. Every direction has a true register
that moves on; from it come readings (late, lost, foreign, wild, corrected), meter exchanges that
bridge it or break it, and fills that fit, almost fit or make no sense.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import accumulate, pairwise
from random import Random
from typing import Any, Literal

from hypothesis import strategies as st

from metering.domain.gaps import day_and_slot, slot_length
from metering.domain.identifiers import device_point_number
from metering.domain.rows import (
    Baseline,
    Exchange,
    GapFillRow,
    Hold,
    Inputs,
    Reading,
    ServicePeriod,
    SmartMeterValue,
)
from metering.domain.rules import Rules, Stage

ORIGIN = datetime(2026, 11, 1, 20)
LAST = 20  # instants 0 to LAST
DAYS = [
    (date(2026, 11, 1), date(2026, 11, 1)),
    (date(2026, 11, 2), date(2026, 11, 2)),
    (date(2026, 11, 1), date(2026, 11, 2)),
]
NUMBERS = [device_point_number(area="03", serial=serial) for serial in (1, 2, 3)]
STRANGER = device_point_number(area="03", serial=999)
PREMISES = ["P001", "P002"]
METERS = ["AA00000000AA01", "BB00000000BB01", "CC00000000CC01", "DD00000000DD01"]
FOREIGN = "EE00000000EE01"
M = Rules().modulus_wh

# 20 MW leaves gaps of at most 9 half hours, 60 MW of 3.
RATED_W = [1, 3_000, 6_000, 6_000, 499_000, 20_000_000, 60_000_000]
STARTS = [0, 5_000, 45_000_000, M - 3_000, M - 1]
FATES = [
    *["lost"] * 6,
    *["status", "status beside a value", "null", "too large", "negative"],
    *["foreign", "nameless", "spike", "spike", "jump", "corrected", "spoilt later", "repeated"],
]
FILLS = ["exact", "exact", "exact", "more", "less", "cap", "over cap", "negative", "wild", "twice"]


@dataclass(frozen=True)
class Case:
    """One thing to settle; ``arguments`` are those of both calculations."""

    inputs: Inputs
    first_day: date
    last_day: date
    stage: Stage
    rules: Rules

    @property
    def arguments(self) -> dict[str, Any]:
        """Keyword arguments, without the inputs."""
        return {
            "first_day": self.first_day,
            "last_day": self.last_day,
            "stage": self.stage,
            "rules": self.rules,
        }


@dataclass(frozen=True)
class Course:
    """The truth of one direction: its running total at every instant, and the meters that show it."""

    number: str
    direction: int
    rated_w: int
    totals: list[int]
    exchanges: list[Exchange]
    offsets: list[int]  # total less register of the meter in place, per instant
    meters: list[str]  # in place, per instant
    outage: range  # instants whose readings are lost together
    rules: Rules

    def instant(self, index: int) -> datetime:
        return ORIGIN + slot_length(self.rules) * index

    def shown(self, index: int) -> int:
        """What the meter in place shows."""
        return (self.totals[index] - self.offsets[index]) % M

    @property
    def cap(self) -> int:
        return self.rules.slot_cap_wh(self.rated_w)


@st.composite
def courses(draw: st.DrawFn, number: str, direction: int, rated_w: int, rules: Rules) -> Course:
    """A running total with up to three meter exchanges."""
    cap = rules.slot_cap_wh(rated_w)
    seed = Random(draw(st.integers(0, 999)))
    steps = [seed.randint(0, cap) for _ in range(LAST)]
    odd = st.sampled_from([0, cap, cap, cap + 1, 2 * cap + 7, M // 2])
    for index, step in draw(st.dictionaries(st.integers(0, LAST - 1), odd, max_size=3)).items():
        steps[index] = step
    totals = list(accumulate(steps, initial=draw(st.sampled_from(STARTS))))
    changes = draw(
        st.lists(
            st.tuples(
                st.integers(-2, LAST - 1),
                st.sampled_from([0, 0, 1, 12, 29]),
                st.sampled_from([0, 20, 99_999_990]),
                st.sampled_from(["both", "both", "both", "old", "new", "none", "wrong then right"]),
                st.booleans(),
            ),
            max_size=3,
            unique_by=lambda change: change[:2],
        )
    )
    exchanges: list[Exchange] = []
    offsets, meters = [0] * (LAST + 1), [METERS[0]] * (LAST + 1)
    offset, meter = 0, METERS[0]
    for place, (index, minute, new, known, named) in enumerate(sorted(changes), start=1):
        at = ORIGIN + slot_length(rules) * index + timedelta(minutes=minute)
        before = totals[max(index, 0)]
        moved = (totals[index + 1] - before) // 2 if index >= 0 and minute else 0
        old, meter = (before + moved - offset) % M, METERS[place]
        offset = before + moved - new
        rows = ["wrong", "both"] if known == "wrong then right" else [known]
        exchanges += [
            Exchange(
                device_point_number=number,
                direction=direction,
                exchanged_at=at,
                old_meter_id=METERS[place - 1],
                new_meter_id=meter if named else "",
                old_register_wh=None if row in ("new", "none") else (old + (row == "wrong")) % M,
                new_register_wh=None if row in ("old", "none") else new,
            )
            for row in rows
        ]
        first = max(index if minute == 0 else index + 1, 0)
        offsets[first:] = [offset] * (LAST + 1 - first)
        meters[first:] = [meter] * (LAST + 1 - first)
    start = draw(st.integers(0, LAST))
    outage = range(start, min(start + draw(st.sampled_from([0, 2, 3, 4, 9, 10, 12])), LAST + 1))
    return Course(number, direction, rated_w, totals, exchanges, offsets, meters, outage, rules)


@st.composite
def readings_of(draw: st.DrawFn, course: Course) -> list[Reading]:
    """What arrives of a course, mostly in time order, corrections and spoilt rows at the end."""
    fates = draw(st.dictionaries(st.integers(0, LAST), st.sampled_from(FATES), max_size=12))
    fates |= dict.fromkeys(course.outage, "lost")
    wild = draw(st.integers(0, M - 1))
    rows: list[Reading] = []
    late: list[Reading] = []
    for index in range(LAST + 1):
        fate = fates.get(index, "good")
        rows += _first_delivery(course, index, fate, wild)
        late += _second_delivery(course, index, fate)
    return rows + late


def _reading(
    course: Course, index: int, register_wh: int | None, meter_id: str, status: str = ""
) -> Reading:
    return Reading(
        device_point_number=course.number,
        direction=course.direction,
        read_at=course.instant(index),
        register_wh=register_wh,
        meter_id=meter_id,
        status=status,
    )


def _first_delivery(course: Course, index: int, fate: str, wild: int) -> list[Reading]:
    shown, meter = course.shown(index), course.meters[index]
    rows: dict[str, list[tuple[int | None, str, str]]] = {
        "lost": [],
        "status": [(None, meter, "通信断")],
        "status beside a value": [(shown, meter, "計測異常")],
        "null": [(None, meter, "")],
        "too large": [(M, meter, "")],
        "negative": [(-1, "", "")],
        "foreign": [(shown, FOREIGN, "")],
        "nameless": [(shown, "", "")],
        "spike": [(wild, meter, "")],
        "jump": [((shown - 1) % M, meter, "")],
        "corrected": [((shown + 37) % M, meter, "")],
    }
    return [_reading(course, index, *row) for row in rows.get(fate, [(shown, meter, "")])]


def _second_delivery(course: Course, index: int, fate: str) -> list[Reading]:
    shown, meter = course.shown(index), course.meters[index]
    rows: dict[str, list[tuple[int | None, str, str]]] = {
        "corrected": [(shown, meter, "")],
        "repeated": [(shown, meter, "")],
        "spoilt later": [(None, meter, "端末停止"), (shown, FOREIGN, ""), (M + 5, meter, "")],
    }
    return [_reading(course, index, *row) for row in rows.get(fate, [])]


@st.composite
def fills_of(draw: st.DrawFn, course: Course) -> list[GapFillRow]:
    """Gap-fill rows, most of them for the outage: registers, energies, and both more than once."""
    anywhere = st.integers(0, LAST)
    needed = st.sampled_from([*course.outage, *course.outage, *range(LAST + 1)])
    wanted = draw(
        st.lists(
            st.tuples(
                st.one_of(anywhere, needed, needed),
                st.sampled_from(["C", "I", "I"]),
                st.sampled_from(FILLS),
            ),
            max_size=16,
        )
    )
    wild = draw(st.integers(0, M))
    rows = []
    for index, kind, fate in wanted:
        for value in _fill_values(course, index, kind, fate, wild):
            rows.append(_fill(course, index, "C" if kind == "C" else "I", value))
    return rows


def _fill_values(course: Course, index: int, kind: str, fate: str, wild: int) -> list[int]:
    truth = course.shown(index)
    if kind == "I":
        truth = course.totals[index] - course.totals[max(index - 1, 0)]
    values = {
        "more": [truth + 1],
        "less": [max(truth - 1, 0)],
        "cap": [course.cap],
        "over cap": [course.cap + 1],
        "negative": [-1],
        "wild": [wild],
        "twice": [wild, truth],
    }
    return values.get(fate, [truth])


def _fill(course: Course, index: int, kind: Literal["C", "I"], value: int) -> GapFillRow:
    return GapFillRow(
        device_point_number=course.number,
        direction=course.direction,
        kind=kind,
        at=course.instant(index),
        value_wh=value,
    )


@st.composite
def periods_of(
    draw: st.DrawFn, number: str, rated_w: int, directions: str, rules: Rules
) -> list[ServicePeriod]:
    """One to three service periods that touch or lie apart, the last one perhaps open."""
    first, last = draw(st.integers(0, 6)), draw(st.integers(LAST - 4, LAST))
    edges = sorted({first, last, *draw(st.lists(st.integers(first, last), max_size=2))})
    spans = [
        span for span in pairwise(edges) if draw(st.booleans()) or span == (edges[0], edges[1])
    ]
    is_open = spans[-1][1] == edges[-1] and draw(st.booleans())
    return [
        ServicePeriod(
            device_point_number=number,
            premises_number=draw(st.sampled_from(PREMISES)),
            retailer_code="91233",
            pattern=draw(st.sampled_from([1, 1, 2])) if "0" in directions else 1,
            directions=directions,
            rated_w=rated_w,
            meter_id=draw(st.sampled_from([*METERS[:1] * 4, METERS[1], ""])),
            starts_at=ORIGIN + slot_length(rules) * start,
            ends_at=None
            if is_open and start == spans[-1][0]
            else ORIGIN + slot_length(rules) * end,
        )
        for start, end in spans
    ]


@st.composite
def holds_of(draw: st.DrawFn, number: str, rules: Rules) -> list[Hold]:
    """None, one or two holds, also over the ends of everything; overlapping where they will."""
    spans = draw(
        st.lists(
            st.tuples(st.integers(-3, LAST), st.one_of(st.none(), st.integers(1, 8))), max_size=2
        )
    )
    return [
        Hold(
            device_point_number=number,
            starts_at=ORIGIN + slot_length(rules) * start,
            ends_at=None if slots is None else ORIGIN + slot_length(rules) * (start + slots),
            reason="isolation",
        )
        for start, slots in spans
        if draw(st.integers(0, 2)) == 2
    ]


@st.composite
def baselines_of(draw: st.DrawFn, number: str, rules: Rules) -> list[Baseline]:
    """Baselines of some slots, in directions metered or not, now and then twice."""
    drawn = draw(
        st.lists(
            st.tuples(st.integers(0, LAST + 5), st.integers(0, 1), st.integers(0, 3_000)),
            max_size=25,
        )
    )
    rows = []
    for index, direction, energy in drawn:
        day, slot = day_and_slot(ORIGIN + slot_length(rules) * index, rules)
        rows.append(
            Baseline(
                device_point_number=number,
                direction=direction,
                day=day,
                slot=slot,
                energy_wh=energy,
            )
        )
    return rows


@st.composite
def smart_meter_values(draw: st.DrawFn, rules: Rules) -> list[SmartMeterValue]:
    """Values of some slots of the premises, parts of them missing."""
    energy = st.one_of(st.just(None), st.integers(0, 5_000), st.integers(0, 5_000))
    drawn = draw(
        st.lists(
            st.tuples(
                st.sampled_from([*PREMISES, "P999"]), st.integers(0, LAST + 5), energy, energy
            ),
            max_size=25,
        )
    )
    rows = []
    for premises, index, forward, reverse in drawn:
        day, slot = day_and_slot(ORIGIN + slot_length(rules) * index, rules)
        rows.append(
            SmartMeterValue(
                premises_number=premises,
                day=day,
                slot=slot,
                forward_wh=forward,
                reverse_wh=reverse,
            )
        )
    return rows


@st.composite
def points(draw: st.DrawFn, number: str, rules: Rules) -> Inputs:
    """Everything about one device point, also rows of directions that it does not have."""
    rated_w = draw(st.sampled_from(RATED_W))
    directions = draw(st.sampled_from(["0", "1", "01"]))
    used = [0, 1] if draw(st.integers(0, 3)) == 3 else [int(d) for d in directions]
    used_courses = [draw(courses(number, direction, rated_w, rules)) for direction in used]
    return Inputs(
        register=draw(periods_of(number, rated_w, directions, rules)),
        readings=[row for course in used_courses for row in draw(readings_of(course))],
        exchanges=[row for course in used_courses for row in course.exchanges],
        gapfill=[row for course in used_courses for row in draw(fills_of(course))],
        baselines=draw(baselines_of(number, rules)),
        holds=draw(holds_of(number, rules)),
    )


@st.composite
def strangers(draw: st.DrawFn, rules: Rules) -> Inputs:
    """Rows of a device point that no register knows, in any of the tables."""
    kinds = draw(st.sets(st.sampled_from(["readings", "gapfill", "baselines", "holds"])))
    whole = draw(points(STRANGER, rules))
    return Inputs(register=[], **{kind: getattr(whole, kind) for kind in kinds})


def together(parts: list[Inputs], smart_meter: list[SmartMeterValue]) -> Inputs:
    """Several device points as one input."""
    return Inputs(
        register=[row for part in parts for row in part.register],
        readings=[row for part in parts for row in part.readings],
        exchanges=[row for part in parts for row in part.exchanges],
        gapfill=[row for part in parts for row in part.gapfill],
        baselines=[row for part in parts for row in part.baselines],
        smart_meter=smart_meter,
        holds=[row for part in parts for row in part.holds],
    )


@st.composite
def inputs(draw: st.DrawFn, rules: Rules) -> Inputs:
    """One to three device points of up to two premises, sometimes a stranger, in some order."""
    numbers = NUMBERS[: draw(st.integers(1, len(NUMBERS)))]
    parts = [draw(points(number, rules)) for number in numbers]
    if draw(st.integers(0, 4)) == 4:
        parts.append(draw(strangers(rules)))
    whole = together(parts, draw(smart_meter_values(rules)))
    order = draw(st.sampled_from(["as made", "by instant", "shuffled"]))
    if order == "by instant":
        whole.readings.sort(key=lambda row: row.read_at)
    if order == "shuffled":
        draw(st.randoms(use_true_random=False)).shuffle(whole.readings)
    return whole


@st.composite
def cases(draw: st.DrawFn, stages: tuple[Stage, ...] = ("provisional", "final")) -> Case:
    """A whole settlement: inputs, days, stage, and now and then slots of 15 minutes."""
    rules = Rules(slot_minutes=draw(st.sampled_from([30, 30, 30, 15])))
    first_day, last_day = draw(st.sampled_from(DAYS))
    return Case(draw(inputs(rules)), first_day, last_day, draw(st.sampled_from(stages)), rules)
