"""Five hundred projects, each with a scope, five risks and a light."""

from typing import Any

from benchmarks.within.visits import settle, signed_in, visit
from core.models import User
from projects import operations
from projects.models import Project, Scope
from tests.factories import now
from tests.projects.factories import make_risk

PROJECTS = 500


def measure() -> dict[str, Any]:
    _fill()
    settle()
    client = signed_in("bench")
    return {"": visit(client, "/"), ", as of a past day": visit(client, "/?as_of=2026-01-01")}


def _fill() -> None:
    by = User.objects.get(username="bench")
    for number in range(PROJECTS):
        project = operations.create_project(key=f"B{number}", name=f"Project {number}", purpose="", by=by, now=now())
        Scope.objects.filter(project=project).update(
            benefit_low=1000 * number,
            benefit_high=3000 * number,
            cost_low=100 * number,
            cost_high=90_000 + 500 * number,
        )
        for one in range(5):
            title, likelihood, impact = f"What may go wrong {one}", 1 + (number + one) % 5, 1 + (number * one) % 5
            make_risk(project, title=title, likelihood=likelihood, impact=impact)
        light = ("green", "amber", "red")[number % 3]
        operations.set_health(project=project, light=light, note="As the owner sees it", by=by, now=now())
    Project.objects.filter(key__startswith="B").update(created_at="2025-01-01T00:00:00Z")
