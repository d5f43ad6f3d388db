"""A hundred thousand objects, and what one types to find one of them."""

from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django.test import Client

from benchmarks.within.visits import Visits, settle, signed_in, visit
from core.models import User
from core.search import words
from experiments.models import Run
from experiments.operations import ensure_experiment
from projects import operations
from projects.models import Project, Risk, WorkItem
from projects.roles import Role
from tests.factories import now

OBJECTS, PROJECTS, VISITS = 100_000, 40, 20
# As one types: two letters that stand everywhere, a rare name, words of two fields, a number, a mistake, and nothing.
TYPED = ("ru", "run", "run 77", "feature-drift-4711", "zzyzx", "learning late", "B7 drift", "4711", "lerning", "qx", "")


def measure() -> dict[str, Any]:
    _fill()
    words.gather()
    settle()
    return {"an administrator": _typed(signed_in("bench")), "a member of two projects": _typed(signed_in("member"))}


def _typed(client: Client) -> Visits:
    """The visits of all words together; what the words cost is printed."""
    found = {text: _search(client, text) for text in TYPED}
    print({text: [round(sorted(one[kind])[VISITS // 2]) for kind in ("wall", "cpu")] for text, one in found.items()})
    return {
        "wall": [ms for one in found.values() for ms in one["wall"]],
        "cpu": [ms for one in found.values() for ms in one["cpu"]],
        "queries": max(one["queries"] for one in found.values()),
        "kb": max(one["kb"] for one in found.values()),
    }


def _search(client: Client, text: str) -> Visits:
    return visit(client, f"/search/?{urlencode({'q': text, 'near': 'B1'})}", times=VISITS, is_part=True)


def _fill() -> None:
    """Projects of the usual make-up: mostly runs and items, and some risks."""

    by, member = User.objects.get(username="bench"), User.objects.get(username="member")
    for number in range(PROJECTS):
        project = operations.create_project(key=f"B{number}", name=f"Project {number}", purpose="", by=by, now=now())
        _fill_project(project, OBJECTS // PROJECTS)
        if number < 2:
            operations.add_member(project=project, user=member, role=Role.VIEWER, by=by, now=now())


def _fill_project(project: Project, count: int) -> None:
    by, at, risks, items = project.created_by, now(), count // 25, count * 9 // 25
    trials = ensure_experiment(project=project, name=f"Trials of {project.key}", by=by, now=at)
    run = {"project": project, "experiment": trials, "source": "mlflow", "status": "FINISHED", "started_at": at}
    titles = ("learning curves", "drift of features", "holdout")
    late = "What arrives late is counted as it stands."
    Run.objects.bulk_create(
        Run(run_id=uuid4().hex, name=f"run-{n} {'lgbm' if n % 7 else 'feature-drift'}-{n}", **run)
        for n in range(count - items - risks)
    )
    WorkItem.objects.bulk_create(
        WorkItem(
            project=project,
            number=n + 1,
            title=f"Item {n} {titles[n % 3]}",
            description=late,
            created_by=by,
            created_at=at,
        )
        for n in range(items)
    )
    rated = dict.fromkeys(("inherent_likelihood", "inherent_impact", "likelihood", "impact"), 3)
    Risk.objects.bulk_create(
        Risk(
            project=project,
            number=n + 1,
            title=f"Labels come late {n}",
            cause="Chargebacks",
            phase="data",
            created_by=by,
            created_at=at,
            **rated,
        )
        for n in range(risks)
    )
