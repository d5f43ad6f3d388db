"""Websockets."""

from django.urls import path

from projects.consumers import ProjectConsumer

websocket_urlpatterns = [path("ws/projects/<str:key>", ProjectConsumer.as_asgi())]
