"""Pages."""

from django.urls import path

from documents import views

app_name = "documents"

urlpatterns = [
    path("p/<str:key>/documents/", views.documents, name="documents"),
    path("p/<str:key>/sprints/<int:number>/review.<str:form>", views.review_file, name="sprint-review"),
    path("p/<str:key>/documents/<str:kind>/", views.document, name="document"),
    path("p/<str:key>/documents/<str:kind>/write/<str:paragraph>/", views.write, name="write"),
    path("p/<str:key>/documents/<str:kind>/<str:form>", views.document_file, name="file"),
]
