"""Checks the hash chain of the journal from its beginning to its head."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.journal import relay
from portal.journal.models import Entry


class Command(BaseCommand):
    help = "Verify the hash chain of the journal; exits with an error where it does not hold."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Print every break, or one line that says all is well."""
        breaks = list(relay.breaks())
        for found in breaks:
            self.stderr.write(f"position {found.position}, entry {found.entry_id}: {found.reason}")
        if breaks:
            raise CommandError(f"The journal's chain is broken in {len(breaks)} place(s).")
        sealed = Entry.objects.exclude(position=None).count()
        self.stdout.write(
            f"The journal's chain holds: {sealed} entries sealed, {Entry.objects.count() - sealed} waiting."
        )
