"""A whole area comes in table by table, twice is once, and a dry run answers the same and writes nothing."""

import pytest
from django.db import connection

from metering.domain.points import ServicePattern
from metering.domain.registry_tables import TABLES
from metering.models import (
    DevicePoint,
    ExemptMeter,
    Hold,
    Occupancy,
    PositionReservation,
    ReadingDate,
    ServicePeriod,
    SupplyPoint,
)
from metering.services.registry.tables import BINDINGS
from portal.journal.models import Entry
from portal.organizations.models import Organization
from tests.metering.registry.conftest import AREA_ROWS, load, verdicts

pytestmark = [pytest.mark.django_db, pytest.mark.db]


def everything():
    """Every row of every table of the two apps, history included, but not the counters."""
    tables = [
        name
        for name in connection.introspection.table_names()
        if name.startswith(("metering_", "organizations_", "journal_"))
    ]
    content = {}
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"SELECT * FROM {table}")  # names come from the database itself
            content[table] = sorted(map(repr, cursor.fetchall()))
    return content


def test_every_table_of_the_domain_lies_in_the_models():
    assert list(BINDINGS) == list(TABLES) == list(AREA_ROWS)


def test_the_area_stands_as_the_files_say(area):
    point = DevicePoint.objects.get(number="0390000000000000000016")
    assert (point.rated_w, point.control_number) == (6_000, "M0000000000001")
    assert point.premises == point.supply_point.premises
    service = ServicePeriod.objects.get(device_point=point)
    assert (service.pattern, service.directions) == (ServicePattern.PROVISION, "0")
    assert service.retailer.codes.count() == 2
    other = ServicePeriod.objects.exclude(pk=service.pk).get()
    assert (other.directions, other.balancing_contract.number) == ("01", "B1")
    places = PositionReservation.objects.order_by("position")
    assert [(one.position, one.device_point_id) for one in places] == [
        (1, point.pk),
        (2, other.device_point_id),
    ]
    assert SupplyPoint.objects.get().reading_schedule.dates.count() == 2
    assert Occupancy.objects.get().customer.name == "青葉 一郎"
    assert ExemptMeter.objects.get().installed_at.isoformat() == "2026-09-30T01:12:00+00:00"
    assert Hold.objects.get().reason == "suspension"
    assert point.terminal.terminal_model.maker == "芝電機"


def test_the_same_files_again_are_all_unchanged_and_change_nothing(area):
    before = everything()
    for table, rows in AREA_ROWS.items():
        assert verdicts(load(table, rows)) == ["unchanged"] * len(rows), table
    after = everything()
    told = Entry.objects.filter(verb="registry.imported").count()
    assert told == 2 * len(AREA_ROWS)
    assert {name: rows for name, rows in after.items() if rows != before[name]}.keys() <= {
        "journal_entry",
        "metering_numbercounter",
    }


@pytest.mark.parametrize("table", AREA_ROWS)
def test_a_dry_run_answers_the_same_and_writes_nothing(table):
    for earlier, rows in AREA_ROWS.items():
        if earlier == table:
            break
        load(earlier, rows)
    before = everything()
    rehearsed = load(table, AREA_ROWS[table], dry_run=True)
    assert everything() == before
    assert not rehearsed.was_written
    assert verdicts(rehearsed) == verdicts(load(table, AREA_ROWS[table]))


def test_every_import_is_told_with_the_digest_of_its_file_and_without_personal_data(area):
    entry = Entry.objects.get(verb="registry.imported", subject="registry:customers")
    assert entry.data["created"] == 1
    assert len(entry.data["digest"]) == 64
    assert "青葉" not in str(entry.data)


def test_what_changes_is_updated_with_its_history(area):
    assert verdicts(load("premises", ["P1,東京都港区芝9"])) == ["updated"]
    point = DevicePoint.objects.get(number="0390000000000000000016")
    row = "0390000000000000000016,0300000000000000000001,load,給湯機,low,3,"
    assert verdicts(load("device_points", [row])) == ["updated"]
    point.refresh_from_db()
    assert (point.kind, point.rated_w, point.control_number) == ("load", 3_000, "M0000000000001")
    kinds = point.history.order_by("pk").values_list("history_type", "rated_w", "actor_label")
    assert list(kinds) == [("+", 6_000, "system:test"), ("~", 3_000, "system:test")]


def test_an_organization_changes_its_parties_and_keeps_its_old_codes(area):
    row = "91233,みなみ野でんき,ミナミノ,retailer aggregator,02=91232,0"
    assert verdicts(load("organizations", [row])) == ["updated"]
    organization = Organization.objects.get(name_kana="ミナミノ")
    assert not organization.is_active
    assert set(organization.parties.values_list("party", flat=True)) == {"retailer", "aggregator"}
    codes = organization.codes.order_by("area").values_list("area", "code")
    assert list(codes) == [("01", "91231"), ("02", "91232"), ("03", "91233")]
    assert verdicts(load("organizations", [row.replace("retailer ", "")])) == ["updated"]
    assert organization.parties.get().party == "aggregator"
    taken = "95013,調整力,,aggregator,01=91231,1"
    assert verdicts(load("organizations", [taken])) == ["E-REG-08 other_codes"]


def test_a_new_reading_date_joins_its_schedule(area):
    assert verdicts(load("reading_dates", ["K01,2026-12-07", "K02,2026-12-08"])) == ["created"] * 2
    assert ReadingDate.objects.filter(schedule__code="K01").count() == 3
    assert ReadingDate.objects.filter(schedule__code="K02").count() == 1
