"""Every address of the house. REST under /api/v1, the MLflow protocol under /api/2.0 and /p/KEY/api/2.0, pages else."""

from django.urls import URLPattern, URLResolver, include, path

from config import navigation

urlpatterns: list[URLPattern | URLResolver] = [
    path("p/<str:key>/rail/", navigation.rail_links, name="rail"),
    path("", include("core.urls")),
    path("api/v1/", include("core.api_urls")),
    path("", include("projects.urls")),
    path("api/v1/", include("projects.api_urls")),
    path("", include("experiments.urls")),
    path("api/v1/", include("experiments.api_urls")),
    path("", include("experiments.mlflow_urls")),
    path("", include("models_registry.urls")),
    path("api/v1/", include("models_registry.api_urls")),
    path("", include("models_registry.mlflow_urls")),
    path("", include("porting.urls")),
    path("api/v1/", include("porting.api_urls")),
    path("", include("monitoring.urls")),
    path("api/v1/", include("monitoring.api_urls")),
    path("", include("documents.urls")),
    path("api/v1/", include("documents.api_urls")),
    path("", include("inbox.urls")),
    path("api/v1/", include("inbox.api_urls")),
]

handler400 = "core.views.errors.bad_request"
handler403 = "core.views.errors.refused"
handler404 = "core.views.errors.not_found"
handler500 = "core.views.errors.server_error"
