"""Back office of the jobs: look, cancel, run again."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from portal import backoffice
from portal.errors import DomainError
from portal.jobs import runner, tasks
from portal.jobs.models import Job
from portal.timekeeping import clock


@admin.register(Job, site=backoffice.site)
class JobAdmin(backoffice.ReadOnlyMixin, backoffice.ModelAdmin[Job]):
    """Rows are written by the runner alone."""

    list_display = (
        "id",
        "kind",
        "state",
        "queue",
        "done",
        "total",
        "stage",
        "actor_label",
        "created_at",
        "error_code",
    )
    list_filter = ("state", "kind", "queue")
    search_fields = ("=key", "=id")
    show_full_result_count = False
    actions = ("cancel", "retry")

    def has_steer_permission(self, request: HttpRequest) -> bool:
        """Asked of the account's permissions, past the read-only mixin."""
        return request.user.has_perm("jobs.change_job")

    @admin.action(description="選択したジョブを中止する", permissions=["steer"])
    def cancel(self, request: HttpRequest, chosen: QuerySet[Job]) -> None:
        """Ask each chosen job to stop."""
        self._each(request, chosen, runner.cancel)

    @admin.action(description="選択したジョブを再実行する", permissions=["steer"])
    def retry(self, request: HttpRequest, chosen: QuerySet[Job]) -> None:
        """Queue each chosen job again."""
        self._each(request, chosen, runner.retry)
        tasks.nudge(*chosen)

    def _each(self, request: HttpRequest, chosen: QuerySet[Job], step: Callable[..., Any]) -> None:
        at: datetime = clock.now()
        for job in chosen:
            try:
                step(job.pk, actor=backoffice.acting(request), at=at)
            except DomainError as error:
                self.message_user(request, f"{job}: {error.message.ja}", messages.ERROR)
