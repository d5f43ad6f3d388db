"""From an empty portal to a first project: what comes next, computed from what is there. Apps add their own steps."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.urls import reverse

from core.models import Token, User
from projects import queries
from projects.models import Membership, Project, Scope
from projects.roles import Role


@dataclass(frozen=True)
class Step:
    """`path` lies below the project; `done` are rows of which there is one once the step is done, given the project as
    an outer reference."""

    order: int
    key: str
    label: str
    says: str
    action: str
    path: str
    done: Callable[[OuterRef], QuerySet[Any]]
    is_done: bool = False
    url: str = ""


_steps: dict[str, Step] = {}


def register(step: Step) -> None:
    _steps[step.key] = step


CREATE = Step(
    0,
    "project",
    "Create a project",
    "It begins with a question: who will decide what differently?",
    "Begin",
    "",
    lambda project: Project.objects.filter(pk=project),
)


def of_project(user: User, project: Project) -> list[Step]:
    """For whoever keeps the project, until all is done or they put it away: the steps in their order. One query, and
    one for the role."""
    if not user.shows_first_steps or queries.role_of(user, project.pk) != Role.OWNER:
        return []
    return _computed(project)


def of_user(user: User) -> list[Step]:
    """About the newest project that this user keeps; for whoever is in none, that one is to be made."""
    if not user.shows_first_steps:
        return []
    kept = Project.objects.filter(memberships__user=user, memberships__role=Role.OWNER)
    newest = kept.order_by("-pk").first()
    if newest is not None:
        return _computed(newest)
    if queries.visible_projects(user).exists():
        return []
    return [replace(CREATE, url=reverse("projects:create")), *(replace(step, url="") for step in _in_order())]


def _in_order() -> list[Step]:
    return sorted(_steps.values(), key=lambda step: step.order)


def _computed(project: Project) -> list[Step]:
    facts = {f"has_{step.key}": Exists(step.done(OuterRef("pk"))) for step in _in_order()}
    known: Any = Project.objects.filter(pk=project.pk).values(**facts, there=Value(True)).get()
    base = reverse("projects:overview", args=[project.key])
    steps = [
        replace(CREATE, is_done=True, url=base),
        *(replace(step, is_done=known[f"has_{step.key}"], url=base + step.path) for step in _in_order()),
    ]
    return [] if all(step.is_done for step in steps) else steps


def _company(project: OuterRef) -> QuerySet[Membership]:
    return Membership.objects.filter(project=project).filter(~Q(role=Role.OWNER))


register(
    Step(
        1,
        "team",
        "Invite the team",
        "A gate needs more than one person: add those who decide, build and check.",
        "Add people",
        "team/",
        _company,
    )
)
register(
    Step(
        2,
        "scope",
        "Begin the scope",
        "The decision, today's value, and what a model must reach to be of use.",
        "Write the scope",
        "scope/",
        lambda project: Scope.objects.filter(project=project, version__gt=1),
    )
)
register(
    Step(
        3,
        "notebook",
        "Connect a notebook",
        "Two lines of MLflow and a token: what you log arrives here.",
        "Connect",
        "experiments/connect",
        lambda project: Token.objects.filter(user__memberships__project=project, last_used_at__isnull=False),
    )
)
