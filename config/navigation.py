"""The side rail: what every page shows around itself."""

from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from core.models import User
from core.shared import Shared
from experiments.models import Dataset, Run
from models_registry.enums import DeploymentState, ReviewState
from models_registry.models import Deployment, RegisteredModel, Review
from monitoring.enums import AlertState
from monitoring.models import Alert
from projects.enums import ItemState, RiskState, SprintState
from projects.models import Project, Risk, WorkItem
from projects.pages import project_page

# label, icon, address below the project's, key of "g then letter", which count, a space above
PLACES: list[tuple[str, str, str, str, str, bool]] = [
    ("Overview", "house", "", "o", "", False),
    ("Scope", "target", "scope/", "s", "", False),
    ("Risks", "triangle-alert", "risks/", "r", "risks", False),
    ("Board", "square-kanban", "board/", "b", "items", False),
    ("Sprints", "calendar-days", "sprints/", "k", "", False),
    ("Data", "database", "data/", "d", "datasets", True),
    ("Experiments", "chart-line", "experiments/", "e", "runs", False),
    ("Models", "box", "models/", "m", "models", False),
    ("Deployments", "rocket", "deployments/", "y", "deployments", False),
    ("Monitoring", "activity", "monitoring/", "n", "alerts", False),
    ("Reviews", "clipboard-check", "reviews/", "w", "reviews", True),
    ("Documents", "file-text", "documents/", "c", "", False),
    ("Team", "users", "team/", "t", "", False),
    ("Activity", "scroll-text", "activity/", "l", "", False),
]


# What changes a count: the rail fetches itself again.
LIVE = (
    "risk. item. sprint. dataset. run.scheduled run.started run.imported run.deleted run.restored model. deployment. "
    "alert. review."
)


def rail(request: HttpRequest) -> dict[str, Any]:
    """The frame's context. Fragments have no frame: they cost no query here."""
    user = getattr(request, "user", None)
    if getattr(request, "htmx", False) or not isinstance(user, User):
        return {}
    project: Project | None = getattr(request, "project", None)
    return {
        **_links(project, at=request.path),
        "account_url": reverse("core:account"),
        "sign_out_url": reverse("core:sign-out"),
        "project": project,
        "live_seq": project.stream.last_seq if project else 0,
    }


_shared = Shared[bytes]()


@project_page
def rail_links(request: HttpRequest, project: Project) -> HttpResponse:
    """The rail's links again, for the page at `?at=`: its counts are live, and the same for everybody."""
    at = request.GET.get("at", "")
    key = (project.pk, project.stream.last_seq, at)
    return HttpResponse(_shared.get(key, lambda: render(request, "ui/rail_links.html", _links(project, at=at)).content))


def _links(project: Project | None, *, at: str) -> dict[str, Any]:
    if project is None:
        return {"rail": _everywhere(at=at)}
    url = f"{reverse('rail', args=[project.key])}?{urlencode({'at': at})}"
    return {"rail": [*_everywhere(at=at), *_of_project(project, at=at)], "rail_url": url, "rail_live": LIVE}


def _everywhere(*, at: str) -> list[dict[str, Any]]:
    inbox = reverse("inbox:inbox")
    return [
        _link("Inbox", "inbox", inbox, "i", 0, here=at == inbox) | {"count_url": reverse("inbox:count")},
        _link("Portfolio", "layout-grid", "/", "p", 0, here=at == "/"),
    ]


def _of_project(project: Project, *, at: str) -> list[dict[str, Any]]:
    counts = _counts(project)
    base = f"/p/{project.key}/"
    return [
        _link(label, icon, base + below, key, counts.get(what, 0), here=_is_here(at, base, below))
        | {"group": project.name, "gap": gap, "hot": what == "alerts"}
        for label, icon, below, key, what, gap in PLACES
    ]


def _is_here(at: str, base: str, below: str) -> bool:
    return at.startswith(base + below) if below else at == base


def _link(label: str, icon: str, url: str, key: str, count: int, *, here: bool) -> dict[str, Any]:
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
        "reviews": Review.objects.filter(project=of, state=ReviewState.OPEN),
        "alerts": Alert.objects.filter(project=of).exclude(state=AlertState.RESOLVED),
    }
    counted = {f"{name}_total": _count(found) for name, found in rows.items()}
    row: Any = Project.objects.filter(pk=project.pk).values(**counted).get()
    return {name: row[f"{name}_total"] for name in rows}


def _count(rows: QuerySet[Any]) -> Coalesce:
    total = rows.order_by().values("project").annotate(total=Count("pk")).values("total")
    return Coalesce(Subquery(total, output_field=IntegerField()), 0)
