"""What people say of a run: its tags, description, hypothesis and discussion; and the runs of a hypothesis."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core.errors import Invalid
from core.numbers import whole_of
from core.pages import now, user_of
from experiments import operations, queries, runtable, tables
from experiments.enums import RunStatus
from experiments.models import Run
from experiments.views.record import record
from projects import queries as project_queries
from projects.enums import TESTING
from projects.models import Project, WorkItem
from projects.pages import project_page
from projects.views.comments import Room, talk

MOST_RUNS = 50


@project_page
@require_POST
def tag(request: HttpRequest, project: Project, run_id: str) -> HttpResponse:
    """Set a tag, or take it away (`act=remove`)."""
    run = queries.run_by_id(project=project, run_id=run_id)
    key, by = request.POST.get("key", "").strip(), user_of(request)
    if request.POST.get("act") == "remove":
        operations.delete_run_tag(run=run, key=key, by=by, now=now())
    else:
        operations.log_batch(run=run, tags={key: request.POST.get("value", "")}, by=by, now=now())
    return _record(request, project, run_id)


@project_page
@require_POST
def describe(request: HttpRequest, project: Project, run_id: str) -> HttpResponse:
    run = queries.run_by_id(project=project, run_id=run_id)
    operations.describe_run(run=run, text=request.POST.get("text", ""), by=user_of(request), now=now())
    return _record(request, project, run_id)


@project_page
@require_POST
def link(request: HttpRequest, project: Project, run_id: str) -> HttpResponse:
    """Say which hypothesis the run tests (`item`, a number), or none."""
    run = queries.run_by_id(project=project, run_id=run_id)
    item = _item(project, request.POST.get("item", ""))
    operations.link_run(run=run, item=item, by=user_of(request), now=now())
    return _record(request, project, run_id)


def _item(project: Project, text: str) -> WorkItem | None:
    if not text:
        return None
    number = whole_of(text)
    if number is None:
        raise Invalid(f"An item is a number: got {text[:40]!r}.", field="item")
    return project_queries.item(project, number)


def _record(request: HttpRequest, project: Project, run_id: str) -> HttpResponse:
    """The run's record as it is now; without htmx, its page."""
    if not getattr(request, "htmx", False):
        return redirect("experiments:run", key=project.key, run_id=run_id)
    run = queries.run_by_id(project=project, run_id=run_id)
    return render(request, "experiments/parts/record.html", record(request, project, run))


# --- discussion ------------------------------------------------------------------------------------------------------


def room(project: Project, run: Run) -> Room:
    names = ("experiments:run", "experiments:run-comments", "experiments:run-comment")
    return Room(operations.RUN_TALK, run, names, [project.key, run.run_id])


@project_page
@require_http_methods(["GET", "POST"])
def comments(request: HttpRequest, project: Project, run_id: str, comment_id: int | None = None) -> HttpResponse:
    return talk(request, project, room(project, queries.run_by_id(project=project, run_id=run_id)), comment_id)


# --- hypotheses ------------------------------------------------------------------------------------------------------


@project_page
@require_GET
def runs_of_item(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    """The runs that test a hypothesis: a part of its page."""
    item = project_queries.item(project, number)
    found = list(queries.runs_for(item)[:MOST_RUNS])
    latest = queries.latest_metrics(found)
    metrics = queries.metric_columns(latest.values(), first=project.scope.metric, at_most=3)
    rows = [
        (run, runtable.shade_of(run), tables.RUN_TONES[RunStatus(run.status)], _values(latest[run.pk], metrics))
        for run in found
    ]
    context = {"project": project, "item": item, "tests": item.kind in TESTING, "metrics": metrics}
    context |= {"rows": rows, "best": _best(item), "subject": f"workitem:{item.number}"}
    return render(request, "experiments/parts/item_runs.html", context)


def _best(item: WorkItem) -> dict[str, Any] | None:
    found = queries.movement(item)
    if found is None:
        return None
    change, number = found.change, runtable.shown_number
    return {
        "metric": found.metric,
        "run": found.run,
        "value": number(found.value),
        "baseline": number(found.baseline),
        "change": None if change is None else ("+" if change > 0 else "") + number(change),
    }


def _values(latest: list[queries.Latest], metrics: list[str]) -> list[tuple[str, str]]:
    values = {one.key: one.value for one in latest}
    return [(key, runtable.shown_number(values.get(key))) for key in metrics]
