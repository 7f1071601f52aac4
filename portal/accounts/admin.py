"""Back office of accounts and memberships."""

from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.http import HttpRequest

from portal import backoffice
from portal.accounts.models import Membership, User
from portal.journal import recorder
from portal.timekeeping import clock


class AccountForm(AdminUserCreationForm):  # type: ignore[type-arg]  # not subscriptable when it runs
    """A new account: address and name instead of a user name."""

    class Meta:
        model = User
        fields = ("email", "name")
        field_classes: ClassVar[dict[str, Any]] = {}


class MembershipInline(backoffice.TabularInline[Membership, User]):
    """For whom the person acts; ended by taking away 有効, never deleted."""

    model = Membership
    extra = 0
    can_delete = False


@admin.register(User, site=backoffice.site)
class AccountAdmin(UserAdmin):  # type: ignore[type-arg]  # not subscriptable when it runs
    """Accounts are made and switched off here; every change is a line of the journal."""

    add_form = AccountForm
    list_display = ("email", "name", "is_active", "is_staff", "last_login")
    list_filter = ("is_active", "is_staff", "memberships__role")
    search_fields = ("email", "name")
    ordering = ("email",)
    filter_horizontal = ()
    readonly_fields = ("last_login", "date_joined")
    inlines = (MembershipInline,)
    fieldsets = (
        (None, {"fields": ("email", "password", "name")}),
        ("利用", {"fields": ("is_active", "is_staff", "last_login", "date_joined")}),
    )
    add_fieldsets = (
        (
            None,
            {
                "classes": ("wide",),
                "fields": ("email", "name", "usable_password", "password1", "password2"),
            },
        ),
    )

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Accounts are switched off, not deleted: the journal goes on naming them."""
        return False

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: Any) -> None:
        """Save, and tell which fields were changed (never their values)."""
        super().save_model(request, obj, form, change)
        recorder.record(
            "account.changed" if change else "account.created",
            actor=backoffice.acting(request),
            at=clock.now(),
            subject=f"user:{obj.pk}",
            data={"fields": sorted(form.changed_data)},
        )


@admin.register(Membership, site=backoffice.site)
class MembershipAdmin(backoffice.HistoryMixin, backoffice.ModelAdmin[Membership]):
    """Who acts for whom."""

    list_display = ("user", "organization", "role", "is_active")
    list_filter = ("role", "is_active", "organization")
    search_fields = ("user__email", "user__name")
    list_select_related = ("user", "organization")
