"""Back office: enter a value with reason and effective date, let a second person approve it; keep the calendar."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from portal import backoffice
from portal.errors import DomainError
from portal.parameters import services
from portal.parameters.definitions import DEFINITIONS, definition_of
from portal.parameters.models import ClosedDay, ParameterValue
from portal.timekeeping import clock


class ParameterValueForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable when it runs
    """Offers the defined keys and judges the value by its definition."""

    key = forms.ChoiceField(
        label="キー",
        choices=[(key, f"{key}: {each.note.label}") for key, each in DEFINITIONS.items()],
    )

    class Meta:
        model = ParameterValue
        fields = ("key", "value", "effective_from", "reason")

    def clean(self) -> dict[str, Any]:
        """The value must be what the parameter can be."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if "key" in cleaned and "value" in cleaned:
            try:
                definition_of(cleaned["key"]).parse(cleaned["value"])
            except DomainError as error:
                self.add_error(
                    "value", f"{error.message.ja}{error.remedy.ja if error.remedy else ''}"
                )
        return cleaned


@admin.register(ParameterValue, site=backoffice.site)
class ParameterValueAdmin(backoffice.HistoryMixin, backoffice.ModelAdmin[ParameterValue]):
    """Values are entered and approved, never edited: a change is a new value."""

    form = ParameterValueForm
    list_display = (
        "key",
        "label",
        "value",
        "effective_from",
        "entered_by",
        "approved_by",
        "approved_at",
    )
    list_filter = ("key",)
    actions = ("approve",)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A value stays as it was entered."""
        return False

    def save_model(self, request: HttpRequest, obj: ParameterValue, form: Any, change: Any) -> None:
        """Enter the value through the service."""
        entered = services.enter(
            **form.cleaned_data, actor=backoffice.acting(request), at=clock.now()
        )
        obj.pk = entered.pk

    def has_approve_permission(self, request: HttpRequest) -> bool:
        """Whoever may enter values may approve those of others."""
        return self.has_add_permission(request)

    @admin.action(description="選択した値を承認する", permissions=["approve"])
    def approve(self, request: HttpRequest, chosen: QuerySet[ParameterValue]) -> None:
        """Approve each chosen value, and say which were refused and why."""
        for row in chosen:
            try:
                services.approve(value_id=row.pk, actor=backoffice.acting(request), at=clock.now())
            except DomainError as error:
                self.message_user(request, f"{row}: {error.message.ja}", messages.ERROR)


@admin.register(ClosedDay, site=backoffice.site)
class ClosedDayAdmin(backoffice.HistoryMixin, backoffice.ModelAdmin[ClosedDay]):
    """The business calendar."""

    list_display = ("day", "reason", "is_closed")
    list_filter = ("is_closed",)
    date_hierarchy = "day"
