"""What a part reads: its days and the hours around, and further out only for points that need it; all of it has one digest."""

from datetime import date, datetime, timedelta

import polars as pl
import pytest

from metering import frames
from metering.domain.rules import Rules
from metering.frames.reach import EARLIEST, LATEST
from metering.models import DevicePoint, Hold, ServicePeriod
from portal.timekeeping.half_hours import JST
from tests.factories.metering import make_device_point, make_service_period
from tests.metering.readings.conftest import TakeIn, Write

pytestmark = pytest.mark.db

DAY = date(2026, 11, 10)
BUCKET = 1
SILENT = "0390000000000000000060"
EXCHANGES = (
    "device_point_number,direction,exchanged_at,old_meter_id,new_meter_id,"
    "old_register_kwh,new_register_kwh"
)


@pytest.fixture
def served(db: None) -> DevicePoint:
    """A point in service since October, in a bucket of its own."""
    point = make_device_point(bucket_key=BUCKET)
    make_service_period(device_point=point)
    return point


@pytest.fixture
def silent(served: DevicePoint) -> DevicePoint:
    """Its neighbour, which seldom sends anything."""
    point = make_device_point(number=SILENT, premises=served.premises, bucket_key=BUCKET)
    make_service_period(device_point=point, pattern=1)
    return point


def lines(number: str, first: date, last: date, step: int = 1) -> list[str]:
    """Believable readings of every ``step``-th half hour of the days."""
    start = datetime.combine(first, datetime.min.time())
    instants = range(0, ((last - first).days + 1) * 48, step)
    return [
        f"{number},0,{start + timedelta(minutes=30 * n):%Y-%m-%dT%H:%M},{n * 0.1:.3f},,"
        for n in instants
    ]


def load(day: date = DAY) -> frames.Loaded:
    return frames.load_inputs(first_day=day, last_day=day, bucket=BUCKET, rules=Rules())


def digest(loaded: frames.Loaded, day: date = DAY) -> str:
    return frames.input_digest(
        day=day, bucket=BUCKET, reads_from=loaded.reads_from, reads_to=loaded.reads_to
    )


def instants(loaded: frames.Loaded, number: str) -> list[datetime]:
    rows = loaded.inputs.readings.filter(pl.col("device_point_number") == number)
    return rows.collect()["read_at"].to_list()


def days_around(reach: int) -> tuple[date, date]:
    return DAY - timedelta(days=reach), DAY + timedelta(days=reach)


def test_a_point_that_sends_is_read_for_the_day_and_the_hours_around(
    served: DevicePoint, write: Write, take_in: TakeIn
) -> None:
    take_in(write(*lines(served.number, *days_around(5))))

    loaded = load()

    assert (loaded.reads_from, loaded.reads_to) == days_around(1)
    seen = instants(loaded, served.number)
    assert (min(seen), max(seen)) == (datetime(2026, 11, 9, 22), datetime(2026, 11, 11, 2))
    assert loaded.rows_read == len(seen) == 57


def test_a_silent_point_is_looked_for_further_out_alone(
    served: DevicePoint, silent: DevicePoint, write: Write, take_in: TakeIn
) -> None:
    far = [DAY - timedelta(days=8), DAY + timedelta(days=6)]
    odd = [row for day in far for row in lines(silent.number, day, day)]
    take_in(write(*lines(served.number, *days_around(20)), *odd))

    loaded = load()

    assert len(instants(loaded, served.number)) == 57
    assert {at.date() for at in instants(loaded, silent.number)} == set(far)
    assert loaded.reads_from <= far[0]
    assert loaded.reads_to >= far[1]
    assert days_around(20)[0] < loaded.reads_from  # not to the end of everything


def test_where_nothing_is_left_the_reach_is_open(
    served: DevicePoint, silent: DevicePoint, write: Write, take_in: TakeIn
) -> None:
    take_in(write(*lines(served.number, *days_around(3))))

    loaded = load()

    assert (loaded.reads_from, loaded.reads_to) == (EARLIEST, LATEST)


def test_a_service_that_begins_and_ends_nearby_needs_nothing_from_further_out(
    served: DevicePoint, silent: DevicePoint, write: Write, take_in: TakeIn
) -> None:
    ServicePeriod.objects.filter(device_point=silent).update(
        starts_at=datetime(2026, 11, 10, 0, tzinfo=JST),
        ends_at=datetime(2026, 11, 11, 0, tzinfo=JST),
    )
    take_in(write(*lines(served.number, *days_around(3))))

    loaded = load()

    assert (loaded.reads_from, loaded.reads_to) == days_around(1)


def test_a_suspended_point_needs_nothing_from_further_out(
    served: DevicePoint, silent: DevicePoint, write: Write, take_in: TakeIn
) -> None:
    Hold.objects.create(
        device_point=silent, reason="suspension", starts_at=datetime(2026, 10, 20, tzinfo=JST)
    )
    take_in(write(*lines(served.number, *days_around(3))))

    loaded = load()

    assert (loaded.reads_from, loaded.reads_to) == days_around(1)


def test_readings_of_points_not_yet_in_service_are_left_out(
    served: DevicePoint, silent: DevicePoint, write: Write, take_in: TakeIn
) -> None:
    ServicePeriod.objects.filter(device_point=silent).update(
        starts_at=datetime(2026, 11, 12, tzinfo=JST)
    )
    take_in(write(*lines(served.number, *days_around(2)), *lines(silent.number, DAY, DAY)))

    assert instants(load(), silent.number) == []


def test_the_register_comes_as_the_settlement_wants_it(
    served: DevicePoint, write: Write, take_in: TakeIn
) -> None:
    Hold.objects.create(
        device_point=served,
        reason="suspension",
        starts_at=datetime(2026, 11, 10, 3, 30, tzinfo=JST),
    )
    at = ["2026-11-09T10:12", "2026-11-10T10:12", "2026-11-25T10:12"]
    rows = [f"{served.number},0,{when},AA,BB,1.5,0.25" for when in at]
    take_in(write(*rows, header=EXCHANGES), "exchanges")
    take_in(write(*lines(served.number, *days_around(2))))

    inputs = load().inputs

    period = served.service_periods.get()
    code = period.retailer.codes.get().code
    assert inputs.register.collect().rows() == [
        (
            served.number,
            served.premises.number,
            code,
            2,
            "0",
            6_000,
            "",
            datetime(2026, 10, 1),
            None,
        )
    ]
    assert inputs.exchanges.collect().rows() == [
        (served.number, 0, datetime(2026, 11, 9, 10, 12), "AA", "BB", 1_500, 250),
        (served.number, 0, datetime(2026, 11, 10, 10, 12), "AA", "BB", 1_500, 250),
    ]
    assert inputs.holds.collect().rows() == [
        (served.number, datetime(2026, 11, 10, 3, 30), None, "suspension")
    ]


def test_other_buckets_are_not_read(served: DevicePoint, write: Write, take_in: TakeIn) -> None:
    take_in(write(*lines(served.number, *days_around(2))))

    other = frames.load_inputs(first_day=DAY, last_day=DAY, bucket=2, rules=Rules())

    assert other.rows_read == 0
    assert other.inputs.register.collect().is_empty()


def test_rows_of_the_days_come_along(served: DevicePoint, write: Write, take_in: TakeIn) -> None:
    number, premises = served.number, served.premises.number
    baselines = "device_point_number,direction,day,slot,energy_kwh"
    smart_meter = "premises_number,day,slot,forward_kwh,reverse_kwh"
    gapfill = "device_point_number,direction,kind,at,value_kwh"
    take_in(
        write(f"{number},0,{DAY},1,0.5", f"{number},0,2026-11-11,1,9", header=baselines),
        "baselines",
    )
    take_in(write(f"{premises},{DAY},1,0.5,", header=smart_meter), "smart_meter")
    take_in(
        write(f"{number},0,I,{DAY}T00:30,0.1", f"{number},0,C,2026-11-05T00:00,2", header=gapfill),
        "gapfill",
    )

    inputs = load().inputs

    assert inputs.baselines.collect().rows() == [(number, 0, DAY, 1, 500)]
    gapfill_rows = inputs.gapfill.collect()
    assert gapfill_rows["value_wh"].to_list() == [
        100,
        2_000,
    ]  # it sent nothing, so all is looked at


def test_the_digest_is_the_one_of_the_days_that_were_read(
    served: DevicePoint, silent: DevicePoint, write: Write, take_in: TakeIn
) -> None:
    far = lines(silent.number, DAY - timedelta(days=8), DAY - timedelta(days=8))
    take_in(write(*lines(served.number, *days_around(12)), *far))

    loaded = load()

    assert digest(loaded) == loaded.digest == load().digest


@pytest.mark.parametrize(
    ("when", "is_seen"),
    [
        ("2026-11-10T12:00", True),
        ("2026-11-09T23:00", True),
        ("2026-11-11T00:30", True),
        ("2026-11-09T12:00", False),
        ("2026-11-11T12:00", False),
        ("2026-11-01T12:00", False),
    ],
)
def test_late_readings_change_the_digest_only_where_they_can_matter(
    when: str, is_seen: bool, served: DevicePoint, write: Write, take_in: TakeIn
) -> None:
    take_in(write(*lines(served.number, *days_around(5))))
    before = load()

    take_in(write(f"{served.number},0,{when},1.0,,", name="late.csv"))

    assert (digest(before) != before.digest) == is_seen


def test_an_open_reach_sees_whatever_arrives_there(
    served: DevicePoint, silent: DevicePoint, write: Write, take_in: TakeIn
) -> None:
    take_in(write(*lines(served.number, *days_around(3))))
    before = load()

    take_in(write(*lines(silent.number, DAY + timedelta(days=20), DAY + timedelta(days=20))))

    assert digest(before) != before.digest


def test_masters_of_the_bucket_change_the_digest(
    served: DevicePoint, write: Write, take_in: TakeIn
) -> None:
    take_in(write(*lines(served.number, *days_around(5))))
    before = load()

    DevicePoint.objects.filter(pk=served.pk).update(rated_w=7_000)
    changed = digest(before)
    DevicePoint.objects.filter(pk=served.pk).update(rated_w=6_000)

    assert changed != before.digest
    assert digest(before) == before.digest


@pytest.mark.parametrize(
    ("when", "is_seen"), [("2026-11-10T10:12", True), ("2026-11-20T10:12", False)]
)
def test_an_exchange_matters_from_its_instant_on(
    when: str, is_seen: bool, served: DevicePoint, write: Write, take_in: TakeIn
) -> None:
    take_in(write(*lines(served.number, *days_around(5))))
    before = load()

    take_in(write(f"{served.number},0,{when},AA,BB,1.5,0.25", header=EXCHANGES), "exchanges")

    assert (digest(before) != before.digest) == is_seen


def test_reading_asks_a_few_questions(
    served: DevicePoint, write: Write, take_in: TakeIn, django_assert_num_queries
) -> None:
    take_in(write(*lines(served.number, *days_around(5))))

    with django_assert_num_queries(7):  # four of the register, three for parts
        loaded = load()
        loaded.inputs.baselines.collect()
    with django_assert_num_queries(6):
        digest(loaded)
