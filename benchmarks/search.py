"""A search among a hundred thousand objects: what the palette asks for as one types, by its page and all of it."""

import json
import os
import sys
import time
from typing import TYPE_CHECKING
from uuid import uuid4

import django

from benchmarks.table import Figure, percentile
from tests.product import PASSWORD, Product

if TYPE_CHECKING:
    from projects.models import Project

OBJECTS, PROJECTS, VISITS = 100_000, 40, 20
# As one types: two letters that stand everywhere, a rare name, words of two fields, a number, a mistake, and nothing.
TYPED = ("ru", "run", "run 77", "feature-drift-4711", "zzyzx", "learning late", "B7 drift", "4711", "lerning", "qx", "")


def measure() -> list[Figure]:
    with Product() as product:
        product.person("bench", admin=True)
        product.person("member")
        found = json.loads(product._run("-m", "benchmarks.search").splitlines()[-1])
    how = f"{OBJECTS} objects in {PROJECTS} projects, {len(TYPED)} different words {VISITS} times each in one process"
    return [
        Figure(f"search, server time, {who}, p95", percentile(times, 0.95) * 1000, 100, "ms", how)
        for who, times in found.items()
    ]


def main() -> int:
    """In a process of its own, with the settings of the product that was started."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from django.test import Client  # noqa: PLC0415 (settings are there only now)

    _fill()
    told, slowest = {}, {}
    for who, label in (("bench", "an administrator"), ("member", "a member of two projects")):
        client = Client()
        assert client.login(username=who, password=PASSWORD)
        times = {text: _visits(client, text) for text in TYPED}
        told[label] = [one for each in times.values() for one in each]
        slowest[label] = {text: round(percentile(each, 0.95) * 1000) for text, each in times.items()}
    print(slowest)
    print(json.dumps(told))
    return 0


def _visits(client: object, text: str) -> list[float]:
    wall = []
    for _ in range(VISITS + 2):
        began = time.perf_counter()
        answer = client.get("/search/", {"q": text, "near": "B1"}, headers={"host": "localhost", "hx-request": "true"})  # type: ignore[attr-defined]
        wall.append(time.perf_counter() - began)
        assert answer.status_code == 200
    return wall[2:]


def _fill() -> None:
    """Projects of the usual make-up: mostly runs and items, and some risks."""
    from django.db import connection  # noqa: PLC0415 (settings are there only now)

    from core.models import User  # noqa: PLC0415 (settings are there only now)
    from projects import operations  # noqa: PLC0415 (settings are there only now)
    from projects.roles import Role  # noqa: PLC0415 (settings are there only now)
    from tests.factories import now  # noqa: PLC0415 (settings are there only now)

    by, member = User.objects.get(username="bench"), User.objects.get(username="member")
    for number in range(PROJECTS):
        project = operations.create_project(key=f"B{number}", name=f"Project {number}", purpose="", by=by, now=now())
        _fill_project(project, OBJECTS // PROJECTS)
        if number < 2:
            operations.add_member(project=project, user=member, role=Role.VIEWER, by=by, now=now())
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _fill_project(project: "Project", count: int) -> None:
    from experiments.models import Run  # noqa: PLC0415 (settings are there only now)
    from experiments.operations import ensure_experiment  # noqa: PLC0415 (settings are there only now)
    from projects.models import Risk, WorkItem  # noqa: PLC0415 (settings are there only now)
    from tests.factories import now  # noqa: PLC0415 (settings are there only now)

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


if __name__ == "__main__":
    sys.exit(main())
