"""The REST API about oneself, about the API, and of what can be found."""

from django.urls import path
from drf_spectacular.views import SpectacularSwaggerSplitView

from core import api_views

app_name = "core-api"

urlpatterns = [
    path("me", api_views.MeView.as_view(), name="me"),
    path("tokens", api_views.TokensView.as_view(), name="tokens"),
    path("tokens/<int:pk>", api_views.TokenView.as_view(), name="token"),
    path("search", api_views.SearchView.as_view(), name="search"),
    path("schema", api_views.SchemaView.as_view(), name="schema"),
    path("docs", SpectacularSwaggerSplitView.as_view(url_name="core-api:schema"), name="docs"),
]
