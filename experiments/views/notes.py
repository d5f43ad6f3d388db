"""What people say of a run: its tags, description, hypothesis and discussion; and the runs of a hypothesis."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from core.errors import Invalid
from core.pages import now, user_of
from experiments import operations, queries, rules, runtable, tables
from experiments.enums import RunStatus
from experiments.models import Run
from experiments.views.record import record
from projects import queries as project_queries
from projects.models import Project, WorkItem
from projects.pages import project_page

MOST_COMMENTS = 200
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
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise Invalid(f"An item is a number: got {text[:40]!r}.", field="item")
    return project_queries.item(project, int(text))


def _record(request: HttpRequest, project: Project, run_id: str) -> HttpResponse:
    """The run's record as it is now; without htmx, its page."""
    if not getattr(request, "htmx", False):
        return redirect("experiments:run", key=project.key, run_id=run_id)
    run = queries.run_by_id(project=project, run_id=run_id)
    return render(request, "experiments/parts/record.html", record(request, project, run))


# --- discussion ------------------------------------------------------------------------------------------------------


@project_page
@require_POST
def comment(request: HttpRequest, project: Project, run_id: str) -> HttpResponse:
    run = queries.run_by_id(project=project, run_id=run_id)
    operations.add_comment(run=run, text=request.POST.get("text", ""), by=user_of(request), now=now())
    return _discussion(request, project, run)


@project_page
@require_POST
def change_comment(request: HttpRequest, project: Project, run_id: str, comment_id: int) -> HttpResponse:
    """Change one's own comment, or delete it (`act=delete`)."""
    run = queries.run_by_id(project=project, run_id=run_id)
    found = queries.comment_by_id(run=run, comment_id=comment_id)
    if request.POST.get("act") == "delete":
        operations.delete_comment(comment=found, by=user_of(request), now=now())
    else:
        operations.change_comment(comment=found, text=request.POST.get("text", ""), by=user_of(request), now=now())
    return _discussion(request, project, run)


def _discussion(request: HttpRequest, project: Project, run: Run) -> HttpResponse:
    if not getattr(request, "htmx", False):
        return redirect(reverse("experiments:run", args=[project.key, run.run_id]) + "#discussion")
    return render(request, "experiments/parts/discussion.html", discussion(request, project, run))


def discussion(request: HttpRequest, project: Project, run: Run) -> dict[str, Any]:
    """The context of `experiments/parts/discussion.html`, which the page of a run includes."""
    newest = queries.comments_on(run).order_by("-pk")[:MOST_COMMENTS]
    return {
        "project": project,
        "run": run,
        "me": user_of(request),
        "comments": list(reversed(newest)),
        "why_not_discuss": rules.why_not_discuss(user_of(request), project.pk),
    }


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
    context = {"project": project, "item": item, "metrics": metrics, "rows": rows, "best": _best(item)}
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
