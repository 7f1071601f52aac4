"""The back office of the grid operator's staff: one AdminSite, in which every app registers its models.

Only active staff accounts that act for the grid operator come in. Who may change what is asked of the account's
permissions, which ``portal.accounts.backends`` reads from the one table of roles.
"""

from typing import TYPE_CHECKING, Any, ClassVar

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from simple_history.admin import SimpleHistoryAdmin

from portal.actor import NOBODY, Actor, Scope


class BackOffice(admin.AdminSite):
    """Django's admin, closed to everybody but the operator's staff."""

    site_header = site_title = "特定計量システム 管理"
    index_title = "管理"
    site_url = "/"
    enable_nav_sidebar = False

    def has_permission(self, request: HttpRequest) -> bool:
        """Whether this person may come in at all."""
        return super().has_permission(request) and acting(request).scope is Scope.ALL

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Reached by signed-in people only (see the end of this module): no form of its own that asks one factor less."""
        if not self.has_permission(request):
            raise PermissionDenied
        return redirect("admin:index")


if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin
    TabularInline = admin.TabularInline
else:

    class ModelAdmin(admin.ModelAdmin):
        """Django's, made to take the model's type as its stubs want it."""

        def __class_getitem__(cls, _model: Any) -> type:
            return cls

    class TabularInline(admin.TabularInline):
        """Django's, made to take the types as its stubs want them."""

        def __class_getitem__(cls, _models: Any) -> type:
            return cls


class ReadOnlyMixin:
    """For facts: everybody in the back office may look, nobody may change."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Facts are written by services."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Facts stay."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Facts stay."""
        return False


class HistoryMixin(SimpleHistoryAdmin):  # type: ignore[misc]  # simple_history has no types
    """For masters: every earlier state is shown, with who made it; nothing is deleted."""

    history_list_display: ClassVar[list[str]] = ["actor_label"]

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Masters end; they do not disappear."""
        return False


def acting(request: HttpRequest) -> Actor:
    """The actor that the accounts' middleware put on the request; nobody where there is none."""
    actor: Actor = getattr(request, "actor", NOBODY)
    return actor


site = BackOffice(name="admin")
# Wrapped before anybody reads ``site.urls``: sign-in with all its factors is allauth's (dependencies.md, section 1).
site.login = secure_admin_login(site.login)  # type: ignore[method-assign]
