"""A device point from its number to its end, with state, history and story together."""

from datetime import date, timedelta

import pytest

from metering.domain.identifiers import check_device_point_number
from metering.domain.points import DeviceKind, HoldReason, ServicePattern, VoltageClass
from metering.models import (
    DevicePoint,
    ExemptMeter,
    Hold,
    NumberCounter,
    Occupancy,
    PositionReservation,
    ProvisionRight,
    ServicePeriod,
)
from metering.services import holds, occupants, points
from metering.services.numbering import CONTROL_NUMBERS, DEVICE_POINTS, device_point_numbers
from metering.services.positions import reserve_position
from portal.actor import system
from portal.errors import Conflict, Refused
from portal.journal.models import Entry
from tests.factories import (
    START,
    make_balancing_contract,
    make_customer,
    make_device_point,
    make_occupancy,
    make_point_in_service,
    make_premises,
    make_retailer,
    make_supply_contract,
    make_supply_point,
)

pytestmark = [pytest.mark.django_db, pytest.mark.db]

ACTOR = system("test")
DAY = timedelta(days=1)
METER = "0123456789AB01"


def register(supply_point=None, **fields):
    given = {"kind": DeviceKind.HEAT_PUMP, "rated_w": 6_000, "actor": ACTOR, "at": START} | fields
    return points.register_device_point(supply_point=supply_point or make_supply_point(), **given)


def activate(point, pattern=ServicePattern.PROVISION, **fields):
    given = {"starts_at": START, "actor": ACTOR, "at": START} | fields
    return points.activate(device_point=point, pattern=pattern, **given)


@pytest.fixture
def contracted():
    """A registered device point whose supply point has a retailer from 1 October on."""
    contract = make_supply_contract()
    return register(contract.supply_point)


# --- numbers -----------------------------------------------------------


def test_numbers_are_issued_in_a_row_with_check_digit_and_never_twice():
    first, second = register(), register()
    assert check_device_point_number(first.number) == first.number
    assert first.number[:3] == second.number[:3] == "039"
    assert int(second.number[3:21]) == int(first.number[3:21]) + 1
    assert (first.control_number, second.control_number) == ("M0000000000001", "M0000000000002")
    assert len(first.control_number) <= 16


def test_a_number_that_an_import_brought_in_is_passed_over():
    taken = device_point_numbers(3)
    NumberCounter.objects.all().delete()
    for number in taken:
        make_device_point(number=number)
    assert device_point_numbers(2)[0] > max(taken)


def test_the_range_for_tests_is_never_issued():
    NumberCounter.objects.create(series=DEVICE_POINTS, last=999 * 10**15 - 1)
    with pytest.raises(OverflowError):
        register()
    assert not DevicePoint.objects.exists()
    assert not NumberCounter.objects.filter(series=CONTROL_NUMBERS).exists()


def test_registering_hundreds_takes_a_fixed_number_of_queries(django_assert_max_num_queries):
    places = [make_supply_point() for _ in range(60)]
    new = [
        points.NewDevicePoint(supply_point=place, kind=DeviceKind.PV, rated_w=4_000)
        for place in places * 5
    ]
    with django_assert_max_num_queries(40):  # SQLite takes 999 values in one insert
        made = points.register_device_points(new=new, actor=ACTOR, at=START)
    assert len({point.number for point in made}) == 300
    assert Entry.objects.filter(verb="device_point.registered").count() == 300


@pytest.mark.parametrize(
    ("receiving", "device", "code"),
    [
        (VoltageClass.LOW, VoltageClass.HIGH, "E-POINT-06"),
        (VoltageClass.HIGH, VoltageClass.HIGH, "E-POINT-07"),
        (VoltageClass.EXTRA_HIGH, VoltageClass.EXTRA_HIGH, "E-POINT-07"),
    ],
)
def test_voltages_are_refused_by_combination_and_until_they_are_accepted(receiving, device, code):
    with pytest.raises(Refused, match=code) as refused:
        register(make_supply_point(voltage=receiving), voltage=device)
    assert refused.value.place.startswith("supply_point:")


def test_half_a_megawatt_is_too_much_for_an_exempt_meter():
    assert register(rated_w=499_999)
    with pytest.raises(Refused, match="E-POINT-08"):
        register(rated_w=500_000)


# --- service -----------------------------------------------------------


def test_provision_begins_with_service_place_meter_and_right_and_the_story(contracted):
    service = activate(contracted, meter_id=METER)
    contract = contracted.supply_point.supply_contracts.get()
    assert (service.retailer, service.directions) == (contract.retailer, "0")
    place = PositionReservation.objects.get()
    assert (place.position, place.device_point, place.starts_at) == (1, contracted, START)
    right = ProvisionRight.objects.get()
    assert (right.recipient, right.starts_at, right.ends_at) == (contract.retailer, START, None)
    assert ExemptMeter.objects.get().meter_id == METER
    entry = Entry.objects.get(verb="device_point.activated")
    assert entry.subject == f"device_point:{contracted.number}"
    assert entry.data["pattern"] == 2
    assert service.history.get().actor_label == "system:test"


def test_balancing_needs_the_contract_of_its_premises_and_gives_no_right(contracted):
    with pytest.raises(Refused, match="E-POINT-12"):
        activate(contracted, ServicePattern.BALANCING)
    elsewhere = make_balancing_contract()
    with pytest.raises(Refused, match="E-POINT-12"):
        activate(contracted, ServicePattern.BALANCING, balancing_contract=elsewhere)
    agreed = make_balancing_contract(premises=contracted.premises)
    service = activate(contracted, ServicePattern.BALANCING, directions="01")
    assert service.balancing_contract == agreed
    assert not ProvisionRight.objects.exists()


def test_provision_without_the_forward_direction_is_refused(contracted):
    with pytest.raises(Refused, match="E-POINT-14"):
        activate(contracted, directions="1")


def test_service_needs_the_retailers_contract_all_through():
    contract = make_supply_contract(ends_on=date(2026, 10, 5))
    point = register(contract.supply_point)
    ends_at = START + 4 * DAY
    with pytest.raises(Refused, match="E-POINT-11"):
        activate(point)  # open, but the contract ends
    with pytest.raises(Refused, match="E-POINT-11"):
        activate(point, retailer=make_retailer(), ends_at=ends_at)
    assert activate(point, ends_at=ends_at).ends_at == ends_at


def test_service_off_the_slot_boundary_is_refused(contracted):
    with pytest.raises(Exception, match="E-POINT-01"):
        activate(contracted, starts_at=START + timedelta(minutes=1))


def test_overlapping_service_is_refused_and_touching_service_is_not(contracted):
    activate(contracted, ends_at=START + DAY)
    with pytest.raises(Conflict, match="E-POINT-03") as refused:
        activate(contracted, starts_at=START + DAY / 2)
    assert refused.value.place == f"device_point:{contracted.number}"
    assert activate(contracted, starts_at=START + DAY)
    assert ServicePeriod.objects.count() == 2
    assert set(PositionReservation.objects.values_list("position", flat=True)) == {1}


def test_the_place_of_the_application_is_used():
    contract = make_supply_contract()
    premises = contract.supply_point.premises
    reserve = {"premises": premises, "starts_at": START, "actor": ACTOR, "at": START}
    reserve_position(reference="A-1", **reserve)
    mine = reserve_position(reference="A-2", **reserve)
    activate(register(contract.supply_point, reservation=mine))
    assert PositionReservation.objects.count() == 2
    assert PositionReservation.objects.get(reference="A-2").device_point is not None


def test_the_fifth_device_point_of_a_premises_cannot_begin():
    contract = make_supply_contract()
    for _ in range(4):
        activate(register(contract.supply_point))
    fifth = register(contract.supply_point)
    with pytest.raises(Conflict, match="E-POINT-04") as refused:
        activate(fifth)
    assert refused.value.place == f"device_point:{fifth.number}"
    assert ServicePeriod.objects.count() == 4


def test_beginning_hundreds_takes_a_fixed_number_of_queries(django_assert_max_num_queries):
    new = []
    for _ in range(50):
        contract = make_supply_contract()
        new += [
            points.NewService(
                device_point=make_device_point(supply_point=contract.supply_point),
                pattern=ServicePattern.PROVISION,
                starts_at=START,
                meter_id=f"{n:013X}{contract.pk % 16:X}",
            )
            for n in range(contract.pk * 4 + 1, contract.pk * 4 + 5)
        ]
    with django_assert_max_num_queries(45):
        points.activate_all(new=new, actor=ACTOR, at=START)
    assert ServicePeriod.objects.count() == PositionReservation.objects.count() == 200


# --- end ---------------------------------------------------------------


def test_an_end_ends_service_right_place_and_meter_and_frees_the_place(contracted):
    activate(contracted, meter_id=METER)
    ends_at = START + 3 * DAY
    points.end(device_point=contracted, ends_at=ends_at, cause="撤去", actor=ACTOR, at=START)
    for model in (ServicePeriod, ProvisionRight, PositionReservation):
        assert model.objects.get().ends_at == ends_at
    assert ExemptMeter.objects.get().removed_at == ends_at
    again = {"device_point": contracted, "ends_at": ends_at, "actor": ACTOR, "at": START}
    with pytest.raises(Conflict, match="E-POINT-15"):
        points.end(**again)


def test_an_end_takes_back_what_was_to_begin_later(contracted):
    activate(contracted, starts_at=START + 5 * DAY)
    points.end(device_point=contracted, ends_at=START + DAY, actor=ACTOR, at=START)
    assert not ServicePeriod.objects.exists()
    assert not PositionReservation.objects.exists()
    assert not ProvisionRight.objects.exists()
    assert ServicePeriod.history.filter(history_type="-").count() == 1


# --- holds -------------------------------------------------------------


def test_holds_of_different_causes_overlap_and_are_lifted_one_by_one():
    point = make_point_in_service().device_point
    hold = {"device_point": point, "actor": ACTOR, "at": START}
    holds.suspend(reason=HoldReason.ISOLATION, cause="incident:1", starts_at=START, **hold)
    holds.suspend(reason=HoldReason.MISSING_CONSENT, starts_at=START, **hold)
    with pytest.raises(Conflict, match="E-POINT-03"):
        holds.suspend(reason=HoldReason.MISSING_CONSENT, starts_at=START + DAY, **hold)
    holds.resume(reason=HoldReason.MISSING_CONSENT, resumes_at=START + DAY, **hold)
    lasting = Hold.objects.get(ends_at=None)
    assert (lasting.reason, lasting.cause) == (HoldReason.ISOLATION, "incident:1")
    with pytest.raises(Conflict, match="E-POINT-16"):
        holds.resume(reason=HoldReason.MISSING_CONSENT, resumes_at=START + DAY, **hold)
    verbs = set(Entry.objects.values_list("verb", flat=True))
    assert verbs == {"device_point.suspended", "device_point.resumed"}


def test_a_hold_lifted_before_it_began_is_taken_back():
    point = make_point_in_service().device_point
    hold = {"device_point": point, "reason": HoldReason.SUSPENSION, "actor": ACTOR, "at": START}
    holds.suspend(starts_at=START + 2 * DAY, **hold)
    holds.resume(resumes_at=START + DAY, **hold)
    assert not Hold.objects.exists()


# --- customers ---------------------------------------------------------


def test_a_new_customer_ends_the_one_before_at_midnight_of_the_day():
    before = make_occupancy()
    customer = make_customer()
    change = {"supply_point": before.supply_point, "actor": ACTOR, "at": START}
    occupants.change_customer(customer=customer, from_day=date(2026, 10, 10), **change)
    rows = Occupancy.objects.order_by("starts_on").values_list("customer", "starts_on", "ends_on")
    assert list(rows) == [
        (before.customer_id, date(2026, 10, 1), date(2026, 10, 10)),
        (customer.pk, date(2026, 10, 10), None),
    ]
    with pytest.raises(Conflict, match="E-POINT-03"):
        occupants.change_customer(customer=make_customer(), from_day=date(2026, 10, 10), **change)
    entry = Entry.objects.get()
    assert customer.name not in str(entry.data)


def test_a_change_of_customer_before_a_known_one_lasts_until_that_one():
    later = make_occupancy(starts_on=date(2026, 11, 1))
    occupancy = occupants.change_customer(
        supply_point=later.supply_point,
        customer=make_customer(),
        from_day=date(2026, 10, 1),
        actor=ACTOR,
        at=START,
    )
    assert occupancy.ends_on == date(2026, 11, 1)


def test_premises_are_shared_by_the_points_of_one_supply_point():
    premises = make_premises()
    first = register(make_supply_point(premises=premises))
    second = register(make_supply_point(premises=premises))
    assert first.bucket_key == second.bucket_key
