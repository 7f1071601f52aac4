"""The truth behind made-up readings: one direction of one device point, and what arrives of it.

A course is a running total at every instant and the meters that showed it. The fates of instants
and fills are words; ``strategies`` draws them, here they become rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from metering.domain.gaps import slot_length
from metering.domain.rows import Exchange, GapFillRow, Reading
from metering.domain.rules import Rules

ORIGIN = datetime(2026, 11, 1, 20)
LAST = 20  # instants 0 to LAST
METERS = ["AA00000000AA01", "BB00000000BB01", "CC00000000CC01", "DD00000000DD01"]
FOREIGN = "EE00000000EE01"
M = Rules().modulus_wh

FATES = [
    *["lost"] * 6,
    *["status", "status beside a value", "null", "too large", "negative"],
    *["foreign", "nameless", "spike", "spike", "jump", "corrected", "spoilt later", "repeated"],
]
FILLS = ["exact", "exact", "exact", "more", "less", "cap", "over cap", "negative", "wild", "twice"]
KNOWN = ["both", "both", "both", "old", "new", "none", "wrong then right"]


class Change(NamedTuple):
    """A meter exchange ``minute`` minutes after an instant, and how much of it is reported."""

    index: int
    minute: int
    new_wh: int  # what the new meter starts with
    known: str
    is_named: bool  # whether the new meter's id is reported


@dataclass(frozen=True)
class Course:
    """One direction; ``shown`` and ``meters`` are of the meter in place at each instant."""

    number: str
    direction: int
    cap: int
    totals: Sequence[int]
    shown: Sequence[int]
    meters: Sequence[str]
    exchanges: list[Exchange]
    outage: range  # instants whose readings are lost together
    rules: Rules


def instant(index: int, rules: Rules) -> datetime:
    """The instant of that number."""
    return ORIGIN + slot_length(rules) * index


def course(
    number: str,
    direction: int,
    *,
    rated_w: int,
    totals: Sequence[int],
    changes: Sequence[Change],
    outage: range,
    rules: Rules,
) -> Course:
    """The course of ``totals`` on a first meter and on those that ``changes`` put in its place."""
    offsets, meters = [0] * len(totals), [METERS[0]] * len(totals)
    exchanges: list[Exchange] = []
    offset = 0
    for change, old_meter, meter in zip(sorted(changes), METERS, METERS[1:], strict=False):
        total = _total_at(change, totals)
        exchanges += [
            _exchange(
                number, direction, change, known, (total - offset) % M, (old_meter, meter), rules
            )
            for known in change.known.split(" then ")
        ]
        offset = total - change.new_wh
        first = max(change.index + (change.minute > 0), 0)
        offsets[first:] = [offset] * len(offsets[first:])
        meters[first:] = [meter] * len(meters[first:])
    return Course(
        number=number,
        direction=direction,
        cap=rules.slot_cap_wh(rated_w),
        totals=totals,
        shown=[(total - offset) % M for total, offset in zip(totals, offsets, strict=True)],
        meters=meters,
        exchanges=exchanges,
        outage=outage,
        rules=rules,
    )


def _total_at(change: Change, totals: Sequence[int]) -> int:
    """The running total at an exchange: half way to the next instant, or that of the instant."""
    before = totals[max(change.index, 0)]
    if change.minute == 0 or change.index < 0:
        return before
    return before + (totals[change.index + 1] - before) // 2


def _exchange(
    number: str,
    direction: int,
    change: Change,
    known: str,
    old_wh: int,
    meters: tuple[str, str],
    rules: Rules,
) -> Exchange:
    reported = {
        "wrong": ((old_wh + 1) % M, change.new_wh),
        "old": (old_wh, None),
        "new": (None, change.new_wh),
        "none": (None, None),
    }
    old_register_wh, new_register_wh = reported.get(known, (old_wh, change.new_wh))
    return Exchange(
        device_point_number=number,
        direction=direction,
        exchanged_at=instant(change.index, rules) + timedelta(minutes=change.minute),
        old_meter_id=meters[0],
        new_meter_id=meters[1] if change.is_named else "",
        old_register_wh=old_register_wh,
        new_register_wh=new_register_wh,
    )


def first_delivery(of: Course, index: int, fate: str, wild: int) -> list[Reading]:
    """What arrives of an instant at once."""
    shown, meter = of.shown[index], of.meters[index]
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
    return [_reading(of, index, *row) for row in rows.get(fate, [(shown, meter, "")])]


def second_delivery(of: Course, index: int, fate: str) -> list[Reading]:
    """What arrives of an instant once more, later."""
    shown, meter = of.shown[index], of.meters[index]
    rows: dict[str, list[tuple[int | None, str, str]]] = {
        "corrected": [(shown, meter, "")],
        "repeated": [(shown, meter, "")],
        "spoilt later": [(None, meter, "端末停止"), (shown, FOREIGN, ""), (M + 5, meter, "")],
    }
    return [_reading(of, index, *row) for row in rows.get(fate, [])]


def _reading(
    of: Course, index: int, register_wh: int | None, meter_id: str, status: str
) -> Reading:
    return Reading(
        device_point_number=of.number,
        direction=of.direction,
        read_at=instant(index, of.rules),
        register_wh=register_wh,
        meter_id=meter_id,
        status=status,
    )


def fills(
    of: Course, index: int, kind: Literal["C", "I"], fate: str, wild: int
) -> list[GapFillRow]:
    """Gap-fill rows of one kind for one instant; "twice" corrects a wild one."""
    truth = of.shown[index]
    if kind == "I":
        truth = of.totals[index] - of.totals[max(index - 1, 0)]
    values = {
        "more": [truth + 1],
        "less": [max(truth - 1, 0)],
        "cap": [of.cap],
        "over cap": [of.cap + 1],
        "negative": [-1],
        "wild": [wild],
        "twice": [wild, truth],
    }
    return [
        GapFillRow(
            device_point_number=of.number,
            direction=of.direction,
            kind=kind,
            at=instant(index, of.rules),
            value_wh=value,
        )
        for value in values.get(fate, [truth])
    ]
