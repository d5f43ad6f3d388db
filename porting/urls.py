"""Pages."""

from django.urls import path

from porting import views

app_name = "porting"

IMPORTS = "p/<str:key>/experiments/import"
EXPORTS = "p/<str:key>/experiments/export"

urlpatterns = [
    path(f"{IMPORTS}/", views.imports, name="imports"),
    path(f"{IMPORTS}/<int:import_id>/", views.one_import, name="import"),
    path(f"{IMPORTS}/<int:import_id>/report.csv", views.report, name="import-report"),
    path(f"{EXPORTS}/", views.exports, name="exports"),
    path(f"{EXPORTS}/<int:export_id>/file", views.export_file, name="export-file"),
]
