"""Page addresses of the message files."""

from django.urls import URLPattern, path

from edi import views

app_name = "edi"

urlpatterns: list[URLPattern] = [
    path("files/", views.file_list, name="files"),
    path("files/<int:file_id>/", views.fetch, name="files-fetch"),
]
