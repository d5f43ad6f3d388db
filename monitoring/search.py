"""What of monitoring can be found."""

from django.urls import reverse

from core import search
from core.search import Hit, Source
from monitoring.enums import AlertState
from monitoring.models import Alert


def _alert_url(hit: Hit) -> str:
    return f"{reverse('monitoring:monitor', args=[hit.project, hit.ref])}#alert-{hit.pk}"


search.register(
    Source(
        kind="alert",
        group="Alerts",
        icon="activity",
        rows=lambda seen: Alert.objects.filter(seen.projects()),
        titles=("summary",),
        note=search.said("state", AlertState),
        ref="monitor__deployment__name",
        at="opened_at",
        url=_alert_url,
    ),
)
