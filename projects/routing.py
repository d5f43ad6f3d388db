"""Websockets."""

from django.urls import path

from projects.consumers import PortfolioConsumer, ProjectConsumer

websocket_urlpatterns = [
    path("ws/projects/<str:key>", ProjectConsumer.as_asgi()),
    path("ws/portfolio", PortfolioConsumer.as_asgi()),
]
