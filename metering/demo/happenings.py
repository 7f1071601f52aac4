"""What happens to the masters while the sample's days pass: a move, a switch of retailer, a hold, meter exchanges.

Each is written at its own time, so that the histories tell it in order. Must run inside a transaction.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import cast

from metering.demo.masters import customer_row
from metering.demo.world.plan import AREA, Area, Home, Switch
from metering.demo.world.troubles import PlannedExchange, Trouble
from metering.models import DevicePoint, ExemptMeter, ProvisionRight, SupplyContract, SupplyPoint
from metering.services.holds import suspend
from metering.services.occupants import change_customer
from metering.services.points import NewService, activate_all, end
from metering.services.span_ends import cut
from portal.actor import Actor
from portal.journal import recorder
from portal.organizations.models import Organization
from portal.records import create_with_history, update_with_history
from portal.timekeeping.half_hours import HALF_HOUR, from_naive_jst, starts_at


class Happenings:
    """Lets happen what an area has planned."""

    def __init__(self, area: Area, troubles: dict[str, Trouble], *, actor: Actor) -> None:
        self.area = area
        self.troubles = troubles
        self.actor = actor
        self.homes = {home.premises_number: home for home in area.homes}

    def write(self) -> None:
        """Everything."""
        self._move()
        self._switch()
        self._holds()
        self._exchange_meters()

    def _move(self) -> None:
        """The one customer leaves, the next one comes at 00:00 and has agreed in time: a right of its own follows."""
        move = self.area.move
        if move is None:
            return
        home, at = self.homes[move.premises_number], starts_at(move.day)
        (customer,) = create_with_history([customer_row(move.customer)], actor=self.actor, at=at)
        change_customer(
            supply_point=SupplyPoint.objects.get(number=home.supply_point_number),
            customer=customer,
            from_day=move.day,
            actor=self.actor,
            at=at,
        )
        rights = list(ProvisionRight.objects.filter(device_point__in=self._points(home)))
        renewed = [
            ProvisionRight(
                device_point_id=right.device_point_id,
                recipient_id=right.recipient_id,
                purpose=right.purpose,
                starts_at=at,
            )
            for right in rights
        ]
        cut(rights, at, actor=self.actor, at=at)
        create_with_history(renewed, actor=self.actor, at=at)

    def _switch(self) -> None:
        """The contract goes over at 00:00: the service ends and begins anew with the new retailer (domain.md D7)."""
        switch = self.area.switch
        if switch is None:
            return
        home, at = self.homes[switch.premises_number], starts_at(switch.day)
        points = self._points(home)
        for point in points:  # at most four
            end(device_point=point, ends_at=at, cause="switching", actor=self.actor, at=at)
        self._next_contract(home, switch)
        meters = {device.number: device for device in home.devices}
        services = [
            NewService(
                device_point=point,
                pattern=meters[point.number].pattern,
                directions=meters[point.number].directions,
                meter_id=meters[point.number].meter_id,
                starts_at=at,
            )
            for point in points
        ]
        activate_all(new=services, actor=self.actor, at=at)

    def _next_contract(self, home: Home, switch: Switch) -> None:
        at = starts_at(switch.day)
        contracts = list(
            SupplyContract.objects.filter(supply_point__number=home.supply_point_number)
        )
        for contract in contracts:
            contract.ends_on = switch.day
        update_with_history(contracts, ["ends_on"], actor=self.actor, at=at)
        following = SupplyContract(
            supply_point_id=contracts[0].supply_point_id,
            retailer=Organization.objects.get(codes__area=AREA, codes__code=switch.retailer),
            starts_on=switch.day,
        )
        create_with_history([following], actor=self.actor, at=at)
        recorder.record(
            "supply_point.retailer_changed",
            actor=self.actor,
            at=at,
            subject=f"supply_point:{home.supply_point_number}",
            data={"retailer": switch.retailer, "from_day": switch.day},
        )

    def _holds(self) -> None:
        for hold in self.area.holds:  # one
            at = from_naive_jst(hold.starts_at)
            suspend(
                device_point=DevicePoint.objects.get(number=hold.device_point_number),
                reason=hold.reason,
                cause=hold.cause,
                starts_at=at,
                ends_at=from_naive_jst(hold.ends_at),
                actor=self.actor,
                at=at,
            )

    def _points(self, home: Home) -> list[DevicePoint]:
        numbers = [device.number for device in home.devices]
        return list(DevicePoint.objects.filter(number__in=numbers).select_related("premises"))

    def _exchange_meters(self) -> None:
        """The list of exempt meters follows; the registers of the exchanges come as files."""
        exchanged = dict(self._exchanged())
        fitted = ExemptMeter.objects.filter(device_point__number__in=exchanged)
        old = cast("list[ExemptMeter]", list(fitted.select_related("device_point")))
        new = []
        for meter in old:
            exchange = exchanged[meter.device_point.number]
            meter.removed_at = self._time_of(exchange)
            new.append(
                ExemptMeter(
                    meter_id=exchange.new_meter_id,
                    device_point=meter.device_point,
                    maker=meter.maker,
                    model=meter.model,
                    accuracy_class=meter.accuracy_class,
                    installed_at=self._time_of(exchange),
                )
            )
        at = starts_at(self.area.until)
        update_with_history(old, ["removed_at"], actor=self.actor, at=at)
        create_with_history(new, actor=self.actor, at=at)

    def _exchanged(self) -> Iterator[tuple[str, PlannedExchange]]:
        for number, trouble in self.troubles.items():
            if trouble.exchange and not trouble.exchange.is_reset:
                yield number, trouble.exchange

    def _time_of(self, exchange: PlannedExchange) -> datetime:
        return (
            starts_at(self.area.first_day)
            + exchange.after * HALF_HOUR
            + timedelta(minutes=exchange.minute)
        )
