"""Celery doors of the parameters."""

from celery import shared_task

from portal.actor import system
from portal.parameters import services
from portal.timekeeping.clock import now


@shared_task
def keep_calendar() -> None:
    """Seed the years ahead, so that no deadline ever meets a year that was not entered."""
    services.ensure_calendar(actor=system("beat"), at=now())
