"""The REST API about oneself, and about the API."""

from django.urls import path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from core import api_views

app_name = "core-api"

urlpatterns = [
    path("me", api_views.MeView.as_view(), name="me"),
    path("tokens", api_views.TokensView.as_view(), name="tokens"),
    path("tokens/<int:pk>", api_views.TokenView.as_view(), name="token"),
    path("schema", SpectacularAPIView.as_view(), name="schema"),
    path("docs", SpectacularSwaggerSplitView.as_view(url_name="core-api:schema"), name="docs"),
]
