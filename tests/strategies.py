"""Messy inputs of a settlement, made up: what hypothesis draws for laws and for agreement.

A case is a few device points over half a day around midnight. Every direction has a true register
that moves on; from it come readings (late, lost, foreign, wild, corrected), meter exchanges that
bridge it or break it, and fills that fit, almost fit or make no sense.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate, pairwise
from random import Random
from typing import Any, Literal

from hypothesis import strategies as st

from metering.domain.gaps import day_and_slot
from metering.domain.identifiers import device_point_number
from metering.domain.rows import (
    Baseline,
    GapFillRow,
    Hold,
    Inputs,
    Reading,
    ServicePeriod,
    SmartMeterValue,
)
from metering.domain.rules import Rules, Stage
from tests import courses
from tests.courses import FATES, FILLS, KNOWN, LAST, METERS, ORIGIN, Change, Course, M, instant

DAYS = [ORIGIN.date(), ORIGIN.date() + timedelta(days=1)]
NUMBERS = [device_point_number(area="03", serial=serial) for serial in (1, 2, 3)]
STRANGER = device_point_number(area="03", serial=999)
PREMISES = ["P001", "P002"]

# Built once: hypothesis checks a strategy whenever it is made anew.
BOOLEANS = st.booleans()
INSTANTS = st.integers(0, LAST)
SLOTS_AND_BEYOND = st.integers(0, LAST + 5)
DIRECTIONS = st.sampled_from(["0", "1", "01"])
SEEDS = st.integers(0, 999)
WILD = st.integers(0, M)
# 20 MW leaves gaps of at most 9 half hours, 60 MW of 3.
RATED_W = st.sampled_from([1, 3_000, 6_000, 6_000, 499_000, 20_000_000, 60_000_000])
STARTS = st.sampled_from([0, 5_000, 45_000_000, M - 3_000, M - 1])
ODD_STEPS = st.dictionaries(st.integers(0, LAST - 1), st.integers(0, 5), max_size=3)
OUTAGES = st.tuples(INSTANTS, st.sampled_from([0, 2, 3, 4, 9, 10, 12]))
CHANGES = st.lists(
    st.builds(
        Change,
        st.integers(-2, LAST - 1),
        st.sampled_from([0, 0, 1, 12, 29]),
        st.sampled_from([0, 20, M - 10]),
        st.sampled_from(KNOWN),
        BOOLEANS,
    ),
    max_size=3,
    unique_by=lambda change: change[:2],
)
FATES_BY_INSTANT = st.dictionaries(INSTANTS, st.sampled_from(FATES), max_size=12)
KINDS_OF_FILL = st.sampled_from(["C", "I", "I"])
FATES_OF_FILL = st.sampled_from(FILLS)
METER_IDS = st.sampled_from([*METERS[:1] * 4, METERS[1], ""])
PATTERNS = st.sampled_from([1, 1, 2])
SPANS_OF_HOLDS = st.lists(
    st.tuples(st.integers(-3, LAST), st.sampled_from([*range(1, 8), None])), max_size=2
)
BASELINES = st.lists(
    st.tuples(SLOTS_AND_BEYOND, st.integers(0, 1), st.integers(0, 3_000)), max_size=25
)
METERED = st.one_of(st.none(), st.integers(0, 5_000), st.integers(0, 5_000))
SMART_METER = st.lists(
    st.tuples(st.sampled_from([*PREMISES, "P999"]), SLOTS_AND_BEYOND, METERED, METERED),
    max_size=25,
)


@dataclass(frozen=True)
class Case:
    """One thing to settle."""

    inputs: Inputs
    first_day: date
    last_day: date
    stage: Stage
    rules: Rules

    @property
    def arguments(self) -> dict[str, Any]:
        """Keyword arguments of both calculations, without the inputs."""
        return {
            "first_day": self.first_day,
            "last_day": self.last_day,
            "stage": self.stage,
            "rules": self.rules,
        }


@st.composite
def courses_of(draw: st.DrawFn, number: str, direction: int, rated_w: int, rules: Rules) -> Course:
    """A running total with up to three meter exchanges and one outage."""
    cap = rules.slot_cap_wh(rated_w)
    random = Random(draw(SEEDS))
    steps = [random.randint(0, cap) for _ in range(LAST)]
    odd = [0, cap, cap, cap + 1, 2 * cap + 7, M // 2]
    for index, choice in draw(ODD_STEPS).items():
        steps[index] = odd[choice]
    start, length = draw(OUTAGES)
    return courses.course(
        number,
        direction,
        rated_w=rated_w,
        totals=list(accumulate(steps, initial=draw(STARTS))),
        changes=draw(CHANGES),
        outage=range(start, min(start + length, LAST + 1)),
        rules=rules,
    )


@st.composite
def readings_of(draw: st.DrawFn, of: Course) -> list[Reading]:
    """What arrives of a course, in time order, then corrections and spoilt rows."""
    fates = draw(FATES_BY_INSTANT) | dict.fromkeys(of.outage, "lost")
    wild = draw(WILD) % M
    told = [(index, fates.get(index, "good")) for index in range(LAST + 1)]
    first = [row for index, fate in told for row in courses.first_delivery(of, index, fate, wild)]
    return first + [row for told_of in told for row in courses.second_delivery(of, *told_of)]


@st.composite
def fills_of(draw: st.DrawFn, of: Course) -> list[GapFillRow]:
    """Gap-fill rows, most of them for the outage: registers, energies, and both more than once."""
    needed = st.sampled_from([*of.outage, *of.outage, *range(LAST + 1)])
    wild = draw(WILD)
    rows: list[GapFillRow] = []
    for index, kind, fate in draw(
        st.lists(st.tuples(needed, KINDS_OF_FILL, FATES_OF_FILL), max_size=16)
    ):
        known_kind: Literal["C", "I"] = "C" if kind == "C" else "I"
        rows += courses.fills(of, index, known_kind, fate, wild)
    return rows


@st.composite
def periods_of(
    draw: st.DrawFn, number: str, rated_w: int, directions: str, rules: Rules
) -> list[ServicePeriod]:
    """One to three service periods that touch or lie apart, the last one perhaps open."""
    first, last = draw(INSTANTS) // 3, LAST - draw(INSTANTS) // 5
    edges = sorted({first, last, *(max(first, min(draw(INSTANTS), last)) for _ in range(2))})
    spans = [span for span in pairwise(edges) if span[0] == first or draw(BOOLEANS)]
    is_open = draw(BOOLEANS)
    return [
        ServicePeriod(
            device_point_number=number,
            premises_number=PREMISES[draw(BOOLEANS)],
            retailer_code="91233",
            pattern=draw(PATTERNS) if "0" in directions else 1,
            directions=directions,
            rated_w=rated_w,
            meter_id=draw(METER_IDS),
            starts_at=instant(start, rules),
            ends_at=None if is_open and (start, end) == spans[-1] else instant(end, rules),
        )
        for start, end in spans
    ]


@st.composite
def holds_of(draw: st.DrawFn, number: str, rules: Rules) -> list[Hold]:
    """None, one or two holds, also over the ends of everything; overlapping where they will."""
    if draw(BOOLEANS) or draw(BOOLEANS):
        return []
    return [
        Hold(
            device_point_number=number,
            starts_at=instant(start, rules),
            ends_at=None if slots is None else instant(start + slots, rules),
            reason="isolation",
        )
        for start, slots in draw(SPANS_OF_HOLDS)
    ]


@st.composite
def baselines_of(draw: st.DrawFn, number: str, rules: Rules) -> list[Baseline]:
    """Baselines of some slots, in directions metered or not, now and then twice."""
    rows = []
    for index, direction, energy in draw(BASELINES):
        day, slot = day_and_slot(instant(index, rules), rules)
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
    rows = []
    for premises, index, forward, reverse in draw(SMART_METER):
        day, slot = day_and_slot(instant(index, rules), rules)
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
    rated_w, directions = draw(RATED_W), draw(DIRECTIONS)
    delivered = "01" if draw(BOOLEANS) and draw(BOOLEANS) else directions
    of = [draw(courses_of(number, int(digit), rated_w, rules)) for digit in delivered]
    return Inputs(
        register=draw(periods_of(number, rated_w, directions, rules)),
        readings=[row for course in of for row in draw(readings_of(course))],
        exchanges=[row for course in of for row in course.exchanges],
        gapfill=[row for course in of for row in draw(fills_of(course))],
        baselines=draw(baselines_of(number, rules)),
        holds=draw(holds_of(number, rules)),
    )


@st.composite
def strangers(draw: st.DrawFn, rules: Rules) -> Inputs:
    """Rows of a device point that no register knows, in any of the tables."""
    whole = draw(points(STRANGER, rules))
    kinds = ("readings", "exchanges", "gapfill", "baselines", "holds")
    return Inputs(register=[], **{kind: getattr(whole, kind) for kind in kinds if draw(BOOLEANS)})


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


NUMBER_OF_POINTS = st.integers(1, len(NUMBERS))
ORDERS = st.sampled_from(["as made", "by instant", "shuffled"])
RULES = st.sampled_from([*[Rules()] * 3, Rules(slot_minutes=15)])
ASKED = st.sampled_from([(DAYS[0], DAYS[0]), (DAYS[1], DAYS[1]), (DAYS[0], DAYS[1])])


@st.composite
def inputs(draw: st.DrawFn, rules: Rules) -> Inputs:
    """One to three device points of up to two premises, sometimes a stranger, in some order."""
    parts = [draw(points(number, rules)) for number in NUMBERS[: draw(NUMBER_OF_POINTS)]]
    if draw(BOOLEANS) and draw(BOOLEANS):
        parts.append(draw(strangers(rules)))
    whole = together(parts, draw(smart_meter_values(rules)))
    order = draw(ORDERS)
    if order == "by instant":
        whole.readings.sort(key=lambda row: row.read_at)
    if order == "shuffled":
        Random(draw(SEEDS)).shuffle(whole.readings)
    return whole


@st.composite
def cases(draw: st.DrawFn, stages: tuple[Stage, ...] = ("provisional", "final")) -> Case:
    """A whole settlement: inputs, days, stage, and now and then slots of 15 minutes."""
    rules = draw(RULES)
    first_day, last_day = draw(ASKED)
    return Case(draw(inputs(rules)), first_day, last_day, draw(st.sampled_from(stages)), rules)
