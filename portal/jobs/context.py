"""What a running job may do besides its work: report progress, notice a cancellation, leave files."""

from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import file_digest
from pathlib import Path
from typing import Any

from portal.actor import Actor
from portal.jobs.models import Job, JobFile, JobQuerySet, JobState

LEASE = timedelta(seconds=120)
WRITE_INTERVAL = timedelta(seconds=1)


class JobCancelled(Exception):
    """Somebody asked for the job to stop; raised by :meth:`JobContext.check_cancelled`."""


class LeaseLost(Exception):
    """Another worker has taken the job over: stop, and leave no mark on it."""


class JobContext:
    """Handed to a handler. Everything written goes to the row only while this claim still holds it."""

    def __init__(self, job: Job, *, at: datetime, clock: Callable[[], datetime]) -> None:
        self.job_id = job.pk
        self.actor: Actor = job.actor
        self.at = at  # when this run of the job began
        self.attempt = job.attempts
        self._token = job.token
        self._clock = clock
        self._touched_at = at
        self._progress = {"done": job.done, "total": job.total, "stage": job.stage}

    def progress(self, *, done: int, total: int, stage: str = "") -> None:
        """Say how far the work is. Cheap: the row is written at most once a second, and once more at the end."""
        self._progress = {"done": done, "total": total, "stage": stage}
        self._touch()

    def check_cancelled(self) -> None:
        """Stop here, by :class:`JobCancelled`, when somebody asked for it. Cheap: looks at most once a second."""
        self._touch()

    def attach(self, name: str, path: Path | str) -> JobFile:
        """Leave the finished file at ``path`` for people to fetch as ``name``; the same name again replaces it."""
        path = Path(path)
        with path.open("rb") as file:
            digest = file_digest(file, "sha256").hexdigest()
        facts = {"path": str(path), "size": path.stat().st_size, "digest": digest}
        attached, _ = JobFile.objects.update_or_create(
            job_id=self.job_id, name=name, defaults=facts
        )
        return attached

    def beat(self) -> bool:
        """Prolong the lease; False when the job is no longer ours."""
        prolonged = self._mine().update(lease_until=self._clock() + LEASE)
        return prolonged == 1

    def finish(self, **fields: Any) -> bool:
        """Write the end of the job with the last progress; False when the job is no longer ours."""
        ended = self._mine().update(
            **self._progress,
            finished_at=self._clock(),
            lease_until=None,
            token="",
            **fields,
        )
        return ended == 1

    def give_back(self) -> None:
        """Put the job back into its queue: this process was told to end."""
        self._mine().update(state=JobState.QUEUED, lease_until=None, token="", nudged_at=None)

    def _touch(self) -> None:
        now = self._clock()
        if now - self._touched_at < WRITE_INTERVAL:
            return
        self._touched_at = now
        if self._mine().update(**self._progress, lease_until=now + LEASE) != 1:
            raise LeaseLost
        if Job.objects.filter(pk=self.job_id).exclude(cancel_requested_at=None).exists():
            raise JobCancelled

    def _mine(self) -> JobQuerySet:
        return Job.objects.filter(pk=self.job_id).held_by(self._token)
