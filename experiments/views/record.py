"""A run's record: status, metrics, params, tags, description, hypothesis and lineage."""

from typing import Any

from django.http import HttpRequest

from core.pages import now, user_of
from experiments import operations, queries, rules, runtable, tables
from experiments.enums import RunStatus
from experiments.models import Run
from projects import queries as project_queries
from projects.enums import ItemKind, ItemState
from projects.models import Project

MOST_ITEMS = 200
# Kept in tags by clients and by ourselves, shown elsewhere on the page.
HIDDEN = ("mlflow.log-model", operations.NOTE_TAG, "throughline.failure")


def record(request: HttpRequest, project: Project, run: Run) -> dict[str, Any]:
    """The context of `experiments/parts/record.html`, which the page of a run includes."""
    latest = queries.latest_metrics([run])[run.pk]
    tags = sorted((key, value) for key, value in run.tags.items() if not key.startswith(HIDDEN))
    return {
        "project": project,
        "run": run,
        "shade": runtable.shade_of(run),
        "tone": tables.RUN_TONES[RunStatus(run.status)],
        "seconds": (run.ended_at - run.started_at).total_seconds() if run.ended_at else None,
        "silent_since": runtable.silent_since(run, latest, now=now()),
        "failure": run.tags.get(operations.FAILURE_TAG),
        "note": run.tags.get(operations.NOTE_TAG, ""),
        "metrics": tables.figures(latest),
        "params": sorted(run.params.items()),
        "tags": [pair for pair in tags if not pair[0].startswith("mlflow.")],
        "client_tags": [pair for pair in tags if pair[0].startswith("mlflow.")],
        "why_not_edit": rules.why_not_train(user_of(request), project.pk),
        "inputs": run.inputs.select_related("dataset_version__dataset").order_by("pk"),
        "training": getattr(run, "training", None),
        "propose_url": _propose_url(project, run),
        **_hypothesis(project, run),
    }


def _propose_url(project: Project, run: Run) -> str:
    """Where the registry, an app above this one, takes a finished run as a model: an address, not an import."""
    return f"/p/{project.key}/models/new?run={run.run_id}" if run.status == RunStatus.FINISHED else ""


def _hypothesis(project: Project, run: Run) -> dict[str, Any]:
    """The work item that the run is for, and those that it could be for: experiments that go on."""
    item = queries.item_of(run)
    rows = project_queries.items(project).filter(kind=ItemKind.EXPERIMENT)
    choices = list(rows.exclude(state__in=[ItemState.DONE, ItemState.DROPPED]).order_by("-number")[:MOST_ITEMS])
    return {"item": item, "items": choices if item is None or item in choices else [item, *choices]}
