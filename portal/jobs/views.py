"""A job's page and the fragment of it that shows progress."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from portal.backoffice import acting
from portal.jobs.models import Job

STOP_POLLING = 286  # htmx ends its polling on this status


def job(request: HttpRequest, job_id: int) -> HttpResponse:
    """One job of the actor's organization: how far it is, how it ended, the files it left."""
    return render(request, "portal/job.html", {"job": _visible(request, job_id)})


def job_progress(request: HttpRequest, job_id: int) -> HttpResponse:
    """The part of the page that changes while the job runs."""
    found = _visible(request, job_id)
    status = STOP_POLLING if found.is_finished else 200
    return render(request, "portal/job_progress.html", {"job": found}, status=status)


def _visible(request: HttpRequest, job_id: int) -> Job:
    """The job, or 404 when there is none that this actor may know of."""
    return get_object_or_404(
        Job.objects.visible_to(acting(request)).prefetch_related("files"), pk=job_id
    )
