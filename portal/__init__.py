"""The ground floor and the composition of the house."""

from portal.celery import app as celery_app

__all__ = ["celery_app"]
