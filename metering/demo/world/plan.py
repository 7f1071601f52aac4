"""The masters of the sample area as plain values: who there is, where, with which devices and since when."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from metering.domain.points import DeviceKind, HoldReason, ServicePattern
from portal.organizations.roles import Party

AREA = "03"


class Building(StrEnum):
    """What kind of place a premises is; it decides the devices and the load of the house."""

    HOUSE = "house"
    SHOP = "shop"
    FARM = "farm"


@dataclass(frozen=True, kw_only=True)
class Company:
    """An organization of the scheme with its code in the area."""

    code: str
    name: str
    kana: str
    parties: tuple[Party, ...]


@dataclass(frozen=True, kw_only=True)
class Person:
    """A customer, private or company."""

    number: str
    name: str
    kana: str


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """One 検針区分 and its meter reading dates, in order."""

    code: str
    days: tuple[date, ...]


@dataclass(frozen=True, kw_only=True)
class TerminalMake:
    """A certified terminal model (認証済み無線端末)."""

    maker: str
    model: str
    firmware: str
    certification_number: str


@dataclass(frozen=True, kw_only=True)
class Device:
    """One device behind its exempt meter: a device point (機器点)."""

    number: str
    control_number: str
    position: int
    kind: DeviceKind
    building: Building
    name: str
    pattern: ServicePattern
    directions: str
    rated_w: int
    meter_id: str
    meter_maker: str
    accuracy_class: str
    terminal_id: str
    terminal_make: int  # index into Area.terminal_makes
    register_wh: dict[int, int]  # per direction, at the first instant of the sample

    @property
    def is_balancing(self) -> bool:
        """Whether it delivers balancing capacity (pattern 1)."""
        return self.pattern is ServicePattern.BALANCING


@dataclass(frozen=True, kw_only=True)
class Home:
    """One premises with its supply point, customer, contracts and devices."""

    premises_number: str
    address: str
    supply_point_number: str
    building: Building
    scale: float  # size of the house load, 1 = usual
    schedule: str
    customer: Person
    moved_in: date
    retailer: str
    contracted: date
    service_from: date
    devices: tuple[Device, ...]
    aggregator: str = ""  # "" where no device is in pattern 1
    balancing_contract: str = ""
    receiving_place_number: str = ""  # "" where nothing generates
    generation_party: str = ""


@dataclass(frozen=True, kw_only=True)
class Move:
    """Another customer from 00:00 of ``day`` on (decisions 33)."""

    premises_number: str
    day: date
    customer: Person


@dataclass(frozen=True, kw_only=True)
class Switch:
    """Another retailer from 00:00 of ``day`` on: the service ends and begins anew (domain.md D7)."""

    premises_number: str
    day: date
    retailer: str


@dataclass(frozen=True, kw_only=True)
class HoldSpan:
    """A device point on hold; naive JST, slot boundaries."""

    device_point_number: str
    starts_at: datetime
    ends_at: datetime
    reason: HoldReason
    cause: str


@dataclass(frozen=True, kw_only=True)
class Area:
    """Everything there is, before a single reading."""

    points: int
    days: int
    seed: int
    until: date
    operator: Company
    companies: tuple[Company, ...]  # retailers and aggregators
    schedules: tuple[Schedule, ...]
    terminal_makes: tuple[TerminalMake, ...]
    homes: tuple[Home, ...]
    move: Move | None = None
    switch: Switch | None = None
    holds: tuple[HoldSpan, ...] = field(default=())

    @property
    def first_day(self) -> date:
        """The first day of the sample."""
        return self.until - timedelta(days=self.days - 1)

    @property
    def stories(self) -> frozenset[str]:
        """Numbers of the premises and device points that have a story of their own."""
        told = {hold.device_point_number for hold in self.holds}
        told |= {change.premises_number for change in (self.move, self.switch) if change}
        return frozenset(told)

    @property
    def devices(self) -> list[Device]:
        """All device points in the order of their premises."""
        return [device for home in self.homes for device in home.devices]

    @property
    def retailers(self) -> list[Company]:
        """The companies that are retailers."""
        return [company for company in self.companies if Party.RETAILER in company.parties]

    @property
    def aggregators(self) -> list[Company]:
        """The companies that use device points for balancing."""
        return [company for company in self.companies if Party.AGGREGATOR in company.parties]
