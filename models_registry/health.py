"""What the registry knows of a project's health: which decisions it waits for."""

from collections.abc import Sequence
from datetime import datetime

from models_registry.enums import ReviewState
from models_registry.models import Review
from projects.enums import Health
from projects.health import LONG_D, Finding, days, health_finder
from projects.roles import Permission, roles_with


@health_finder
def waiting_reviews(project_ids: Sequence[int], now: datetime) -> list[tuple[int, Finding]]:
    """A review that is open is no trouble for a week, and amber from then on; it waits for whoever may decide."""
    rows = Review.objects.filter(project_id__among=project_ids, state=ReviewState.OPEN).order_by("requested_at", "pk")
    who = ", ".join(role.label.lower() for role in roles_with(Permission.REVIEW))
    return [
        (pk, _finding(number, at, days(at, now), who))
        for pk, number, at in rows.values_list("project_id", "number", "requested_at")
    ]


def _finding(number: int, at: datetime, waited: int, who: str) -> Finding:
    light = Health.AMBER if waited > LONG_D else Health.GREEN
    return Finding(light, f"Review {number} waits for {waited} days", waits_for=who, since=at)
