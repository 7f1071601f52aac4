"""Addresses of the jobs."""

from django.urls import path

from portal.jobs import views

app_name = "jobs"

urlpatterns = [
    path("<int:job_id>/", views.job, name="job"),
    path("<int:job_id>/progress/", views.job_progress, name="job-progress"),
]
