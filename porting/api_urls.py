"""The REST API."""

from django.urls import path

from porting.api import exports, imports

app_name = "porting-api"

PROJECT = "projects/<str:key>"

urlpatterns = [
    path(f"{PROJECT}/imports", imports.ImportsView.as_view(), name="imports"),
    path(f"{PROJECT}/imports/<int:import_id>", imports.ImportView.as_view(), name="import"),
    path(f"{PROJECT}/imports/<int:import_id>/notes", imports.ImportNotesView.as_view(), name="import-notes"),
    path(f"{PROJECT}/exports", exports.ExportsView.as_view(), name="exports"),
    path(f"{PROJECT}/exports/<int:export_id>", exports.ExportView.as_view(), name="export"),
    path(f"{PROJECT}/exports/<int:export_id>/file", exports.ExportFileView.as_view(), name="export-file"),
]
