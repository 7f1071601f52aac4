"""Back office of the registry: look, search, correct with history. Device points live by their services, not by forms.

What the calculation or the four places depend on (numbers, service, places, exchanges) is shown and not edited here:
``metering.services`` and ``import_registry`` keep it consistent. Every correction is a line of the journal.
"""

from copy import copy
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest, HttpResponse

from metering import models
from metering.services.rivals import RIVALRIES, refuse_overlap
from portal import backoffice
from portal.errors import DomainError
from portal.journal import recorder
from portal.timekeeping import clock


class MasterForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable when it runs
    """Refuses a span that would overlap a rival. Django's admin saves in the transaction in which it validates."""

    def clean(self) -> dict[str, Any]:
        """The row as it would stand, beside its rivals."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if type(self.instance) in RIVALRIES and not self.errors:
            row = copy(self.instance)
            for name, value in cleaned.items():
                setattr(row, name, value)
            try:
                refuse_overlap(row)
            except DomainError as error:
                remedy = error.remedy.ja if error.remedy else ""
                self.add_error(None, f"{error.code} {error.message.ja}{remedy}")
        return cleaned


class Shown(backoffice.ModelAdmin[Any]):
    """Lists of any length: no count of everything, related rows by number instead of in a list of all."""

    show_full_result_count = False
    list_per_page = 50

    def get_list_select_related(self, request: HttpRequest) -> Any:
        """The related rows that the list shows come with it."""
        foreign = {field.name for field in self.model._meta.fields if field.is_relation}
        return [name for name in self.list_display if name in foreign] or False

    def get_autocomplete_fields(self, request: HttpRequest) -> Any:
        """Search instead of a list of a million."""
        return [
            field.name
            for field in self.model._meta.fields
            if field.is_relation and field.related_model in self.admin_site._registry
        ]


class MasterAdmin(backoffice.HistoryMixin, Shown):
    """A master: corrected with history and a line of the journal, never deleted."""

    form = MasterForm

    def save_model(self, request: HttpRequest, obj: Model, form: Any, change: Any) -> None:
        """Save, and tell which fields were changed (never their values: some are personal)."""
        super().save_model(request, obj, form, change)
        recorder.record(
            "master.corrected" if change else "master.created",
            actor=backoffice.acting(request),
            at=clock.now(),
            subject=f"{obj._meta.model_name}:{obj.pk}",
            data={"fields": sorted(form.changed_data)},
        )


class FactAdmin(backoffice.ReadOnlyMixin, Shown):
    """Written by services, shown here."""


class KeptByServicesAdmin(backoffice.ReadOnlyMixin, backoffice.HistoryMixin, Shown):
    """Written by services, shown here with its history."""


# --- places and people -------------------------------------------------


@admin.register(models.Customer, site=backoffice.site)
class CustomerAdmin(MasterAdmin):
    """The list shows numbers only; whoever opens a customer is told of in the journal (domain.md D12)."""

    list_display = ("number",)
    search_fields = ("=number",)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Personal data is looked at: that is told."""
        answer = super().change_view(request, object_id, form_url, extra_context)
        return _told(answer, request, object_id)

    def history_form_view(
        self,
        request: HttpRequest,
        object_id: str,
        version_id: str,
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """An earlier state is personal data, too."""
        answer = super().history_form_view(request, object_id, version_id, extra_context)
        return _told(answer, request, object_id)


def _told(answer: HttpResponse, request: HttpRequest, customer: str) -> HttpResponse:
    if request.method == "GET" and answer.status_code == 200:
        recorder.record(
            "customer.viewed",
            actor=backoffice.acting(request),
            at=clock.now(),
            subject=f"customer:{customer}",
            personal_data_read=True,
        )
    return answer


class ReadingDateInline(backoffice.TabularInline[models.ReadingDate, models.ReadingSchedule]):
    """The 検針日 of the schedule."""

    model = models.ReadingDate
    extra = 0


@admin.register(models.ReadingSchedule, site=backoffice.site)
class ReadingScheduleAdmin(MasterAdmin):
    list_display = ("code",)
    search_fields = ("code",)
    inlines = (ReadingDateInline,)


@admin.register(models.Premises, site=backoffice.site)
class PremisesAdmin(MasterAdmin):
    list_display = ("number", "address")
    search_fields = ("number__startswith",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """The number places the device points in their bucket of the store: it stays."""
        return ("number",) if obj else ()


@admin.register(models.SupplyPoint, site=backoffice.site)
class SupplyPointAdmin(MasterAdmin):
    list_display = (
        "number",
        "premises",
        "voltage",
        "reading_schedule",
        "has_next_generation_meter",
    )
    list_filter = ("voltage", "has_next_generation_meter", "reading_schedule")
    search_fields = ("number__startswith", "=premises__number")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Neither number nor premises change."""
        return ("number", "premises") if obj else ()


@admin.register(models.Occupancy, site=backoffice.site)
class OccupancyAdmin(MasterAdmin):
    list_display = ("supply_point", "customer", "starts_on", "ends_on")
    search_fields = ("=supply_point__number", "=customer__number")


# --- contracts ---------------------------------------------------------


@admin.register(models.SupplyContract, site=backoffice.site)
class SupplyContractAdmin(MasterAdmin):
    list_display = ("supply_point", "retailer", "starts_on", "ends_on")
    list_filter = ("retailer",)
    search_fields = ("supply_point__number__startswith",)


@admin.register(models.GenerationContract, site=backoffice.site)
class GenerationContractAdmin(MasterAdmin):
    list_display = ("receiving_place_number", "supply_point", "party", "starts_on", "ends_on")
    list_filter = ("party",)
    search_fields = ("=receiving_place_number", "=supply_point__number")


@admin.register(models.BalancingContract, site=backoffice.site)
class BalancingContractAdmin(MasterAdmin):
    list_display = ("number", "premises", "aggregator", "starts_on", "ends_on")
    list_filter = ("aggregator",)
    search_fields = ("=number", "=premises__number")


@admin.register(models.ProvisionRight, site=backoffice.site)
class ProvisionRightAdmin(MasterAdmin):
    list_display = ("device_point", "recipient", "purpose", "starts_at", "ends_at")
    list_filter = ("recipient",)
    search_fields = ("=device_point__number",)


# --- device points -----------------------------------------------------


@admin.register(models.DevicePoint, site=backoffice.site)
class DevicePointAdmin(MasterAdmin):
    """Numbers are issued by the services; what the device is may be corrected."""

    list_display = ("number", "premises", "supply_point", "kind", "name", "rated_w", "voltage")
    list_filter = ("kind", "voltage")
    search_fields = ("number__startswith", "=premises__number", "=supply_point__number")
    readonly_fields = ("number", "premises", "supply_point", "control_number")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """A device point is registered by its service, with an issued number."""
        return False


@admin.register(models.PositionReservation, site=backoffice.site)
class PositionReservationAdmin(KeptByServicesAdmin):
    list_display = ("premises", "position", "device_point", "reference", "starts_at", "ends_at")
    list_filter = ("position",)
    search_fields = ("=premises__number", "=reference", "=device_point__number")


@admin.register(models.ServicePeriod, site=backoffice.site)
class ServicePeriodAdmin(KeptByServicesAdmin):
    list_display = ("device_point", "pattern", "directions", "retailer", "starts_at", "ends_at")
    list_filter = ("pattern", "retailer")
    search_fields = ("device_point__number__startswith",)


@admin.register(models.Hold, site=backoffice.site)
class HoldAdmin(MasterAdmin):
    list_display = ("device_point", "reason", "cause", "starts_at", "ends_at")
    list_filter = ("reason",)
    search_fields = ("=device_point__number", "=cause")


# --- meters and terminals ----------------------------------------------


@admin.register(models.ExemptMeter, site=backoffice.site)
class ExemptMeterAdmin(MasterAdmin):
    list_display = ("meter_id", "device_point", "maker", "model", "installed_at", "removed_at")
    search_fields = ("=meter_id", "=device_point__number")


@admin.register(models.MeterExchange, site=backoffice.site)
class MeterExchangeAdmin(KeptByServicesAdmin):
    list_display = (
        "device_point",
        "direction",
        "exchanged_at",
        "old_meter_id",
        "new_meter_id",
        "recorded_at",
    )
    search_fields = ("=device_point__number", "=old_meter_id", "=new_meter_id")
    ordering = ("-recorded_at", "-pk")


@admin.register(models.TerminalModel, site=backoffice.site)
class TerminalModelAdmin(MasterAdmin):
    list_display = ("maker", "model", "firmware", "certification_number", "starts_on", "ends_on")
    list_filter = ("maker",)
    search_fields = ("maker", "model", "=certification_number")


@admin.register(models.Terminal, site=backoffice.site)
class TerminalAdmin(MasterAdmin):
    list_display = ("terminal_id", "device_point", "terminal_model", "password_set_at")
    search_fields = ("=terminal_id", "=device_point__number")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """The id never changes after acceptance (domain.md 1.18)."""
        return ("terminal_id", "device_point") if obj else ()


# --- what came in and what was calculated ------------------------------


@admin.register(models.Delivery, site=backoffice.site)
class DeliveryAdmin(FactAdmin):
    list_display = ("file_name", "kind", "state", "rows", "accepted", "quarantined", "received_at")
    list_filter = ("kind", "state")
    search_fields = ("file_name", "digest__startswith")


@admin.register(models.QuarantinedRow, site=backoffice.site)
class QuarantinedRowAdmin(FactAdmin):
    list_display = ("delivery", "row", "code", "column", "redriven_at")
    list_filter = ("code",)
    search_fields = ("=delivery__file_name",)


@admin.register(models.SettlementRun, site=backoffice.site)
class SettlementRunAdmin(FactAdmin):
    list_display = ("pk", "stage", "first_day", "last_day", "state", "identity", "planned_at")
    list_filter = ("stage", "state")
    search_fields = ("identity__startswith",)


@admin.register(models.Publication, site=backoffice.site)
class PublicationAdmin(FactAdmin):
    list_display = ("run", "published_at", "actor_label")
