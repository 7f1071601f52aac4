"""Page addresses of the message files."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
