"""The side rail: what every page shows around itself."""

from typing import Any

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.urls import reverse

from core.models import User
from experiments.models import Dataset, Run
from models_registry.enums import DeploymentState, ReviewState
from models_registry.models import Deployment, RegisteredModel, Review
from monitoring.enums import AlertState
from monitoring.models import Alert
from projects.enums import ItemState, RiskState, SprintState
from projects.models import Project, Risk, WorkItem
from projects.queries import visible_projects

# label, icon, address below the project's, key of "g then letter", which count, a space above
PLACES: list[tuple[str, str, str, str, str, bool]] = [
    ("Overview", "house", "", "o", "", False),
    ("Scope", "target", "scope/", "s", "", False),
    ("Risks", "triangle-alert", "risks/", "r", "risks", False),
    ("Board", "square-kanban", "board/", "b", "items", False),
    ("Data", "database", "data/", "d", "datasets", True),
    ("Experiments", "chart-line", "experiments/", "e", "runs", False),
    ("Models", "box", "models/", "m", "models", False),
    ("Deployments", "rocket", "deployments/", "y", "deployments", False),
    ("Monitoring", "activity", "monitoring/", "n", "alerts", False),
    ("Team", "users", "team/", "t", "", True),
    ("Activity", "scroll-text", "activity/", "a", "", False),
]


def rail(request: HttpRequest) -> dict[str, Any]:
    """The frame's context. Fragments have no frame: they cost no query here."""
    user = getattr(request, "user", None)
    if getattr(request, "htmx", False) or not isinstance(user, User):
        return {}
    project: Project | None = getattr(request, "project", None)
    return {
        "rail": [*_everywhere(request, user), *(_of_project(request, project) if project else [])],
        "account_url": reverse("core:account"),
        "sign_out_url": reverse("core:sign-out"),
        "project": project,
        "live_seq": project.stream.last_seq if project else 0,
    }


def _everywhere(request: HttpRequest, user: User) -> list[dict[str, Any]]:
    waiting = Review.objects.filter(state=ReviewState.OPEN, project__in=visible_projects(user))
    return [
        _link(request, "Portfolio", "layout-grid", "/", "p", 0),
        _link(request, "My reviews", "clipboard-check", "/reviews/", "v", waiting.count()),
    ]


def _of_project(request: HttpRequest, project: Project) -> list[dict[str, Any]]:
    counts = _counts(project)
    base = f"/p/{project.key}/"
    return [
        _link(request, label, icon, base + below, key, counts.get(what, 0), exact=not below)
        | {"group": project.name, "gap": gap, "hot": what == "alerts"}
        for label, icon, below, key, what, gap in PLACES
    ]


def _link(
    request: HttpRequest, label: str, icon: str, url: str, key: str, count: int, *, exact: bool = False
) -> dict[str, Any]:
    is_exact = exact or url == "/"
    here = request.path == url if is_exact else request.path.startswith(url)
    return {"label": label, "icon": icon, "url": url, "key": key, "count": count, "here": here}


def _counts(project: Project) -> dict[str, int]:
    """How many there are of each, in one query."""
    of = OuterRef("pk")
    rows: dict[str, QuerySet[Any]] = {
        "risks": Risk.objects.filter(project=of, state=RiskState.OPEN),
        "items": WorkItem.objects.filter(project=of, sprint__state=SprintState.ACTIVE).exclude(
            state__in=[ItemState.DONE, ItemState.DROPPED]
        ),
        "datasets": Dataset.objects.filter(project=of),
        "runs": Run.objects.filter(project=of),
        "models": RegisteredModel.objects.filter(project=of),
        "deployments": Deployment.objects.filter(project=of).exclude(state=DeploymentState.RETIRED),
        "alerts": Alert.objects.filter(project=of).exclude(state=AlertState.RESOLVED),
    }
    counted = {f"{name}_total": _count(found) for name, found in rows.items()}
    row: Any = Project.objects.filter(pk=project.pk).values(**counted).get()
    return {name: row[f"{name}_total"] for name in rows}


def _count(rows: QuerySet[Any]) -> Coalesce:
    total = rows.order_by().values("project").annotate(total=Count("pk")).values("total")
    return Coalesce(Subquery(total, output_field=IntegerField()), 0)
