"""`demo_accounts`: who can sign in to the sample, with the one-time codes of this moment (decisions 39)."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from metering.demo import accounts, one_time, refusals
from portal.timekeeping import clock


class Command(BaseCommand):
    help = "List the sample accounts with their passwords and the one-time codes of this moment."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """One line per account; a code is good for half a minute."""
        if not settings.PORTAL_DEMO:
            raise CommandError(str(refusals.not_a_demo()))
        known = accounts.read(settings.DEMO_ACCOUNTS_FILE)
        if not known:
            raise CommandError(
                f"No sample accounts at {settings.DEMO_ACCOUNTS_FILE}: run seed_demo."
            )
        at = clock.now()
        for account in known:
            code = one_time.code(account.totp_secret, at)
            self.stdout.write(
                f"{account.email:<26} {account.password}  {code}  {account.role:<15} {account.organization}"
            )
