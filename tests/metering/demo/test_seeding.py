"""`seed_demo`: everything through the real doors, once, and only where samples are allowed."""

import json
from collections import Counter
from datetime import UTC, datetime

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Count
from django.test.utils import CaptureQueriesContext

from metering.demo import seeding
from metering.demo.happenings import Happenings
from metering.demo.masters import Masters
from metering.models import (
    Delivery,
    DevicePoint,
    ExemptMeter,
    Hold,
    MeterExchange,
    Occupancy,
    PositionReservation,
    ProvisionRight,
    QuarantinedRow,
    ServicePeriod,
    SupplyContract,
)
from portal.accounts.models import Membership, User
from portal.actor import system
from portal.journal.models import Entry
from portal.organizations.models import Organization
from portal.timekeeping.half_hours import starts_at
from tests.metering.demo.worlds import LAST_DAY, small_area

pytestmark = [pytest.mark.django_db, pytest.mark.db]

NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)
ACTOR = system("seed_demo")


def seed(tmp_path, **arguments):
    given = {"points": 40, "days": 3, "seed": 7, "until": LAST_DAY}
    return seeding.seed_area(
        **{**given, **arguments},
        folder=tmp_path / "demo",
        accounts_file=tmp_path / "demo-accounts.json",
        actor=ACTOR,
        at=NOW,
    )


def masters_of(area):
    masters = Masters(area, actor=ACTOR, at=NOW)
    masters.write()
    return masters


def test_a_sample_area_has_what_was_planned(tmp_path):
    seeded = seed(tmp_path)
    area = small_area(points=40, days=3)

    assert seeded.is_new
    assert DevicePoint.objects.count() == 40 == sum(seeded.kinds.values())
    assert seeded.premises == len(area.homes)
    assert seeded.files == Delivery.objects.count()
    assert seeded.quarantined == QuarantinedRow.objects.count() == 6
    assert Delivery.objects.filter(rows=0).count() == 0
    assert seeded.rows["readings"] == sum(
        Delivery.objects.filter(kind="readings").values_list("rows", flat=True)
    )


def test_rows_that_break_a_rule_are_set_aside_with_the_column_at_fault(tmp_path):
    seed(tmp_path)

    assert Counter(QuarantinedRow.objects.values_list("column", flat=True)) == {
        "device_point_number": 2,
        "direction": 1,
        "read_at": 1,
        "register_kwh": 2,
    }


def test_every_point_has_its_place_its_meter_and_its_service(tmp_path):
    seed(tmp_path)

    assert ServicePeriod.objects.filter(ends_at=None).count() == 40
    places = PositionReservation.objects.filter(ends_at=None)
    crowded = places.values("premises").annotate(taken=Count("pk")).filter(taken__gt=4)
    assert places.count() == 40
    assert not crowded.exists()
    assert ExemptMeter.objects.filter(removed_at=None).count() == 40
    rights = ProvisionRight.objects.filter(ends_at=None)
    assert rights.count() == ServicePeriod.objects.filter(ends_at=None, pattern=2).count()


def test_exchanges_stand_in_their_table_and_the_list_of_meters_follows(tmp_path):
    seed(tmp_path, points=120, days=9)
    fitted = set(ExemptMeter.objects.filter(removed_at=None).values_list("meter_id", flat=True))

    assert MeterExchange.objects.values("device_point").distinct().count() == 12
    assert set(MeterExchange.objects.values_list("new_meter_id", flat=True)) <= fitted
    assert ExemptMeter.objects.exclude(removed_at=None).count() >= 12


def test_a_move_a_switch_and_a_hold_are_told_by_the_tables():
    area = small_area(points=120, days=20)
    masters_of(area)
    Happenings(area, {}, actor=ACTOR).write()
    moved = Occupancy.objects.filter(supply_point__premises__number=area.move.premises_number)
    contracts = SupplyContract.objects.filter(
        supply_point__premises__number=area.switch.premises_number
    )
    services = ServicePeriod.objects.filter(
        device_point__premises__number=area.switch.premises_number
    )

    assert [row.starts_on for row in moved.order_by("starts_on")][1] == area.move.day
    assert moved.filter(ends_on=area.move.day).count() == 1
    assert [row.retailer.codes.get().code for row in contracts.order_by("starts_on")][1] == (
        area.switch.retailer
    )
    assert {row.ends_at for row in services} == {starts_at(area.switch.day), None}
    assert {row.starts_at for row in services.filter(ends_at=None)} == {starts_at(area.switch.day)}
    assert Hold.objects.get().device_point.number == area.holds[0].device_point_number


def test_the_two_rights_of_a_move_touch_and_name_the_same_retailer():
    area = small_area(points=120, days=20)
    masters_of(area)
    Happenings(area, {}, actor=ACTOR).write()
    rights = ProvisionRight.objects.filter(
        device_point__premises__number=area.move.premises_number
    ).order_by("starts_at")

    assert rights[0].ends_at == rights[rights.count() - 1].starts_at == starts_at(area.move.day)
    assert len({right.recipient_id for right in rights}) == 1


def test_a_second_run_says_so_and_changes_nothing(tmp_path):
    seed(tmp_path)
    before = Entry.objects.count(), Delivery.objects.count(), User.objects.count()
    again = seed(tmp_path, points=77, seed=9)

    assert not again.is_new
    assert (again.points, again.seed) == (40, 7)
    assert (Entry.objects.count(), Delivery.objects.count(), User.objects.count()) == before


def test_an_area_that_was_begun_is_finished_with_its_own_arguments(tmp_path, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr(seeding, "_take_in", _power_cut)
        with pytest.raises(KeyboardInterrupt):
            seed(tmp_path)
    assert Delivery.objects.count() == 0
    finished = seed(tmp_path, points=99, seed=3)

    assert (finished.points, finished.seed, finished.is_new) == (40, 7, True)
    assert DevicePoint.objects.count() == 40
    assert Entry.objects.filter(verb=seeding.COMPLETED).count() == 1


def test_files_that_were_taken_in_before_a_break_are_not_taken_in_twice(tmp_path, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr(seeding.accounts, "create", _power_cut)
        with pytest.raises(KeyboardInterrupt):
            seed(tmp_path)
    taken = Delivery.objects.count()
    finished = seed(tmp_path)

    assert taken == finished.files == Delivery.objects.count()


def test_the_sample_does_not_mix_with_other_data(tmp_path):
    Organization.objects.create(name="本物の会社")

    with pytest.raises(seeding.refusals.Refused) as refused:
        seed(tmp_path)
    assert refused.value.code == "E-DEMO-02"
    assert DevicePoint.objects.count() == 0


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"points": 0}, "E-DEMO-03"),
        ({"days": 0}, "E-DEMO-03"),
        ({"until": NOW.date()}, "E-DEMO-04"),
    ],
)
def test_what_makes_no_area_is_refused(tmp_path, arguments, code):
    with pytest.raises(seeding.refusals.Refused) as refused:
        seed(tmp_path, **arguments)
    assert refused.value.code == code


@pytest.mark.parametrize("points", [60, 120])
def test_masters_are_written_set_by_set(points):
    area = small_area(points=points, days=9)
    with CaptureQueriesContext(connection) as queries:
        masters_of(area)

    assert len(queries) <= 90


def test_the_command_needs_leave_to_make_samples(settings):
    settings.PORTAL_DEMO = False

    with pytest.raises(CommandError, match="E-DEMO-01"):
        call_command("seed_demo")
    assert Organization.objects.count() == 0


def test_the_production_settings_never_give_leave(settings):
    settings.PORTAL_DEMO = True
    settings.SETTINGS_MODULE = "portal.settings.production"

    with pytest.raises(CommandError, match="E-DEMO-01"):
        call_command("seed_demo")


def test_the_command_makes_the_area_and_says_what_is_in_it(settings, capsys):
    settings.PORTAL_DEMO = True
    call_command("seed_demo", "--points=12", "--days=2", "--seed=3", "--until=2026-11-18")
    told = capsys.readouterr().out

    assert "12 device points, 2 days until 2026-11-18, seed 3" in told
    assert str(settings.DEMO_ACCOUNTS_FILE) in told
    call_command("seed_demo")
    assert "nothing was changed" in capsys.readouterr().out


def test_accounts_cover_every_part_and_their_file_is_for_its_owner_alone(tmp_path):
    seed(tmp_path)
    path = tmp_path / "demo-accounts.json"
    accounts = json.loads(path.read_text("utf-8"))["accounts"]
    roles = Counter(account["role"] for account in accounts)

    assert path.stat().st_mode & 0o777 == 0o600
    assert roles == {
        "operator_admin": 1,
        "metering": 1,
        "settlement": 1,
        "auditor": 1,
        "retailer_admin": 3,
        "retailer_staff": 3,
    }
    assert set(accounts[0]) == {
        "name",
        "email",
        "password",
        "role",
        "organization",
        "totp_secret",
        "totp_uri",
    }
    assert len({account["password"] for account in accounts}) == len(accounts)
    assert {row.role_fits() for row in Membership.objects.all()} == {True}
    assert not list(tmp_path.glob("*.part"))


def _power_cut(*_args, **_kwargs):
    raise KeyboardInterrupt
