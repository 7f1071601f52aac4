"""The ground floor. Celery's documentation asks that the app be handed over here, so that tasks find it."""

from portal.celery import app as celery_app

__all__ = ["celery_app"]
