"""The tabs that the pages of work share."""

from typing import Any

from django.urls import reverse

from projects import queries
from projects.models import Project

TABS = (
    ("board", "Board"),
    ("backlog", "Backlog"),
    ("items", "All items"),
    ("sprints", "Sprints"),
    ("requests", "Requests"),
    ("work-settings", "Settings"),
)


def work_tabs(project: Project, here: str) -> list[dict[str, Any]]:
    """What the `tabs` component takes."""
    counts = {"requests": queries.requests(project).count() or None}
    return [
        {
            "label": label,
            "url": reverse(f"projects:{name}", args=[project.key]),
            "here": name == here,
            "count": counts.get(name),
        }
        for name, label in TABS
    ]
