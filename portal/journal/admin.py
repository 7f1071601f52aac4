"""Read-only back office of the journal."""

from django.contrib import admin

from portal import backoffice
from portal.journal.models import Entry


@admin.register(Entry, site=backoffice.site)
class EntryAdmin(backoffice.ReadOnlyMixin, backoffice.ModelAdmin[Entry]):
    """Search by subject or verb."""

    list_display = ("at", "verb", "subject", "actor_label", "personal_data_read", "position")
    list_filter = ("personal_data_read",)
    search_fields = ("=subject", "=verb", "actor_label")
    show_full_result_count = False
    date_hierarchy = None
