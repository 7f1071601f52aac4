"""Fixed usage from final results: whole periods, changed records only, single days apart."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from edi.models import OutboundMessage
from edi.services import building, months
from portal.timekeeping.half_hours import JST
from tests.edi.conftest import ACTOR, limit_points_per_split, make_setting, points
from tests.edi.publishing import publish
from tests.edi.reader import Retailer, first_member, read_fixed
from tests.factories import (
    make_customer,
    make_occupancy,
    make_point_in_service,
    make_provision_right,
    make_reading_schedule,
    make_retailer,
    make_service_period,
    make_supply_contract,
    make_supply_point,
)

pytestmark = pytest.mark.db

READ_BEFORE, READING_DAY = date(2026, 10, 8), date(2026, 10, 12)  # a short period: 8 to 11 October
LAST_DAY = READING_DAY - timedelta(days=1)
AT = datetime(2026, 10, 15, 9, 0, tzinfo=JST)


@pytest.fixture
def schedule(db):
    return make_reading_schedule(READ_BEFORE, READING_DAY)


def read_points(count, retailer, schedule, **fields):
    made = points(count, retailer, **fields)
    for point in made:
        point.supply_point.reading_schedule = schedule
        point.supply_point.save()
    return made


def build(at=AT, reading_day=READING_DAY):
    return months.build(code="1220", reading_day=reading_day, actor=ACTOR, at=at)


def final(numbers, first=READ_BEFORE, last=LAST_DAY, **fields):
    return publish(numbers, first, last, stage="final", **{"at": AT, **fields})


def fixed(files, retailer):
    return [(name, read_fixed(first_member(content)[1])) for name, content in files(retailer)]


def test_a_period_becomes_one_file_named_by_its_reading_date(retailer, schedule, files):
    made = read_points(2, retailer, schedule)
    final([p.number for p in made], values=lambda n, d, s: d.day + s)
    assert build().files == 1
    ((name, read),) = fixed(files, retailer)
    assert name == "W5122020261012" + "00" + "90001.zip"
    assert read.month == "202610"
    for point in made:
        days = read.days[point.number]
        assert list(days) == [date(2026, 10, day) for day in (8, 9, 10, 11)]
        for day, values in days.items():
            assert values == [Decimal(day.day + slot).scaleb(-1) for slot in range(1, 49)]
        assert read.totals[point.number] == sum(sum(values) for values in days.values())


def test_nothing_is_fixed_before_every_day_has_final_results(retailer, schedule):
    numbers = [p.number for p in read_points(1, retailer, schedule)]
    publish(numbers, READ_BEFORE, LAST_DAY, at=AT)  # provisional only
    assert build().files == 0
    final(numbers, last=LAST_DAY - timedelta(days=1))
    assert build().files == 0
    assert building.due(AT) == [one for one in building.due(AT) if one.code != "1220"]
    final(numbers)
    assert "1220" in {one.code for one in building.due(AT)}
    assert build().files == 1


def test_a_slot_missing_inside_the_service_sends_the_record_without_groups(
    retailer, schedule, files
):
    whole, holed = sorted(read_points(2, retailer, schedule), key=lambda p: p.number)
    final(
        [whole.number, holed.number],
        values=lambda n, d, s: None if (n, s) == (holed.number, 13) else 2,
    )
    build()
    ((_, read),) = fixed(files, retailer)
    assert read.days[holed.number] is None
    assert read.names[holed.number]
    assert set(read.days[whole.number]) == {date(2026, 10, day) for day in (8, 9, 10, 11)}
    row = OutboundMessage.objects.get()
    assert (row.rows, row.available_rows) == (2, 1)


def test_outside_the_service_every_slot_is_there_and_zero(retailer, schedule, files):
    starts_at = datetime(2026, 10, 10, 12, 0, tzinfo=JST)
    (point,) = read_points(1, retailer, schedule, starts_at=starts_at)

    def settled(number, day, slot):
        in_service = (day, slot) >= (date(2026, 10, 10), 25)
        return 5 if in_service else None

    final([point.number], values=settled)
    build()
    ((_, read),) = fixed(files, retailer)
    days = read.days[point.number]
    assert len(days) == 4
    assert days[date(2026, 10, 9)] == [Decimal("0.0")] * 48
    assert days[date(2026, 10, 10)] == [Decimal("0.0")] * 24 + [Decimal("0.5")] * 24
    assert read.totals[point.number] == Decimal("36.0")  # 72 slots of 0.5 kWh


def test_a_record_of_a_single_day_goes_into_a_last_split_of_its_own(retailer, files):
    one_day = make_reading_schedule(LAST_DAY, READING_DAY)
    whole = make_reading_schedule(READ_BEFORE, READING_DAY)
    (single,) = read_points(1, retailer, one_day)
    ordinary = read_points(2, retailer, whole)
    final([p.number for p in [single, *ordinary]])
    build()
    (first, ordinary_file), (last, single_file) = fixed(files, retailer)
    assert (first[-9:-4], last[-9:-4]) == ("90001", "99001")
    assert set(ordinary_file.days) == {p.number for p in ordinary}
    assert list(single_file.days[single.number]) == [LAST_DAY]


@pytest.mark.parametrize(("count", "sizes"), [(2, [2]), (3, [3]), (4, [3, 1])])
def test_splits_at_the_limit_and_one_more(retailer, schedule, files, monkeypatch, count, sizes):
    limit_points_per_split(monkeypatch, 3)
    made = read_points(count, retailer, schedule)
    final([p.number for p in made])
    build()
    found = fixed(files, retailer)
    assert [len(read.days) for _, read in found] == sizes
    assert [n for _, read in found for n in read.days] == sorted(p.number for p in made)
    assert [name[-9:-4] for name, _ in found] == [str(90001 + n) for n in range(len(sizes))]


def test_a_correction_sends_the_changed_records_alone(retailer, schedule, files):
    made = sorted(p.number for p in read_points(3, retailer, schedule))
    final(made)
    build()
    assert build().unchanged == 1
    changed_at = AT + timedelta(days=1)
    final(made, values=lambda n, d, s: 4 if n == made[1] else 3, at=changed_at)
    assert build(changed_at).files == 1
    (_, whole), (name, correction) = fixed(files, retailer)
    assert name[14:16] == "01"
    assert list(correction.days) == [made[1]]
    machine = Retailer()
    machine.poll(files(retailer))
    assert machine.fixed[made[0], "202610"] == whole.days[made[0]]
    assert machine.fixed[made[1], "202610"][LAST_DAY] == [Decimal("0.4")] * 48
    final(made, values=lambda n, d, s: 4 if n == made[1] else 3, at=changed_at)
    assert build(changed_at).files == 0


def test_a_record_that_was_withheld_is_sent_when_it_is_whole(retailer, schedule, files):
    (point,) = read_points(1, retailer, schedule)
    final([point.number], values=lambda n, d, s: None if s == 48 else 3)
    build()
    final([point.number], at=AT + timedelta(days=1))
    build()
    (_, first), (_, second) = fixed(files, retailer)
    assert first.days[point.number] is None
    assert second.days[point.number] is not None


def test_a_record_that_vanished_is_taken_back(retailer, schedule, files):
    kept, gone = read_points(2, retailer, schedule)
    final([kept.number, gone.number])
    build()
    gone.service_periods.update(starts_at=datetime(2026, 11, 1, tzinfo=JST))
    final([kept.number], at=AT + timedelta(days=1))
    build()
    found = fixed(files, retailer)
    assert list(found[1][1].days.items()) == [(gone.number, None)]
    assert build().files == 0


def test_a_switch_within_the_period_gives_each_retailer_its_own_part(retailer, schedule, files):
    """And the old retailer never learns who lives there afterwards."""
    make_setting(retailer, customer_names=True)
    new = make_retailer()
    make_setting(new, customer_names=True)
    switch_day = date(2026, 10, 10)
    switch = datetime(2026, 10, 10, tzinfo=JST)
    place = make_supply_point(reading_schedule=schedule)
    make_supply_contract(supply_point=place, retailer=retailer, ends_on=switch_day)
    make_supply_contract(supply_point=place, retailer=new, starts_on=switch_day)
    make_occupancy(supply_point=place, ends_on=switch_day, customer=make_customer(name="前の人"))
    make_occupancy(supply_point=place, starts_on=switch_day, customer=make_customer(name="次の人"))
    period = make_point_in_service(retailer=retailer, supply_point=place, ends_at=switch)
    point = period.device_point
    make_service_period(device_point=point, retailer=new, starts_at=switch)
    make_provision_right(device_point=point, recipient=new, starts_at=switch)
    final([point.number])
    assert build().files == 2
    ((_, old_part),), ((_, new_part),) = fixed(files, retailer), fixed(files, new)
    assert old_part.totals[point.number] == new_part.totals[point.number] == Decimal("28.8")
    assert old_part.days[point.number][LAST_DAY] == [Decimal("0.0")] * 48
    assert new_part.days[point.number][READ_BEFORE] == [Decimal("0.0")] * 48
    assert old_part.names[point.number] == "前の人"
    assert new_part.names[point.number] == "次の人"


def test_a_point_of_another_schedule_is_not_in_the_message(retailer, schedule, files):
    own = read_points(1, retailer, schedule)
    read_points(1, retailer, make_reading_schedule(READ_BEFORE, date(2026, 10, 20)))
    points(1, retailer)  # no schedule at all
    final([p.number for p in own])
    build()
    ((_, read),) = fixed(files, retailer)
    assert list(read.days) == [own[0].number]
