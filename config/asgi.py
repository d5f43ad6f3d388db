"""HTTP and websockets in one application."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from django.core.asgi import get_asgi_application

http = get_asgi_application()

from channels.auth import AuthMiddlewareStack  # noqa: E402 (needs the apps to be ready)
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402

from experiments.mlflow import hot as tracking  # noqa: E402
from experiments.mlflow.lean import LeanDoor  # noqa: E402
from inbox.routing import websocket_urlpatterns as of_inboxes  # noqa: E402
from models_registry.mlflow import hot as registry  # noqa: E402
from projects.routing import websocket_urlpatterns as of_projects  # noqa: E402

application = ProtocolTypeRouter(
    {
        # The calls that clients of MLflow make most have a short way; Django's door stands behind it.
        "http": LeanDoor([*tracking.ROUTES, *registry.ROUTES], otherwise=http),
        "websocket": AuthMiddlewareStack(URLRouter([*of_projects, *of_inboxes])),
    }
)
