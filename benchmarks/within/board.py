"""A project whose sprint has two thousand cards and whose backlog has ten thousand, beside one with 120 of each."""

from datetime import timedelta
from typing import Any

from benchmarks.within.visits import settle, signed_in, visit
from core.models import User
from projects import operations
from projects.models import Project, Sprint, WorkItem
from tests.factories import now

CARDS, BACKLOG, FEW = 2000, 10_000, 120
PAGES = {
    "board": "/p/{}/board/",
    "board's live fragment": "/p/{}/board/?part=board",
    "next cards of a lane": "/p/{}/board/?part=lane&lane=ready&from=20",
    "backlog": "/p/{}/board/backlog/",
    "table of all items": "/p/{}/board/all/",
    "table of items, filtered and ordered": "/p/{}/board/all/?q=drift&priority=high&sort=-points",
    "board of all items": "/p/{}/board/all/?layout=board",
}


def measure() -> dict[str, Any]:
    by = User.objects.get(username="bench")
    _fill(by, "BIG", cards=CARDS, backlog=BACKLOG)
    _fill(by, "SML", cards=FEW, backlog=FEW)
    settle()
    client = signed_in("bench")
    found = {}
    for name, path in PAGES.items():
        found[name] = {key: visit(client, path.format(key), is_part="part=" in path) for key in ("SML", "BIG")}
    return found


def _fill(by: User, key: str, *, cards: int, backlog: int) -> None:
    project = operations.create_project(key=key, name=f"Project {key}", purpose="", by=by, now=now())
    today = now().date()
    sprint = operations.plan_sprint(
        project=project, goal="Measure", start_date=today, end_date=today + timedelta(days=13), by=by, now=now()
    )
    operations.start_sprint(sprint=sprint, by=by, now=now())
    WorkItem.objects.bulk_create(_items(project, sprint, 0, cards), batch_size=1000)
    WorkItem.objects.bulk_create(_items(project, None, cards, backlog), batch_size=1000)


def _items(project: Project, sprint: Sprint | None, first: int, count: int) -> list[WorkItem]:
    """Of all states, with labels, points and people as a team has them."""
    by, at = project.created_by, now()
    states = ("ready", "in_progress", "review", "done") if sprint else ("backlog", "ready")
    return [
        WorkItem(
            project=project,
            sprint=sprint,
            number=first + n + 1,
            title=f"Item {first + n}: {('learning curves', 'drift of features', 'holdout')[n % 3]}",
            description="What arrives late is counted as it stands.",
            state=states[n % len(states)],
            rank=float(n),
            points=n % 8 or None,
            priority=n % 5,
            labels=["data", "model"][: n % 3],
            assignee=by if n % 2 else None,
            moved_at=at,
            created_by=by,
            created_at=at,
        )
        for n in range(count)
    ]
