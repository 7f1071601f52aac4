"""Keeps the lease of a running job alive while its handler is busy in one long call."""

import threading
from types import TracebackType
from typing import Self

from django.db import DatabaseError, connection

from portal.jobs.context import LEASE, JobContext

INTERVAL = LEASE.total_seconds() / 3


class Heartbeat:
    """A thread with a database connection of its own; the first beat comes after a third of the lease."""

    def __init__(self, context: JobContext, interval: float = INTERVAL) -> None:
        self._context = context
        self._interval = interval
        self._stop = threading.Event()
        self._thread = threading.Thread(
            target=self._beat, name=f"heartbeat-{context.job_id}", daemon=True
        )

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._thread.join()

    def _beat(self) -> None:
        try:
            while not self._stop.wait(self._interval):
                if not self._try():
                    return
        finally:
            connection.close()

    def _try(self) -> bool:
        try:
            return self._context.beat()
        except DatabaseError:
            connection.close()  # a busy or restarted database: the lease outlasts two missed beats
            return True
