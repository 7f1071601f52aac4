"""Page addresses of metering. A page's name begins with its menu item's (portal/pages/registry.py)."""

from django.urls import URLPattern, path

from metering.views import points, results, runs

app_name = "metering"

urlpatterns: list[URLPattern] = [
    path("points/", points.point_list, name="points"),
    path("points/<str:number>/", results.point_values, name="points-point"),
    path("runs/", runs.run_list, name="runs"),
    path("runs/<int:run_id>/", runs.run, name="runs-run"),
    path("runs/<int:run_id>/progress/", runs.progress, name="runs-progress"),
]
