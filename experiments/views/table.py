"""All runs of a project in a table: filtered, sorted, grouped, folded, measured against a baseline."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from core.errors import Invalid
from core.numbers import whole_of
from core.pages import now, user_of
from experiments import listing, operations, queries, rules, runtable
from experiments.filtering import MAX_LENGTH, Names, Unreadable, offers, parse, quoted_name, quoted_text
from experiments.filtering.compiling import filtered
from experiments.listing import Column
from experiments.models import Run
from experiments.runtable import Look
from projects.models import Project
from projects.pages import part_of, project_page

PAGE = 50
MAX_ACTED_ON = 100


@project_page
@require_GET
def experiments(request: HttpRequest, project: Project) -> HttpResponse:
    look = Look.of(request.GET)
    part = part_of(request)
    if part == "tabs":
        shown = {"project": project, "look": look, "tabs": _tabs(project, look)}
        return render(request, "experiments/parts/run_tabs.html", shown)
    context = _context(request, project, look)
    status = 422 if context["filter_error"] else 200
    if part == "runs":
        return render(request, "experiments/parts/runs.html", context, status=status)
    more = {"tabs": _tabs(project, look), **_tools(request, project, look, context["columns"])}
    return render(request, "experiments/experiments.html", context | more, status=status)


def _context(request: HttpRequest, project: Project, look: Look) -> dict[str, Any]:
    rows, error = _wanted(project, look)
    context = {
        "project": project,
        "look": look,
        "filter_error": error,
        "columns": [],
        "total": listing.count_up_to(rows) if error is None else 0,
        "counted": listing.COUNTED,
        "why_not": rules.why_not_train(user_of(request), project.pk),
    }
    if error is not None:
        return context
    return context | (_groups(project, look, rows) if look.group else _table(project, look, rows))


def _wanted(project: Project, look: Look) -> tuple[QuerySet[Run], str | None]:
    """The runs that the look asks for, and what is wrong with its filter."""
    rows = listing.active_runs(project, deleted=look.deleted)
    chosen = runtable.experiment_of(look)
    if chosen is not None:
        rows = rows.filter(experiment=chosen)
    try:
        return filtered(rows, look.query), None
    except Invalid as exc:
        return rows.none(), exc.message


def _table(project: Project, look: Look, rows: QuerySet[Run]) -> dict[str, Any]:
    """A page of runs with as many queries for fifty as for one."""
    sort, descending = look.ordering()
    roots = listing.without_children(rows) if look.is_folded else rows
    page = listing.page_of(roots, sort=sort, descending=descending, after=look.after, size=PAGE)
    counts = listing.child_counts(rows, page.runs) if look.is_folded else {}
    opened = [run for run in page.runs if run.run_id in look.opened]
    children = listing.children_of(rows, opened)
    baseline = _baseline(project, look)
    shown = [*page.runs, *(one for some in children.values() for one in some)]
    values = _values(project, look, shown, baseline)
    return {
        "columns": values.columns,
        "heads": runtable.heads(look, values.columns),
        "name_head": runtable.head(look, Column("attribute", "name")),
        "took_head": runtable.head(look, Column("attribute", "took")),
        "started_head": runtable.head(look, Column("attribute", "started")),
        "baseline": _baseline_row(look, baseline, values) if baseline else None,
        "rows": list(_rows(look, page.runs, children, counts, values)),
        "no_baseline_url": look.with_(baseline="", after=look.after),
        "older_url": look.with_(after=page.after) if page.after else "",
        "newest_url": look.with_() if look.after else "",
    }


def _values(project: Project, look: Look, shown: list[Run], baseline: Run | None) -> runtable.Values:
    latest = queries.latest_metrics([*shown, *([baseline] if baseline else [])])
    running = [run for run in shown if run.ended_at is None]
    return runtable.Values(
        latest=latest,
        courses=listing.courses(latest, running),
        columns=runtable.columns_of(look, shown, latest, first=project.scope.metric),
        baseline=baseline,
        now=now(),
    )


def _baseline(project: Project, look: Look) -> Run | None:
    """The run that all others are measured against; an address that names none has none."""
    if not look.baseline:
        return None
    rows = Run.objects.select_related("experiment", "created_by", "training__job")
    return rows.filter(project=project, run_id=look.baseline).first()


def _baseline_row(look: Look, baseline: Run, values: runtable.Values) -> runtable.RunRow:
    return runtable.run_row(baseline, values)


def _rows(
    look: Look,
    runs: Sequence[Run],
    children: dict[str, list[Run]],
    counts: dict[str, int],
    values: runtable.Values,
) -> Any:
    for run in runs:
        opened = tuple(one for one in look.opened if one != run.run_id)
        is_open = run.run_id in look.opened
        yield runtable.run_row(
            run,
            values,
            child_count=counts.get(run.run_id, 0),
            is_open=is_open,
            fold_url=look.with_(opened=opened if is_open else (*opened, run.run_id), after=look.after),
            baseline_url=look.with_(baseline=run.run_id, after=look.after),
            parent_id="" if look.is_folded else run.tags.get(listing.PARENT_TAG, ""),
        )
        for child in children.get(run.run_id, []):
            url = look.with_(baseline=child.run_id, after=look.after)
            yield runtable.run_row(child, values, is_child=True, baseline_url=url)


# --- groups ----------------------------------------------------------------------------------------------------------


def _groups(project: Project, look: Look, rows: QuerySet[Run]) -> dict[str, Any]:
    by = listing.column(look.group)
    columns = [listing.column(spec) for spec in look.columns]
    metrics = runtable.shown_metrics(columns, listing.known_names(rows))
    groups = listing.grouped(rows, by, metrics)
    return {
        "columns": columns,
        "group": by,
        "group_metrics": metrics,
        "groups": runtable.group_rows(groups, metrics, lambda value: _url_of_group(look, by, value)),
        "is_cut": len(groups) == listing.MAX_GROUPS,
    }


def _url_of_group(look: Look, by: Column, value: str | None) -> str:
    """To the runs of a group: its value becomes part of the filter. Empty where no filter can say it."""
    clause = _clause(by, value)
    if not clause:
        return ""
    query = f"({look.query}) AND {clause}" if look.query else clause
    return look.with_(group="", query=query)


def _clause(by: Column, value: str | None) -> str:
    if by.kind in ("parameter", "tag"):
        name = quoted_name(by.kind, by.key)
        if value is None:
            return f"{name} IS NULL"
    else:
        name = {"status": "status", "user": "user_id"}.get(by.key, "")
    try:
        return f"{name} = {quoted_text(value)}" if name and value is not None else ""
    except ValueError:
        return ""


# --- what stands around the table ------------------------------------------------------------------------------------


def _tools(request: HttpRequest, project: Project, look: Look, chosen: Sequence[Column]) -> dict[str, Any]:
    """The filter's box, the column picker and the choice of a group."""
    known = listing.known_names(listing.active_runs(project, deleted=look.deleted))
    kept = [(name, value) for name, value in look.pairs() if name not in ("after", "open")]
    return {
        "choices": runtable.choices(known, chosen),
        "group_choices": _group_choices(look, known),
        "kept_by_filter": [pair for pair in kept if pair[0] not in ("q", "group")],
        "kept_by_columns": [pair for pair in kept if pair[0] != "col"],
        "deleted_url": look.with_(deleted=not look.deleted, group="", opened=()),
        "plain_columns_url": look.with_(columns=()),
        "tracking_uri": request.build_absolute_uri(f"/p/{project.key}"),
    }


def _group_choices(look: Look, known: listing.Known) -> list[tuple[str, str, bool]]:
    specs = [("attributes.experiment", "Experiment"), ("attributes.status", "State"), ("attributes.user", "Person")]
    specs += [(f"params.{key}", f"params.{key}") for key in known.params]
    specs += [(f"tags.{key}", f"tags.{key}") for key in known.tags if not key.startswith("mlflow.")]
    if look.group and look.group not in [spec for spec, _ in specs]:
        specs.append((look.group, look.group))
    return [(spec, label, spec == look.group) for spec, label in specs]


def _tabs(project: Project, look: Look) -> list[dict[str, Any]]:
    counted = queries.experiments_with_counts(project)[:20]
    every = replace(look, experiment="", after="", opened=())
    return [
        _tab(every, "All runs", "", sum(count for _, count in counted), look),
        *(_tab(every, one.name[:40], str(one.pk), count, look) for one, count in counted),
    ]


def _tab(look: Look, label: str, experiment: str, count: int, here: Look) -> dict[str, Any]:
    url = look.with_(experiment=experiment)
    return {"label": label, "url": url, "here": here.experiment == experiment, "count": count}


@project_page
@require_GET
def assist(request: HttpRequest, project: Project) -> JsonResponse:
    """What is wrong with the filter being typed (`?q=&at=`), and what could stand at the cursor."""
    text, at = request.GET.get("q", "")[: MAX_LENGTH + 1], whole_of(request.GET.get("at", ""))
    cursor = len(text) if at is None else min(at, len(text))
    known = listing.known_names(listing.active_runs(project))
    values = {("parameter", key): found for key, found in known.params.items()}
    values |= {("tag", key): found for key, found in known.tags.items()}
    names = Names(metrics=known.metrics, params=[*known.params], tags=[*known.tags], values=values)
    offered = [asdict(one) for one in offers(text, cursor, names)]
    return JsonResponse({"error": _error(text), "offers": offered})


def _error(text: str) -> dict[str, Any] | None:
    try:
        parse(text)
    except Unreadable as exc:
        return {"message": exc.message, "position": exc.position, "is_unfinished": exc.position >= len(text.rstrip())}
    return None


@project_page
@require_POST
def act(request: HttpRequest, project: Project) -> HttpResponse:
    """Delete or restore the runs chosen: all of them or none."""
    verb, chosen = request.POST.get("act", ""), list(dict.fromkeys(request.POST.getlist("run")))
    if verb not in ("delete", "restore"):
        raise Invalid(f"Runs are deleted or restored: got {verb[:40]!r}.", field="act")
    if not 1 <= len(chosen) <= MAX_ACTED_ON:
        raise Invalid(f"Choose 1 to {MAX_ACTED_ON} runs: got {len(chosen)}.", field="run")
    operation = operations.delete_run if verb == "delete" else operations.restore_run
    with transaction.atomic():
        for run_id in chosen:
            run = queries.run_by_id(project=project, run_id=run_id)
            operation(run=run, by=user_of(request), now=now())
    what = f"{len(chosen)} run{'s' if len(chosen) > 1 else ''}"
    messages.success(request, f"{what} deleted. They can be restored." if verb == "delete" else f"{what} restored.")
    return redirect(_back(request, project))


def _back(request: HttpRequest, project: Project) -> str:
    target = request.POST.get("next", "")
    page = reverse("experiments:experiments", args=[project.key])
    if url_has_allowed_host_and_scheme(target, allowed_hosts=None) and target.startswith(page):
        return target
    return page
