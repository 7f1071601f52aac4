"""Puts the masters of a planned area into the tables, set by set: contracts with their history, service by the services.

Spans are open here; what ends them happens later (``happenings``). Must run inside a transaction.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import islice
from typing import TypeVar

from metering.demo.world.plan import AREA, Area, Company, Device, Home, Person
from metering.domain.points import VoltageClass
from metering.models import (
    BalancingContract,
    Customer,
    DevicePoint,
    ExemptMeter,
    GenerationContract,
    Occupancy,
    Premises,
    ReadingDate,
    ReadingSchedule,
    SupplyContract,
    SupplyPoint,
    Terminal,
    TerminalModel,
)
from metering.services.points import (
    NewDevicePoint,
    NewService,
    activate_all,
    register_device_points,
)
from portal.actor import Actor
from portal.organizations.models import Contact, Organization, OrganizationCode, OrganizationParty
from portal.records import WithHistory, create_with_history
from portal.timekeeping.half_hours import starts_at

RowT = TypeVar("RowT", bound=WithHistory)
CERTIFIED_FOR = timedelta(days=5 * 365)
AT_A_TIME = 2_000


class Masters:
    """Writes an area down; afterwards the rows can be found here by their numbers."""

    def __init__(self, area: Area, *, actor: Actor, at: datetime) -> None:
        self.area = area
        self.actor = actor
        self.at = at
        self.organizations: dict[str, Organization] = {}  # by code
        self.supply_points: dict[str, SupplyPoint] = {}  # by premises number
        self.points: dict[str, DevicePoint] = {}  # by number

    def write(self) -> None:
        """Everything, in the order in which rows refer to each other."""
        self._organizations()
        schedules, makes = self._schedules(), self._terminal_models()
        premises = self._places(schedules)
        self._people()
        self._contracts(premises)
        self._device_points()
        self._equipment(makes)
        self._activate()

    def _put(self, rows: Sequence[RowT]) -> list[RowT]:
        return create_with_history(rows, actor=self.actor, at=self.at)

    def _organizations(self) -> None:
        companies = [self.area.operator, *self.area.companies]
        made = self._put([Organization(name=each.name, name_kana=each.kana) for each in companies])
        self.organizations = {
            company.code: row for company, row in zip(companies, made, strict=True)
        }
        self._put(
            [
                OrganizationParty(organization=self.organizations[company.code], party=party)
                for company in companies
                for party in company.parties
            ]
        )
        self._put([self._code(company) for company in companies])
        self._put([self._contact(company) for company in companies])

    def _code(self, company: Company) -> OrganizationCode:
        return OrganizationCode(
            organization=self.organizations[company.code], area=AREA, code=company.code
        )

    def _contact(self, company: Company) -> Contact:
        return Contact(
            organization=self.organizations[company.code],
            purpose="24時間連絡先",
            name="運用窓口",
            email=f"desk@{company.code}.example",
            phone="000-0000-0000",
        )

    def _schedules(self) -> dict[str, ReadingSchedule]:
        rows = self._put([ReadingSchedule(code=each.code) for each in self.area.schedules])
        schedules = {row.code: row for row in rows}
        self._put(
            [
                ReadingDate(schedule=schedules[group.code], day=day)
                for group in self.area.schedules
                for day in group.days
            ]
        )
        return schedules

    def _terminal_models(self) -> list[TerminalModel]:
        certified = date(2026, 4, 1)
        return self._put(
            [
                TerminalModel(
                    maker=make.maker,
                    model=make.model,
                    firmware=make.firmware,
                    certification_number=make.certification_number,
                    starts_on=certified,
                    ends_on=certified + CERTIFIED_FOR,
                )
                for make in self.area.terminal_makes
            ]
        )

    def _places(self, schedules: dict[str, ReadingSchedule]) -> dict[str, Premises]:
        rows = self._put(
            [
                Premises(number=home.premises_number, address=home.address)
                for home in self.area.homes
            ]
        )
        premises = {row.number: row for row in rows}
        supply_points = self._put(
            [
                SupplyPoint(
                    number=home.supply_point_number,
                    premises=premises[home.premises_number],
                    voltage=VoltageClass.LOW,
                    reading_schedule=schedules[home.schedule],
                )
                for home in self.area.homes
            ]
        )
        self.supply_points = {
            home.premises_number: row
            for home, row in zip(self.area.homes, supply_points, strict=True)
        }
        return premises

    def _people(self) -> None:
        customers = self._put([customer_row(home.customer) for home in self.area.homes])
        self._put(
            [
                Occupancy(
                    supply_point=self.supply_points[home.premises_number],
                    customer=customer,
                    starts_on=home.moved_in,
                )
                for home, customer in zip(self.area.homes, customers, strict=True)
            ]
        )

    def _contracts(self, premises: dict[str, Premises]) -> None:
        """接続供給契約, 発電量調整供給契約 and 調整力契約."""
        homes = self.area.homes
        self._put([self._supply_contract(home) for home in homes])
        self._put([self._generation_contract(home) for home in homes if home.generation_party])
        self._put(
            [
                BalancingContract(
                    number=home.balancing_contract,
                    premises=premises[home.premises_number],
                    aggregator=self.organizations[home.aggregator],
                    starts_on=home.service_from,
                )
                for home in homes
                if home.aggregator
            ]
        )

    def _supply_contract(self, home: Home) -> SupplyContract:
        return SupplyContract(
            supply_point=self.supply_points[home.premises_number],
            retailer=self.organizations[home.retailer],
            starts_on=home.contracted,
        )

    def _generation_contract(self, home: Home) -> GenerationContract:
        return GenerationContract(
            supply_point=self.supply_points[home.premises_number],
            receiving_place_number=home.receiving_place_number,
            party=self.organizations[home.generation_party],
            starts_on=home.contracted,
        )

    def _each(self) -> Iterator[tuple[Home, Device]]:
        return ((home, device) for home in self.area.homes for device in home.devices)

    def _device_points(self) -> None:
        points = register_device_points(
            new=[
                NewDevicePoint(
                    supply_point=self.supply_points[home.premises_number],
                    kind=device.kind,
                    rated_w=device.rated_w,
                    name=device.name,
                    number=device.number,
                    control_number=device.control_number,
                )
                for home, device in self._each()
            ],
            actor=self.actor,
            at=self.at,
        )
        self.points = {point.number: point for point in points}

    def _equipment(self, makes: list[TerminalModel]) -> None:
        """Exempt meters and terminals, installed three days before the service begins."""
        self._put([self._exempt_meter(home, device) for home, device in self._each()])
        self._put(
            [
                Terminal(
                    terminal_id=device.terminal_id,
                    device_point=self.points[device.number],
                    terminal_model=makes[device.terminal_make],
                    password_set_at=_installed(home),
                )
                for home, device in self._each()
            ]
        )

    def _exempt_meter(self, home: Home, device: Device) -> ExemptMeter:
        return ExemptMeter(
            meter_id=device.meter_id,
            device_point=self.points[device.number],
            maker=device.meter_maker,
            model="EM-1",
            accuracy_class=device.accuracy_class,
            installed_at=_installed(home),
        )

    def _activate(self) -> None:
        """Service, places and rights to provide, some thousand device points at a time."""
        each = self._each()
        while some := list(islice(each, AT_A_TIME)):
            services = [self._service(home, device) for home, device in some]
            activate_all(new=services, actor=self.actor, at=self.at)

    def _service(self, home: Home, device: Device) -> NewService:
        return NewService(
            device_point=self.points[device.number],
            pattern=device.pattern,
            directions=device.directions,
            meter_id=device.meter_id,
            starts_at=starts_at(home.service_from),
        )


def customer_row(person: Person) -> Customer:
    """A customer as a row of the table."""
    return Customer(number=person.number, name=person.name, name_kana=person.kana)


def _installed(home: Home) -> datetime:
    return starts_at(home.service_from) - timedelta(days=3) + timedelta(hours=10)
