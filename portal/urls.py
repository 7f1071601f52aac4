"""Composes every app's addresses by dotted name, so that it imports none of them."""

from django.urls import URLPattern, URLResolver, include, path

from portal.backoffice import site

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("portal.pages.urls")),
    path("", include("metering.urls")),
    path("", include("edi.urls")),
    path("jobs/", include("portal.jobs.urls")),
    path("accounts/", include("allauth.urls")),
    path("backoffice/", site.urls),
]
