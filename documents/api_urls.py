"""The REST API."""

from django.urls import path

from documents import api

app_name = "documents-api"

PROJECT = "projects/<str:key>"

urlpatterns = [
    path(f"{PROJECT}/documents", api.DocumentsView.as_view(), name="documents"),
    path(
        f"{PROJECT}/sprints/<int:number>/review/file/<str:form>",
        api.ReviewFileView.as_view(),
        name="sprint-review-file",
    ),
    path(f"{PROJECT}/documents/<str:kind>", api.DocumentView.as_view(), name="document"),
    path(f"{PROJECT}/documents/<str:kind>/paragraphs/<str:paragraph>", api.PassageView.as_view(), name="passage"),
    path(f"{PROJECT}/documents/<str:kind>/file/<str:form>", api.DocumentFileView.as_view(), name="file"),
]
