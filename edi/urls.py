"""Page addresses of the message files."""

from django.urls import URLPattern, path

from edi.views import completeness, files

app_name = "edi"

urlpatterns: list[URLPattern] = [
    path("files/", files.file_list, name="files"),
    path("files/completeness/", completeness.day_statements, name="files-completeness"),
    path("files/<int:file_id>/", files.fetch, name="files-fetch"),
]
