"""One direction of one service period, settled the plain way, rule after rule.

settlement.md section 2, rules 1 to 13, which rest on 説明資料 4-1-2, 4-1-3, 5-1-1 and 外部接続基準 2-5. Written from
the contract alone and preferring the obvious to the fast: this is the text that the frames of
``metering.settlement`` must agree with, slot by slot.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise

from metering.domain.distribution import even_shares
from metering.domain.energy import provided_units
from metering.domain.findings import Code
from metering.domain.gaps import Run, day_and_slot, slot_length, slots_between
from metering.domain.points import ServicePattern
from metering.domain.quality import Quality
from metering.domain.registers import (
    ExchangeBridge,
    difference,
    is_plausible,
    is_register,
    is_trusted,
    reason_against,
)
from metering.domain.rows import Finding, GapFillRow, Hold, Reading, ServicePeriod, SlotEnergy
from metering.domain.rules import Rules, Stage


@dataclass(frozen=True)
class Known:
    """An instant whose register is known."""

    at: datetime
    shown_wh: int  # W: what the meter of that time showed
    carried_wh: int  # V: the register carried on over exchanges (rule 4)
    is_measured: bool  # else an accepted C row


@dataclass(frozen=True)
class Span:
    """The slots between two neighbouring known instants, or from one to the edge of its piece."""

    run: Run
    before: Known | None
    after: Known | None


@dataclass
class Timeline:
    """Rows in order of delivery; ``settle`` reads as the rules do and leaves what it found."""

    period: ServicePeriod
    direction: int
    readings: list[Reading]
    gapfill: list[GapFillRow]
    holds: list[Hold]
    bridge: ExchangeBridge
    horizon: datetime  # an open service period is looked at up to here
    stage: Stage
    rules: Rules
    findings: list[Finding] = field(default_factory=list)

    def settle(self) -> list[SlotEnergy]:
        """Every slot of the service period once, in time order."""
        measured = self._measured_instants()
        c_rows = self._c_rows()
        self._report_held([*measured, *c_rows])
        slots = self._held_slots()
        for piece in self._pieces():
            kept = self._without_spikes(_inside(measured, piece))
            known = _standing_in(_inside(c_rows, piece), kept)
            for span in _spans(piece, known):
                slots += self._settle_span(span)
        return sorted(slots, key=lambda slot: (slot.day, slot.slot))

    # Rules 1 to 4 and 6: what is known

    def _measured_instants(self) -> list[Known]:
        """Rules 1, 2, 3 and 4: the last usable reading of each instant in service, bridged."""
        in_service = (row for row in self.readings if self.period.serves(row.read_at))
        usable = {row.read_at: row.register_wh or 0 for row in in_service if self._is_usable(row)}
        return [self._known(at, usable[at], is_measured=True) for at in sorted(usable)]

    def _is_usable(self, reading: Reading) -> bool:
        """Rule 1."""
        expected = self.bridge.expected_meter(reading.read_at, registered=self.period.meter_id)
        return reason_against(reading, expected_meter=expected, rules=self.rules) is None

    def _c_rows(self) -> list[Known]:
        """Rules 2, 4, 6: the last C row of each instant in service, where in range; pattern 1."""
        if self.period.pattern != ServicePattern.BALANCING:
            return []
        rows = (row for row in self.gapfill if row.kind == "C" and self.period.serves(row.at))
        values = {row.at: row.value_wh for row in rows}
        in_range = [at for at in sorted(values) if is_register(values[at], rules=self.rules)]
        return [self._known(at, values[at], is_measured=False) for at in in_range]

    def _known(self, at: datetime, shown_wh: int, *, is_measured: bool) -> Known:
        return Known(at, shown_wh, self.bridge.carried(at, shown_wh), is_measured)

    # Rule 9a: holds

    def _report_held(self, instants: list[Known]) -> None:
        """Readings and C rows strictly inside a hold are not used; an edge serves the outer side."""
        held = {row.at for row in instants if any(hold.hides(row.at) for hold in self.holds)}
        for at in held:
            self._report(at, Code.IN_HOLD)

    def _held_slots(self) -> list[SlotEnergy]:
        """Null and 8, in both stages and patterns, never filled."""
        starts = self._whole().slots(self.rules)
        held = [start for start in starts if any(hold.covers(start) for hold in self.holds)]
        return [self._slot(start, None, Quality.HELD) for start in held]

    def _pieces(self) -> list[Run]:
        """The service period cut by its holds; each piece is treated as a service period."""
        whole = self._whole()
        pieces, cursor = [], whole.starts_at
        for hold in sorted(self.holds, key=lambda hold: hold.starts_at):
            pieces.append(Run(cursor, min(hold.starts_at, whole.ends_at)))
            cursor = max(cursor, hold.ends_at or whole.ends_at)
        pieces.append(Run(cursor, whole.ends_at))
        return [piece for piece in pieces if piece.starts_at < piece.ends_at]

    def _whole(self) -> Run:
        return Run(self.period.starts_at, self.period.ends_at or self.horizon)

    # Rule 5: spikes

    def _without_spikes(self, measured: list[Known]) -> list[Known]:
        """One piece without its spikes, judged once on the sequence before any drop."""
        triples = zip(measured, measured[1:], measured[2:], strict=False)
        spikes = [b for a, b, c in triples if self._is_spike(a, b, c)]
        for spike in spikes:
            self._report(spike.at, Code.SPIKE, spike.shown_wh)
        return [known for known in measured if known not in spikes]

    def _is_spike(self, a: Known, b: Known, c: Known) -> bool:
        """Both steps implausible, the step over them plausible, and no break between."""
        if self.bridge.breaks_between(a.at, c.at):
            return False
        steps_plausible = self._is_plausible(a, b) or self._is_plausible(b, c)
        return not steps_plausible and self._is_plausible(a, c)

    def _is_plausible(self, x: Known, y: Known) -> bool:
        step = difference(x.carried_wh, y.carried_wh, rules=self.rules)
        slots = slots_between(x.at, y.at, self.rules)
        return is_plausible(step, slots=slots, rated_w=self.period.rated_w, rules=self.rules)

    # Rules 7 to 9 and 13: slots between two known instants

    def _settle_span(self, span: Span) -> list[SlotEnergy]:
        """Rules 8 and 9: one slot with a trusted difference has its energy, all else is a gap."""
        total = self._trusted_difference(span)
        is_one_slot = slots_between(span.run.starts_at, span.run.ends_at, self.rules) == 1
        if span.before and span.after and total is not None and is_one_slot:
            return [self._settled_slot(span.before, span.after, total)]
        return self._settle_gap(span.run, total)

    def _trusted_difference(self, span: Span) -> int | None:
        """Rule 7: T between two known instants without a break, where it is trusted."""
        a, b = span.before, span.after
        if a is None or b is None or self.bridge.breaks_between(a.at, b.at):
            return None
        step = difference(a.carried_wh, b.carried_wh, rules=self.rules)
        slots = slots_between(a.at, b.at, self.rules)
        if is_trusted(step, slots=slots, rated_w=self.period.rated_w, rules=self.rules):
            return step
        self._report(b.at, Code.IMPLAUSIBLE, step)
        return None

    def _settled_slot(self, a: Known, b: Known, energy_wh: int) -> SlotEnergy:
        """Rules 8 and 13: the difference itself, and in pattern 2 its provided digits."""
        provided = None
        if self.period.pattern == ServicePattern.PROVISION:
            provided = provided_units(a.carried_wh, b.carried_wh, rules=self.rules)
        return self._slot(a.at, energy_wh, self._quality(a, b), provided)

    def _quality(self, a: Known, b: Known) -> Quality:
        """Rule 8."""
        if not (a.is_measured and b.is_measured):
            return Quality.FILLED_REGISTER
        exchanged = self.bridge.exchanged_between(a.at, b.at)
        return Quality.EXCHANGED if exchanged else Quality.MEASURED

    # Rules 10 to 12: gaps

    def _settle_gap(self, gap: Run, total: int | None) -> list[SlotEnergy]:
        """One gap whose trusted difference is ``total``; None where T is unknown or not trusted."""
        starts = gap.slots(self.rules)
        if self.period.pattern == ServicePattern.PROVISION:
            return [self._slot(start, None, Quality.MISSING) for start in starts]
        intervals = self._fitting_intervals(starts, total)
        left = None if total is None else total - sum(intervals.values())
        rest = [start for start in starts if start not in intervals]
        return self._filled_slots(intervals) + self._settle_rest(rest, left)

    def _fitting_intervals(self, starts: list[datetime], total: int | None) -> dict[datetime, int]:
        """Rule 12: the counting I rows of the gap; none where they contradict its difference."""
        intervals = self._counting_intervals(starts)
        if total is None or _fits(intervals, total, slots=len(starts)):
            return intervals
        for start, energy in intervals.items():
            self._report(start + slot_length(self.rules), Code.FILL_CONTRADICTS, energy)
        return {}

    def _counting_intervals(self, starts: list[datetime]) -> dict[datetime, int]:
        """Rules 2 and 12: by start, the last I row of each slot of the gap that is plausible."""
        step, cap = slot_length(self.rules), self.rules.slot_cap_wh(self.period.rated_w)
        last = {row.at - step: row.value_wh for row in self.gapfill if row.kind == "I"}
        in_gap = {start: last[start] for start in starts if start in last}
        for start, energy in in_gap.items():
            if not 0 <= energy <= cap:
                self._report(start + step, Code.FILL_IMPLAUSIBLE, energy)
        return {start: energy for start, energy in in_gap.items() if 0 <= energy <= cap}

    def _filled_slots(self, intervals: Mapping[datetime, int]) -> list[SlotEnergy]:
        """I rows take their slots in both stages."""
        return [self._slot(at, wh, Quality.FILLED_INTERVAL) for at, wh in intervals.items()]

    def _settle_rest(self, rest: list[datetime], left: int | None) -> list[SlotEnergy]:
        """Slots of a gap without an I row: missing (rule 10), zero, or an even share of ``left``."""
        if self.stage == "provisional":
            return [self._slot(start, None, Quality.MISSING) for start in rest]
        if left is None:
            return [self._slot(start, 0, Quality.ZERO) for start in rest]
        shares = zip(rest, even_shares(left, len(rest)), strict=True)
        return [self._slot(start, share, Quality.EVENLY_DISTRIBUTED) for start, share in shares]

    # Rows out

    def _slot(
        self, start: datetime, energy_wh: int | None, quality: Quality, provided: int | None = None
    ) -> SlotEnergy:
        day, slot = day_and_slot(start, self.rules)
        return SlotEnergy(
            device_point_number=self.period.device_point_number,
            direction=self.direction,
            day=day,
            slot=slot,
            energy_wh=energy_wh,
            quality=quality,
            provided_100wh=provided,
        )

    def _report(self, at: datetime, code: Code, detail: int | str = "") -> None:
        self.findings.append(
            Finding(
                device_point_number=self.period.device_point_number,
                direction=self.direction,
                at=at,
                code=code,
                detail=str(detail),
            )
        )


def _inside(instants: list[Known], piece: Run) -> list[Known]:
    """Those in ``piece``, both edges included (rules 3 and 9a)."""
    return [known for known in instants if piece.starts_at <= known.at <= piece.ends_at]


def _standing_in(c_rows: list[Known], measured: list[Known]) -> list[Known]:
    """Rule 6: C rows stand in at instants that have no usable measured reading left."""
    by_instant = {known.at: known for known in [*c_rows, *measured]}
    return [by_instant[at] for at in sorted(by_instant)]


def _spans(piece: Run, known: list[Known]) -> list[Span]:
    """``piece`` cut at its known instants; with none it is one span (rule 9)."""
    spans = []
    for before, after in pairwise([None, *known, None]):
        starts_at = before.at if before else piece.starts_at
        ends_at = after.at if after else piece.ends_at
        if starts_at < ends_at:
            spans.append(Span(Run(starts_at, ends_at), before, after))
    return spans


def _fits(intervals: Mapping[datetime, int], total: int, *, slots: int) -> bool:
    """Rule 12: I rows leave some, or nothing, to share; over the whole gap they are all of it."""
    filled = sum(intervals.values())
    return filled <= total if len(intervals) < slots else filled == total
