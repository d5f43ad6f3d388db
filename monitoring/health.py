"""What monitoring knows of a project's health."""

from collections.abc import Sequence
from datetime import datetime

from monitoring.enums import AlertState
from monitoring.models import Alert
from projects.enums import Health
from projects.health import Finding, days, health_finder


@health_finder
def open_alerts(project_ids: Sequence[int], now: datetime) -> list[tuple[int, Finding]]:
    """An alert that nobody has acknowledged is red, one that somebody has is amber."""
    rows = Alert.objects.filter(project_id__among=project_ids, state__in=AlertState.open()).order_by("opened_at", "pk")
    return [
        (pk, Finding(Health.RED if state == AlertState.OPEN else Health.AMBER, f"{summary} ({days(at, now)} d)"))
        for pk, state, summary, at in rows.values_list("project_id", "state", "summary", "opened_at")
    ]
