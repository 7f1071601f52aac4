"""The Celery app: queues, the beat timetable and where messages travel.

A message is only a nudge: it carries the id of a row, and the rows are the truth (``portal/jobs``). So every setting
here is chosen for messages that may come late, twice or never. Task modules are found by name through the installed
apps. Nothing here or at import time may run a Polars query: a forked child would hang (dependencies.md, finding 4).
"""

import os
from pathlib import Path
from time import time_ns
from typing import Any
from uuid import uuid4

from celery import Celery
from celery.schedules import crontab
from kombu import Queue
from kombu.exceptions import ChannelError
from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.utils.json import dumps

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.base")

# Somebody waits for "interactive"; "settlement" runs Polars and belongs to workers started with --pool=solo.
QUEUES = ("interactive", "bulk", "settlement")

# Seconds. Redis delivers a message again when it was not acknowledged for this long: longer than the longest job.
VISIBILITY_TIMEOUT = 12 * 3600

# Which queue a task travels on when its caller names none; the first pattern that fits holds.
ROUTES = {
    "portal.*": {"queue": "interactive"},
    "*": {"queue": "bulk"},
}


def every(seconds: int, task: str) -> dict[str, Any]:
    """A beat entry that repeats; a message nobody took before the next one is due is dropped."""
    return {"task": task, "schedule": seconds, "options": {"expires": seconds}}


def at(task: str, *, minute: str, hour: str = "*") -> dict[str, Any]:
    """A beat entry at wall-clock times in Japan, in the words of a crontab."""
    return {
        "task": task,
        "schedule": crontab(minute=minute, hour=hour),
        "options": {"expires": 3600},
    }


# The timetable. Tasks are named, never imported; each finds its own work in the database, so a missed entry is harmless.
BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    "sweep-jobs": every(60, "portal.jobs.tasks.sweep"),
    "relay-journal": every(10, "portal.journal.tasks.relay_entries"),
    "seal-journal": every(60, "portal.journal.tasks.seal_entries"),
    "keep-calendar": at("portal.parameters.tasks.keep_calendar", hour="4", minute="0"),
    "take-in-inbox": every(30, "metering.tasks.take_in_inbox"),
    "sweep-orphans": at("metering.tasks.sweep_orphans", hour="3", minute="15"),
    # the slot that has just ended, ten minutes after its end; its file follows at +40 (decisions 18)
    "settle-latest-slot": at("metering.tasks.settle_latest_slot", minute="10,40"),
    "settle-yesterday": at("metering.tasks.settle_yesterday", hour="5", minute="30"),
    "settle-due-finals": at("metering.tasks.settle_due_finals", hour="6", minute="0"),
    # after the messages of the morning: completeness of yesterday, alarms for what is missing
    "close-yesterday": at("edi.tasks.close_yesterday", hour="7", minute="15"),
    "build-due-messages": at("edi.tasks.build_due", minute="11,41"),
}


def configuration() -> dict[str, Any]:
    """All of Celery's settings, read when the app is first used, so that importing ``portal`` needs no settings."""
    return {
        **_broker(),
        "task_queues": [Queue(name) for name in QUEUES],
        "task_default_queue": "bulk",
        "task_create_missing_queues": False,
        "task_routes": ROUTES,
        "accept_content": ["json"],
        "task_serializer": "json",
        "result_serializer": "json",
        "task_ignore_result": True,
        "task_acks_late": True,
        "task_reject_on_worker_lost": True,
        "worker_prefetch_multiplier": 1,
        "worker_max_tasks_per_child": 200,  # gives Polars' memory back in prefork pools
        "worker_hijack_root_logger": False,
        "broker_connection_retry_on_startup": True,
        "timezone": "Asia/Tokyo",
        "beat_schedule": BEAT_SCHEDULE,
    }


def _broker() -> dict[str, Any]:
    from django.conf import settings

    if settings.CELERY_BROKER_URL:
        options = {"visibility_timeout": VISIBILITY_TIMEOUT}
        return {"broker_url": settings.CELERY_BROKER_URL, "broker_transport_options": options}
    folder = settings.VAR_DIR / "broker"
    for name in ("messages", "exchanges"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    return {
        "broker_url": "folder://",
        "worker_enable_remote_control": False,  # control messages of dead workers would pile up as files
        "beat_schedule_filename": str(settings.VAR_DIR / "broker" / "beat-schedule"),
        "broker_transport_options": {
            "data_folder_in": str(folder / "messages"),
            "data_folder_out": str(folder / "messages"),
            "control_folder": str(folder / "exchanges"),
            "polling_interval": 0.05,  # the default of one second makes every click wait
        },
    }


class FolderChannel(filesystem.Channel):  # type: ignore[misc]  # kombu has no types
    """The filesystem transport with messages that appear whole: a reader can never take one that is half written."""

    def _put(self, queue: str, payload: Any, **_: Any) -> None:
        folder = Path(self.data_folder_out)
        draft = folder / f"{uuid4()}.part"
        try:
            draft.write_text(dumps(payload), encoding="utf-8")
            # the reader takes names in order and knows the queue by what follows the first dot
            draft.rename(folder / f"{time_ns():020d}_{uuid4()}.{queue}.msg")
        except OSError as error:
            raise ChannelError(f"Cannot write a message for {queue!r}: {error}") from error


class FolderTransport(filesystem.Transport):  # type: ignore[misc]  # kombu has no types
    """Messages as files in one folder: the embedded default, which needs no server."""

    Channel = FolderChannel


TRANSPORT_ALIASES["folder"] = "portal.celery:FolderTransport"

app = Celery("portal")
app.add_defaults(configuration)
app.autodiscover_tasks()
