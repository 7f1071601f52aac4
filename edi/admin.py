"""Back office of the messages: look at files and alarms, set what a receiver gets, have a day built again."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from edi.models import Alarm, OutboundMessage, PointList, ReceiverSetting
from edi.services import delivery
from portal import backoffice
from portal.timekeeping import clock
from portal.timekeeping.half_hours import day_of


@admin.register(OutboundMessage, site=backoffice.site)
class OutboundMessageAdmin(backoffice.ReadOnlyMixin, backoffice.ModelAdmin[OutboundMessage]):
    """The ledger: written by the building alone."""

    list_display = (
        "name",
        "receiver_code",
        "information_code",
        "day",
        "slot",
        "revision",
        "split",
        "rows",
        "available_rows",
        "size",
        "state",
        "built_at",
    )
    list_filter = ("information_code", "state", "receiver")
    date_hierarchy = "day"
    search_fields = ("name", "=digest")
    exclude = ("record_digests",)
    show_full_result_count = False
    actions = ("withdraw",)

    def has_withdraw_permission(self, request: HttpRequest) -> bool:
        """Asked of the account's permissions, past the read-only mixin."""
        return request.user.has_perm("edi.change_outboundmessage")

    @admin.action(description="取り下げて作り直す（未受領のみ）", permissions=["withdraw"])
    def withdraw(self, request: HttpRequest, chosen: QuerySet[OutboundMessage]) -> None:
        """Withdraw unfetched files; the next building issues their messages again as a new revision."""
        taken = delivery.withdraw(
            chosen, reason="back_office", actor=backoffice.acting(request), at=clock.now()
        )
        messages.info(request, f"{len(taken)} ファイルを取り下げました。")


@admin.register(Alarm, site=backoffice.site)
class AlarmAdmin(backoffice.ReadOnlyMixin, backoffice.ModelAdmin[Alarm]):
    """What the operator must look at."""

    list_display = ("raised_at", "code", "receiver", "information_code", "day", "slot", "detail")
    list_filter = ("code", "information_code")
    date_hierarchy = "raised_at"


@admin.register(PointList, site=backoffice.site)
class PointListAdmin(backoffice.ReadOnlyMixin, backoffice.ModelAdmin[PointList]):
    """Which points files hold."""

    list_display = ("digest", "points")
    exclude = ("packed",)
    search_fields = ("=digest",)


@admin.register(ReceiverSetting, site=backoffice.site)
class ReceiverSettingAdmin(backoffice.HistoryMixin):
    """What a receiver gets, from which day on."""

    list_display = (
        "receiver",
        "starts_on",
        "ends_on",
        "slot_messages",
        "day_messages",
        "month_messages",
        "customer_names",
    )
    list_filter = ("receiver",)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """A new setting holds from today unless said otherwise."""
        return {"starts_on": day_of(clock.now())}
