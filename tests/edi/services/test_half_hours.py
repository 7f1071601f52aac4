"""From published results to files of slots and days, as a retailer's machine reads them."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from edi.models import OutboundMessage
from edi.services import building, half_hours
from metering.domain.points import ServicePattern, VoltageClass
from portal.timekeeping.half_hours import JST
from tests.edi.conftest import ACTOR, AT, DAY, limit_points_per_split, make_setting, points
from tests.edi.publishing import publish
from tests.edi.reader import Retailer, first_member, read_half_hours
from tests.factories import (
    code_of,
    make_customer,
    make_occupancy,
    make_point_in_service,
    make_provision_right,
    make_retailer,
    make_service_period,
    make_supply_contract,
)

pytestmark = pytest.mark.db


def build(code="1120", day=DAY, at=AT):
    return half_hours.build(code=code, day=day, actor=ACTOR, at=at)


def read_all(files, retailer):
    machine = Retailer()
    machine.poll(files(retailer))
    return machine


def test_a_day_becomes_one_file_that_says_what_was_settled(retailer, files):
    made = points(3, retailer)
    publish([p.number for p in made], DAY, values=lambda n, d, s: s if s != 20 else None)
    built = build()
    assert (built.files, built.rows, built.unchanged, built.alarms) == (1, 144, 0, 0)
    ((name, content),) = files(retailer)
    assert name == f"W41120{DAY:%Y%m%d}0000009001.zip"
    read = read_half_hours(first_member(content)[1])
    assert read.receiver == (code_of(retailer), "みなみ野でんき㈱")
    assert read.sender == ("00003", "みなみ野配電")
    assert read.created_at == datetime(
        2026, 11, 11, 3, 0
    )  # of the publication, not of the building
    assert read.values == {
        (DAY, slot, p.number, p.control_number): None if slot == 20 else Decimal(slot).scaleb(-1)
        for p in made
        for slot in range(1, 49)
    }
    row = OutboundMessage.objects.get()
    assert (row.rows, row.available_rows, row.size) == (144, 141, len(content))


def test_the_slots_of_a_day_become_48_files_named_by_the_start_of_the_slot(retailer, files):
    made = points(2, retailer)
    publish([p.number for p in made], DAY)
    assert build("1110").files == 48
    names = [name for name, _ in files(retailer)]
    assert names[0] == f"W41110{DAY:%Y%m%d}0000009001.zip"
    assert names[-1] == f"W41110{DAY:%Y%m%d}2330009001.zip"
    assert read_all(files, retailer).table == {
        (DAY, slot, p.number, p.control_number): Decimal("0.3")
        for p in made
        for slot in range(1, 49)
    }


def test_a_slot_is_built_forty_minutes_after_its_end_and_not_before(retailer, files):
    (point,) = points(1, retailer)
    publish([point.number], DAY, through_slot=20, at=datetime(2026, 11, 10, 10, 5, tzinfo=JST))
    assert build("1110", at=datetime(2026, 11, 10, 10, 39, tzinfo=JST)).files == 19
    assert build("1110", at=datetime(2026, 11, 10, 10, 40, tzinfo=JST)).files == 1
    assert build("1110", at=datetime(2026, 11, 10, 12, 0, tzinfo=JST)).files == 0  # not settled yet
    assert build("1120", at=datetime(2026, 11, 10, 12, 0, tzinfo=JST)).files == 0


@pytest.mark.parametrize("code", ["1110", "1120"])
def test_twice_is_once(retailer, files, on_disk, code):
    publish([p.number for p in points(2, retailer)], DAY)
    build(code)
    before = on_disk()
    again = build(code)
    assert again.files == 0
    assert again.unchanged == (48 if code == "1110" else 1)
    assert on_disk() == before


def test_a_publication_that_changes_nothing_is_not_sent(retailer, files):
    made = [p.number for p in points(2, retailer)]
    publish(made, DAY)
    build()
    publish(made, DAY, at=AT)
    assert build().files == 0


@pytest.mark.parametrize(
    ("count", "sizes"), [(2, [2]), (3, [3]), (4, [3, 1]), (6, [3, 3]), (7, [3, 3, 1])]
)
@pytest.mark.parametrize("code", ["1110", "1120"])
def test_splits_are_dealt_by_device_point_number(retailer, files, monkeypatch, code, count, sizes):
    limit_points_per_split(monkeypatch, 3)
    made = sorted(p.number for p in points(count, retailer))
    publish(made, DAY)
    build(code)
    first_slot = [
        (name, read_half_hours(first_member(content)[1]))
        for name, content in files(retailer)
        if code == "1120" or name[14:18] == "0000"
    ]
    held = [sorted({key[2] for key in read.values}) for _, read in first_slot]
    assert [len(numbers) for numbers in held] == sizes
    assert [n for numbers in held for n in numbers] == made
    assert [name[-8:-4] for name, _ in first_slot] == [str(9001 + n) for n in range(len(sizes))]


def test_a_correction_reissues_all_splits_under_one_new_revision(retailer, files, monkeypatch):
    limit_points_per_split(monkeypatch, 2)
    made = sorted(p.number for p in points(5, retailer))
    publish(made, DAY)
    build()
    machine = Retailer()
    machine.poll(files(retailer))
    publish(made, DAY, values=lambda n, d, s: 5 if n == made[0] and s == 7 else 3, at=AT)
    assert build().files == 3
    new = machine.poll(files(retailer))
    assert [name[-10:-4] for name in new] == ["019001", "019002", "019003"]
    # the totals come from the unread files alone, and are right for all that
    assert machine.totals == {
        (DAY, slot): Decimal("1.7") if slot == 7 else Decimal("1.5") for slot in range(1, 49)
    }
    replaced = OutboundMessage.objects.filter(revision=1).order_by("split")
    assert [row.supersedes.split for row in replaced] == [9001, 9002, 9003]
    assert {row.supersedes.revision for row in replaced} == {0}


def test_only_the_slots_that_changed_are_sent_again(retailer, files):
    made = [p.number for p in points(2, retailer)]
    publish(made, DAY)
    build("1110")
    publish(made, DAY, values=lambda n, d, s: 8 if s in (7, 30) else 3, at=AT)
    built = build("1110")
    assert (built.files, built.unchanged) == (2, 46)
    revised = OutboundMessage.objects.filter(revision=1).order_by("slot")
    assert [row.slot for row in revised] == [7, 30]


def test_a_published_file_is_never_changed(retailer, files, on_disk):
    made = [p.number for p in points(2, retailer)]
    publish(made, DAY)
    build()
    before = on_disk()
    publish(made, DAY, values=lambda n, d, s: 9, at=AT)
    build()
    after = on_disk()
    assert before.items() < after.items()


def test_a_line_that_vanishes_is_sent_without_value_in_every_later_revision(retailer, files):
    kept, gone = points(2, retailer)
    publish([kept.number, gone.number], DAY)
    build()
    gone.service_periods.update(starts_at=datetime(2026, 11, 11, tzinfo=JST))
    publish([kept.number], DAY, at=AT)
    build()
    publish([kept.number], DAY, values=lambda n, d, s: 4, at=AT + timedelta(hours=1))
    build()
    machine = Retailer()
    machine.poll(files(retailer))
    for slot in range(1, 49):
        assert machine.table[DAY, slot, gone.number, gone.control_number] is None
        assert machine.table[DAY, slot, kept.number, kept.control_number] == Decimal("0.4")
    last = [content for name, content in files(retailer) if name[-10:-8] == "02"]
    read = read_half_hours(first_member(last[0])[1])
    assert {key[2] for key in read.values} == {kept.number, gone.number}
    assert read.names[gone.number] == gone.number  # nothing else may be said of it
    assert gone.number not in read.customers


def test_a_receiver_without_any_line_left_still_hears_that_they_are_gone(retailer, files):
    (gone,) = points(1, retailer)
    publish([gone.number], DAY)
    build("1110")
    gone.service_periods.all().delete()
    publish([], DAY, at=AT)
    assert build("1110").files == 48
    assert set(read_all(files, retailer).table.values()) == {None}


def test_each_retailer_gets_its_own_points_and_nothing_else(retailer, files):
    other = make_retailer()
    own, foreign = points(2, retailer), points(3, other)
    publish([p.number for p in own + foreign], DAY)
    assert build().files == 2
    assert {key[2] for key in read_all(files, retailer).table} == {p.number for p in own}
    assert {key[2] for key in read_all(files, other).table} == {p.number for p in foreign}


def test_many_small_receivers_share_one_look_into_the_results(operator, files, monkeypatch):
    monkeypatch.setattr(half_hours, "POINTS_AT_A_TIME", 4)
    retailers = [make_retailer() for _ in range(5)]
    made = {one: points(n % 3 + 1, one) for n, one in enumerate(retailers)}
    publish([p.number for own in made.values() for p in own], DAY)
    assert build().files == 5
    for one, own in made.items():
        assert {key[2] for key in read_all(files, one).table} == {p.number for p in own}
        assert set(read_all(files, one).table.values()) == {Decimal("0.3")}


def test_the_right_to_provide_is_asked_slot_by_slot(retailer, files):
    barred, partly = points(2, retailer)
    barred.provision_rights.all().delete()
    noon = datetime(2026, 11, 10, 12, 0, tzinfo=JST)
    partly.provision_rights.update(ends_at=noon)
    publish([barred.number, partly.number], DAY)
    build()
    machine = read_all(files, retailer)
    for slot in range(1, 49):
        assert machine.table[DAY, slot, barred.number, barred.control_number] is None
        value = machine.table[DAY, slot, partly.number, partly.control_number]
        assert value == (Decimal("0.3") if slot <= 24 else None)


def test_without_a_right_the_customer_is_not_named(retailer, files):
    make_setting(retailer, customer_names=True)
    named, barred = points(2, retailer)
    barred.provision_rights.all().delete()
    publish([named.number, barred.number], DAY)
    build()
    read = read_half_hours(first_member(files(retailer)[0][1])[1])
    customer = named.supply_point.occupancies.get().customer
    assert read.names == {named.number: customer.name, barred.number: barred.number}
    assert read.customers == {named.number: customer.number}


def test_names_are_sent_only_to_receivers_that_ask_for_them(retailer, files):
    (point,) = points(1, retailer)
    publish([point.number], DAY)
    build()
    read = read_half_hours(first_member(files(retailer)[0][1])[1])
    customer = point.supply_point.occupancies.get().customer
    assert read.names[point.number] == customer.number


@pytest.mark.parametrize("name", ["𠮷田 髙﨑㈱", "A&B<C>\"D'", "株式会社①Ⅳ∑", "名\x0b前\r\n二行"])
def test_any_name_arrives(retailer, files, name):
    make_setting(retailer, customer_names=True)
    (point,) = points(1, retailer)
    point.supply_point.occupancies.update(customer=make_customer(name=name))
    publish([point.number], DAY)
    build()
    read = read_half_hours(first_member(files(retailer)[0][1])[1])
    assert read.names[point.number] == name.replace("\x0b", "〓").replace("\r\n", " ")


def test_the_occupant_of_the_day_is_named_when_customers_change(retailer, files):
    make_setting(retailer, customer_names=True)
    (point,) = points(1, retailer)
    point.supply_point.occupancies.update(ends_on=DAY)
    moved_in = make_occupancy(supply_point=point.supply_point, starts_on=DAY).customer
    publish([point.number], DAY - timedelta(days=1), DAY)
    build(day=DAY - timedelta(days=1))
    build()
    before, after = (read_half_hours(first_member(c)[1]) for _, c in files(retailer))
    assert after.names[point.number] == moved_in.name
    assert before.names[point.number] != moved_in.name


def test_a_switch_of_retailer_gives_each_its_own_days(retailer, files):
    """Decisions 31: the old contract keeps its own days, also for corrections."""
    new = make_retailer()
    (point,) = points(1, retailer)
    switch = datetime(2026, 11, 10, tzinfo=JST)
    point.supply_point.supply_contracts.update(ends_on=DAY)
    point.service_periods.update(ends_at=switch)
    point.provision_rights.update(ends_at=switch)
    make_supply_contract(supply_point=point.supply_point, retailer=new, starts_on=DAY)
    make_service_period(device_point=point, retailer=new, starts_at=switch)
    make_provision_right(device_point=point, recipient=new, starts_at=switch)
    publish([point.number], DAY - timedelta(days=1), DAY)
    build(day=DAY - timedelta(days=1))
    build()
    assert {key[0] for key in read_all(files, retailer).table} == {DAY - timedelta(days=1)}
    assert {key[0] for key in read_all(files, new).table} == {DAY}


def test_service_without_a_supply_contract_of_the_receiver_is_not_sent(retailer, files):
    (point,) = points(1, retailer)
    point.supply_point.supply_contracts.update(ends_on=DAY)
    publish([point.number], DAY)
    assert build().files == 0


def test_service_that_starts_at_noon_has_no_slot_lines_before(retailer, files):
    noon = datetime(2026, 11, 10, 12, 0, tzinfo=JST)
    (point,) = points(1, retailer, starts_at=noon)
    publish([point.number], DAY, values=lambda n, d, s: 3 if s > 24 else None)
    assert build("1110").files == 24
    assert build("1120").files == 1
    slots = {key[1] for key in read_all(files, retailer).table if key[1] <= 24}
    day_file = read_half_hours(first_member(files(retailer)[-1][1])[1])
    assert slots == set(range(1, 25))  # from the day file alone: it has all 48
    assert all(day_file.values[DAY, s, point.number, point.control_number] is None for s in slots)


def test_high_voltage_points_go_into_files_of_their_own(retailer, files):
    low = make_point_in_service(retailer=retailer).device_point
    high = make_point_in_service(retailer=retailer, voltage=VoltageClass.HIGH).device_point
    publish([low.number, high.number], DAY)
    for code in ("0120", "1120"):
        build(code)
    (high_name, high_file), (low_name, low_file) = files(retailer)
    assert (high_name[2:6], high_name[-6:-4], low_name[2:6]) == ("0120", "90", "1120")
    assert {key[2] for key in read_half_hours(first_member(high_file)[1]).values} == {high.number}
    assert {key[2] for key in read_half_hours(first_member(low_file)[1]).values} == {low.number}


def test_nothing_of_pattern_1_ever_reaches_a_retailers_folder(retailer, on_disk):
    """Canary: numbers, control numbers and energies of pattern 1 points, in every file of every retailer."""
    shared = points(1, retailer)
    balancing = [
        make_point_in_service(ServicePattern.BALANCING, retailer=retailer).device_point
        for _ in range(2)
    ]
    for point in balancing:  # a right by mistake must not open the door either
        make_provision_right(device_point=point, recipient=retailer)
    canary = 777_777
    publish(
        [p.number for p in shared + balancing],
        DAY,
        values=lambda n, d, s: 3 if n == shared[0].number else canary,
    )
    for code in ("1110", "1120"):
        build(code)
    everything = b"".join(first_member(content)[1] for content in on_disk().values())
    assert shared[0].number.encode() in everything
    for point in balancing:
        assert point.number.encode() not in everything
        assert point.control_number.encode() not in everything
    assert b"77777" not in everything


def test_a_message_can_be_switched_off_per_receiver(retailer, files):
    (point,) = points(1, retailer)
    make_setting(retailer, slot_messages=False)
    publish([point.number], DAY)
    assert build("1110").files == 0
    assert build("1120").files == 1


def test_building_asks_a_fixed_number_of_questions(
    retailer, monkeypatch, django_assert_max_num_queries
):
    made = [p.number for p in points(12, retailer)]
    publish(made, DAY)
    with django_assert_max_num_queries(45):
        build("1110")
    publish(made, DAY, values=lambda n, d, s: 4, at=AT)
    with django_assert_max_num_queries(45):
        build("1110")


def test_what_is_due_is_found_and_then_no_more(retailer):
    (point,) = points(1, retailer)
    publish([point.number], DAY, at=AT - timedelta(hours=3))
    assert [(one.code, one.day) for one in building.due(AT)] == [
        ("0110", DAY),
        ("1110", DAY),
        ("0120", DAY),
        ("1120", DAY),
    ]
    early = datetime(2026, 11, 11, 5, 59, tzinfo=JST)
    assert {one.code for one in building.due(early)} == {"0110", "1110"}  # the day waits for 06:00
    built = building.build_due(actor=ACTOR, at=AT)
    assert {one.code: one.files for one in built} == {"0110": 0, "1110": 48, "0120": 0, "1120": 1}
    assert building.due(AT) == []
    publish([point.number], DAY, values=lambda n, d, s: 6, at=AT)
    assert {one.code for one in building.due(AT)} == {"0110", "1110", "0120", "1120"}


def test_slot_messages_are_first_made_for_the_last_days_only(retailer):
    (point,) = points(1, retailer)
    later = AT + timedelta(days=5)
    publish([point.number], DAY, at=AT)
    assert {one.code for one in building.due(later)} == {"0120", "1120"}


def test_slot_messages_once_sent_are_kept_up_to_date(retailer):
    (point,) = points(1, retailer)
    later = AT + timedelta(days=5)
    publish([point.number], DAY, at=AT)
    build("1110")
    publish([point.number], DAY, values=lambda n, d, s: 6, at=later)
    assert "1110" in {one.code for one in building.due(later)}
