"""Back office of organizations: what each is in the scheme, its codes, whom to call."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from portal import backoffice
from portal.organizations.models import (
    Contact,
    Organization,
    OrganizationCode,
    OrganizationParty,
)


class PartyInline(backoffice.TabularInline[OrganizationParty, Organization]):
    """What the organization is."""

    model = OrganizationParty
    extra = 0


class CodeInline(backoffice.TabularInline[OrganizationCode, Organization]):
    """Its codes per area; earlier files were addressed with them, so they are corrected, not deleted."""

    model = OrganizationCode
    extra = 0
    can_delete = False


class ContactInline(backoffice.TabularInline[Contact, Organization]):
    """Whom to reach, for what."""

    model = Contact
    extra = 0


@admin.register(Organization, site=backoffice.site)
class OrganizationAdmin(backoffice.HistoryMixin, backoffice.ModelAdmin[Organization]):
    """Organizations are switched off, not deleted."""

    list_display = ("name", "what", "code_list", "is_active")
    list_filter = ("is_active", "parties__party")
    search_fields = ("name", "name_kana", "=codes__code")
    inlines = (PartyInline, CodeInline, ContactInline)
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Organization]:
        """With what the list shows, in two more queries for all rows."""
        return super().get_queryset(request).prefetch_related("parties", "codes")

    @admin.display(description="種別")
    def what(self, organization: Organization) -> str:
        """Its parties, in words."""
        return "、".join(party.get_party_display() for party in organization.parties.all())

    @admin.display(description="事業者コード")
    def code_list(self, organization: Organization) -> str:
        """Its codes with their areas."""
        return " ".join(f"{code.area}:{code.code}" for code in organization.codes.all())
