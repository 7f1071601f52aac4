"""The back office of the registry: everything is shown, searched and corrected with history, without a query per row."""

from datetime import date, timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from metering.domain.points import ServicePattern
from metering.models import DevicePoint, Premises, ServicePeriod, SupplyContract
from portal import backoffice
from portal.accounts.models import Membership, User
from portal.journal.models import Entry
from portal.organizations.models import Organization
from portal.organizations.roles import Role
from tests.factories import (
    START,
    make_generation_contract,
    make_grid_operator,
    make_hold,
    make_meter_exchange,
    make_point_in_service,
    make_reading_schedule,
    make_retailer,
    make_supply_contract,
    make_terminal,
)

pytestmark = pytest.mark.django_db

OURS = [
    model
    for model in backoffice.site._registry
    if model._meta.app_label in ("metering", "organizations")
]


def name(model):
    return f"{model._meta.app_label}_{model._meta.model_name}"


@pytest.fixture
def staff(client):
    """A client of the operator's administrator."""
    user = User.objects.create_user("admin@example.jp", "x", name="管理", is_staff=True)
    Membership.objects.create(
        user=user, organization=make_grid_operator(), role=Role.OPERATOR_ADMIN
    )
    client.force_login(user)
    return client


def fill(times):
    for n in range(times):
        retailer = make_retailer()
        for pattern in ServicePattern:
            service = make_point_in_service(pattern, retailer=retailer)
        point = service.device_point
        make_hold(device_point=point)
        make_terminal(device_point=point)
        make_meter_exchange(device_point=point)
        make_generation_contract(supply_point=point.supply_point)
        make_reading_schedule(date(2026, 10, 1), date(2026, 11, 1 + n))


def test_every_master_of_the_registry_is_there():
    shown = {model.__name__ for model in OURS}
    assert shown >= {
        "Organization", "Premises", "SupplyPoint", "Customer", "Occupancy", "SupplyContract",
        "GenerationContract", "BalancingContract", "ReadingSchedule", "DevicePoint",
        "PositionReservation", "ServicePeriod", "Hold", "ProvisionRight", "ExemptMeter",
        "MeterExchange", "Terminal", "TerminalModel", "SettlementRun", "Delivery",
    }  # fmt: skip


def test_lists_take_the_same_queries_for_two_rows_and_for_twelve(staff):
    def queries(model):
        with CaptureQueriesContext(connection) as captured:
            answer = staff.get(reverse(f"admin:{name(model)}_changelist"), {"q": ""})
        assert answer.status_code == 200, model
        return len(captured)

    fill(2)
    for model in OURS:
        staff.get(reverse(f"admin:{name(model)}_changelist"))
    few = {model: queries(model) for model in OURS}
    fill(10)
    assert {model: queries(model) for model in OURS} == few
    assert max(few.values()) <= 16


@pytest.mark.parametrize("model", OURS, ids=name)
def test_a_row_can_be_searched_opened_and_followed_back(staff, model):
    fill(1)
    admin = backoffice.site._registry[model]
    if admin.search_fields:
        found = staff.get(reverse(f"admin:{name(model)}_changelist"), {"q": "03"})
        assert found.status_code == 200
    row = model._default_manager.first()
    if row is None:  # nothing of it without a settlement or a delivery
        assert model.__name__ in {"SettlementRun", "Publication", "Delivery", "QuarantinedRow"}
        return
    assert staff.get(reverse(f"admin:{name(model)}_change", args=[row.pk])).status_code == 200
    assert staff.get(reverse(f"admin:{name(model)}_history", args=[row.pk])).status_code == 200


def test_a_correction_is_history_with_its_author_and_a_line_of_the_journal(staff):
    point = make_point_in_service().device_point
    address = reverse("admin:metering_devicepoint_change", args=[point.pk])
    fields = {"kind": "pv", "name": "屋根", "voltage": "low", "rated_w": 4_000}
    assert staff.post(address, fields).status_code == 302
    latest = point.history.first()
    assert (latest.kind, latest.rated_w, latest.history_type) == ("pv", 4_000, "~")
    assert latest.actor_label.startswith("管理")
    entry = Entry.objects.get(verb="master.corrected")
    assert entry.subject == f"devicepoint:{point.pk}"
    assert entry.data == {"fields": ["kind", "name", "rated_w"]}
    assert DevicePoint.objects.get().number == point.number
    assert LogEntry.objects.count() == 1


def test_a_correction_that_would_overlap_is_refused_with_the_reason(staff):
    first = make_supply_contract(ends_on=date(2026, 11, 1))
    make_supply_contract(supply_point=first.supply_point, starts_on=date(2026, 11, 1))
    address = reverse("admin:metering_supplycontract_change", args=[first.pk])
    fields = {
        "supply_point": first.supply_point_id,
        "retailer": first.retailer_id,
        "starts_on": "2026-10-01",
        "ends_on": "2026-11-02",
    }
    answer = staff.post(address, fields)
    assert answer.status_code == 200
    assert "E-POINT-03" in answer.content.decode()
    assert SupplyContract.objects.get(pk=first.pk).ends_on == date(2026, 11, 1)
    fields["ends_on"] = "2026-10-31"
    assert staff.post(address, fields).status_code == 302


def test_service_and_places_are_shown_and_not_edited(staff):
    service = make_point_in_service()
    address = reverse("admin:metering_serviceperiod_change", args=[service.pk])
    assert staff.post(address, {"ends_at_0": "2026-10-02", "ends_at_1": "00:00"}).status_code == 403
    assert ServicePeriod.objects.get().ends_at is None
    assert staff.get(reverse("admin:metering_positionreservation_add")).status_code == 403
    assert staff.get(reverse("admin:metering_devicepoint_add")).status_code == 403


def test_nothing_is_deleted(staff):
    premises = make_point_in_service().device_point.premises
    address = reverse("admin:metering_premises_delete", args=[premises.pk])
    assert staff.post(address, {"post": "yes"}).status_code == 403
    assert Premises.objects.count() == 1


def test_opening_a_customer_is_told_and_the_list_shows_no_names(staff):
    service = make_point_in_service()
    customer = service.device_point.supply_point.occupancies.get().customer
    listed = staff.get(reverse("admin:metering_customer_changelist")).content.decode()
    assert customer.number in listed
    assert customer.name not in listed
    assert not Entry.objects.filter(personal_data_read=True).exists()
    opened = staff.get(reverse("admin:metering_customer_change", args=[customer.pk]))
    assert customer.name in opened.content.decode()
    version = customer.history.get().pk
    staff.get(reverse("admin:metering_customer_simple_history", args=[customer.pk, version]))
    entries = Entry.objects.filter(personal_data_read=True)
    assert [entry.subject for entry in entries] == [f"customer:{customer.pk}"] * 2
    assert customer.name not in str([entry.data for entry in entries])


def test_organizations_show_what_they_are_and_their_codes(staff):
    make_retailer(code="91233")
    page = staff.get(reverse("admin:organizations_organization_changelist"), {"q": "91233"})
    text = page.content.decode()
    assert "小売電気事業者" in text
    assert "03:91233" in text
    assert Organization.objects.count() == 2


def test_an_auditor_looks_and_changes_nothing(client):
    user = User.objects.create_user("audit@example.jp", "x", name="監査", is_staff=True)
    Membership.objects.create(user=user, organization=make_grid_operator(), role=Role.AUDITOR)
    client.force_login(user)
    hold = make_hold(starts_at=START + timedelta(days=1))
    address = reverse("admin:metering_hold_change", args=[hold.pk])
    assert client.get(address).status_code == 200
    assert client.post(address, {}).status_code == 403
