"""An import asks the database a fixed number of questions, whatever the number of rows."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from metering.domain.identifiers import device_point_number
from metering.models import DevicePoint, PositionReservation, ServicePeriod
from metering.services.registry.drafts import KEYS_PER_QUERY
from tests.metering.registry.conftest import load, verdicts

pytestmark = [pytest.mark.django_db, pytest.mark.db]


def premises(n):
    return f"Q{n:06d}"


def place(n):
    return f"0300000000009{n:09d}"


def point(n):
    return device_point_number(area="03", serial=1_000_000 + n)


ROWS = {
    "premises": lambda n: f"{premises(n)},住所{n}",
    "supply_points": lambda n: f"{place(n)},{premises(n)},low,1,K01",
    "customers": lambda n: f"D{n},名前{n},",
    "supply_contracts": lambda n: f"{place(n)},91233,2026-10-01,",
    "occupancies": lambda n: f"{place(n)},D{n},2026-10-01,",
    "balancing_contracts": lambda n: f"Z{n},{premises(n)},95013,2026-10-01,",
    "device_points": lambda n: f"{point(n)},{place(n)},load,,low,2.5,",
    "service_periods": lambda n: f"{point(n)},1,0,2026-10-01T00:00,,,91233,Z{n},",
    "exempt_meters": lambda n: f"0A{n:010X}01,{point(n)},,,,2026-09-30T10:12,",
    "terminals": lambda n: f"{n:016X},{point(n)},芝電機,IOT-1,1.0,",
    "holds": lambda n: f"{point(n)},suspension,,2026-10-05T00:00,",
    "provision_rights": lambda n: f"{point(n)},91233,目的,2026-10-01T00:00,",
}


def questions(queries):
    """The number of questions: a batch of inserts or updates is one, however the engine cuts it (SQLite: 999 values)."""
    kinds = []
    for query in queries:
        sql = query["sql"]
        kind = " ".join(sql.split()[:3]) if sql.startswith(("INSERT", "UPDATE")) else sql
        if not (kinds and kind == kinds[-1] and sql.startswith(("INSERT", "UPDATE"))):
            kinds.append(kind)
    return len(kinds)


def queries_of(table, numbers):
    with CaptureQueriesContext(
        connection,
    ) as captured:
        report = load(table, [ROWS[table](n) for n in numbers])
    assert verdicts(report) == ["created"] * len(numbers), table
    return captured.captured_queries


def test_ten_rows_and_a_thousand_take_the_same_queries(area):
    for table in ROWS:
        few = queries_of(table, range(1, 11))
        many = queries_of(table, range(11, 1_011))
        assert questions(few) == questions(many), table
        assert len(few) <= 26, table
    assert DevicePoint.objects.count() == ServicePeriod.objects.count() == 1_012
    assert PositionReservation.objects.filter(position=1).count() == 1_011


def test_a_thousand_unchanged_rows_take_a_handful(area, django_assert_max_num_queries):
    queries_of("premises", range(1_000))
    rows = [ROWS["premises"](n) for n in range(1_000)]
    with django_assert_max_num_queries(14):
        assert verdicts(load("premises", rows)) == ["unchanged"] * 1_000


def test_more_rows_than_one_query_can_name_are_looked_up_all_the_same(area, monkeypatch):
    monkeypatch.setattr("metering.services.registry.drafts.KEYS_PER_QUERY", 7)
    rows = [ROWS["premises"](n) for n in range(50)]
    assert verdicts(load("premises", rows)) == ["created"] * 50
    assert verdicts(load("premises", rows)) == ["unchanged"] * 50
    assert KEYS_PER_QUERY >= 1_000
