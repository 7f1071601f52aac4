"""Addresses of the portal-wide pages."""

from django.contrib.auth.decorators import login_not_required
from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import set_language

from portal.pages import views

pages = [
    path("", views.home, name="home"),
    path("help/", views.help_page, name="help"),
    path("credits/", views.credits_page, name="credits"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include((pages, "pages"))),
    path("language/", login_not_required(set_language), name="set_language"),
]
