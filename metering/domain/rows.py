"""The rows that go into and come out of a settlement, as plain values (settlement.md sections 1 and 3).

The same content as the frames of ``metering.settlement.schemas``: instants are naive JST, energies and
registers whole Wh, empty text is ``""``, an open end ``None``. The order of rows is the order of delivery.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from metering.domain.points import FlowDirection, ServicePattern


@dataclass(frozen=True, kw_only=True)
class ServicePeriod:
    """One row of the register: a device point while it is served under one pattern."""

    device_point_number: str
    premises_number: str
    pattern: int
    directions: str  # "0", "1" or "01"
    rated_w: int
    starts_at: datetime
    ends_at: datetime | None = None  # exclusive
    meter_id: str = ""  # expected at ``starts_at``; empty = not checked
    retailer_code: str = ""

    @property
    def settled_directions(self) -> tuple[int, ...]:
        """Directions that get energy: those metered; of pattern 2 only the forward one (settlement.md rule 11)."""
        metered = tuple(sorted(int(direction) for direction in self.directions))
        return (FlowDirection.FORWARD,) if self.pattern == ServicePattern.PROVISION else metered

    def serves(self, at: datetime) -> bool:
        """Whether ``at`` lies inside, both ends included (settlement.md rule 3)."""
        return self.starts_at <= at and (self.ends_at is None or at <= self.ends_at)


@dataclass(frozen=True, kw_only=True)
class Reading:
    """A register as the terminal sent it; ``status`` says why there is no value."""

    device_point_number: str
    direction: int
    read_at: datetime
    register_wh: int | None
    meter_id: str = ""
    status: str = ""


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """One meter taken away and the next put in its place, for one direction (計器交換)."""

    device_point_number: str
    direction: int
    exchanged_at: datetime
    old_meter_id: str = ""
    new_meter_id: str = ""
    old_register_wh: int | None = None
    new_register_wh: int | None = None

    @property
    def is_break(self) -> bool:
        """Without both registers nothing pairs across the exchange (settlement.md rule 4)."""
        return self.old_register_wh is None or self.new_register_wh is None


@dataclass(frozen=True, kw_only=True)
class GapFillRow:
    """An accepted gap-fill row: ``C`` the register at the instant, ``I`` the energy of the slot that ends at it."""

    device_point_number: str
    direction: int
    kind: Literal["C", "I"]
    at: datetime
    value_wh: int


@dataclass(frozen=True, kw_only=True)
class Baseline:
    """The energy a device would have had in a slot without being called (基準値)."""

    device_point_number: str
    direction: int
    day: date
    slot: int
    energy_wh: int


@dataclass(frozen=True, kw_only=True)
class SmartMeterValue:
    """What the smart meter of a receiving point measured in a slot."""

    premises_number: str
    day: date
    slot: int
    forward_wh: int | None
    reverse_wh: int | None


@dataclass(frozen=True, kw_only=True)
class Hold:
    """A span in which a device point is neither measured nor filled: isolation, suspension, missing consent."""

    device_point_number: str
    starts_at: datetime
    ends_at: datetime | None = None  # exclusive
    reason: str = ""

    def covers(self, start: datetime) -> bool:
        """Whether the slot that begins at ``start`` is held."""
        return self.starts_at <= start and (self.ends_at is None or start < self.ends_at)

    def hides(self, at: datetime) -> bool:
        """Whether ``at`` lies strictly inside; the edges serve the outer sides (settlement.md rule 9a)."""
        return self.starts_at < at and (self.ends_at is None or at < self.ends_at)


@dataclass(frozen=True, kw_only=True)
class SlotEnergy:
    """The energy of one device point, direction and slot; ``None`` is missing or held."""

    device_point_number: str
    direction: int
    day: date
    slot: int
    energy_wh: int | None
    quality: int
    provided_100wh: int | None = None


@dataclass(frozen=True, kw_only=True)
class SiteSlot:
    """What the pattern 1 devices of one premises delivered in a slot, and the receiving point without it."""

    premises_number: str
    day: date
    slot: int
    delivered_wh: int | None
    corrected_demand_wh: int | None
    corrected_generation_wh: int | None
    quality: int


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Something that the calculation did not use or does not trust (``metering.domain.findings``)."""

    device_point_number: str
    direction: int | None  # None where it concerns the whole device point
    at: datetime | None  # None where it concerns no instant
    code: str
    detail: str = ""


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """Everything a settlement reads."""

    register: list[ServicePeriod]
    readings: list[Reading] = field(default_factory=list)
    exchanges: list[Exchange] = field(default_factory=list)
    gapfill: list[GapFillRow] = field(default_factory=list)
    baselines: list[Baseline] = field(default_factory=list)
    smart_meter: list[SmartMeterValue] = field(default_factory=list)
    holds: list[Hold] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Results:
    """Everything a settlement writes, each in the order of its file."""

    energy: list[SlotEnergy]
    sites: list[SiteSlot]
    findings: list[Finding]
