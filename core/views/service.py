"""What machines ask about the service itself."""

import hmac

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from core import health, metrics
from core.pages import public


@public
@never_cache
@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return JsonResponse({"status": "live"})


@public
@never_cache
@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """Everything it needs answers too; else 503 and the names of what is not ready."""
    missing = health.problems()
    body = {"status": "not ready" if missing else "ready", "not_ready": missing}
    return JsonResponse(body, status=503 if missing else 200)


@public
@never_cache
@require_safe
def prometheus(request: HttpRequest) -> HttpResponse:
    """Prometheus text: counts of jobs, deliveries and events, no names. With METRICS_TOKEN set, only to its bearer."""
    expected = settings.METRICS_TOKEN
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if expected and not hmac.compare_digest(given, expected):
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    return HttpResponse(generate_latest(metrics.registry()), content_type=CONTENT_TYPE_LATEST)
