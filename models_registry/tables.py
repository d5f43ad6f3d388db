"""What pages show of models, reviews and deployments, as plain values."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.urls import reverse

from core import charts
from experiments.metric_names import LOWER_IS_BETTER
from experiments.models import Training
from models_registry import signatures
from models_registry.enums import DeploymentState, ReviewState, VersionState
from models_registry.models import Deployment, Evaluation, ModelVersion, Review
from models_registry.queries import signature_of
from projects.gates import Check
from projects.models import Project

VERSION_TONES = {
    VersionState.CANDIDATE: "",
    VersionState.IN_REVIEW: "warn",
    VersionState.APPROVED: "ok",
    VersionState.CHANGES_REQUESTED: "bad",
    VersionState.ARCHIVED: "",
}
REVIEW_TONES = {
    ReviewState.OPEN: "warn",
    ReviewState.APPROVED: "ok",
    ReviewState.CHANGES_REQUESTED: "bad",
    ReviewState.WITHDRAWN: "",
    ReviewState.STALE: "bad",
}
DEPLOYMENT_TONES = {DeploymentState.LIVE: "ok", DeploymentState.PAUSED: "warn", DeploymentState.RETIRED: ""}


def run_url(project: Project, run_id: str) -> str:
    return reverse("experiments:run", args=[project.key, run_id])


def dataset_url(project: Project, name: str, number: int) -> str:
    return reverse("experiments:version", args=[project.key, name, number])


def version_url(project: Project, version: ModelVersion) -> str:
    return reverse("models_registry:version", args=[project.key, version.model.name, version.number])


def lineage(
    project: Project, version: ModelVersion, training: Training | None, serving: Iterable[Deployment]
) -> list[dict[str, Any]]:
    """The line Dataset, Run, Version, Deployment, each with its address."""
    serving = list(serving)
    live = ", ".join(one.name for one in serving)
    url = reverse("models_registry:deployment", args=[project.key, serving[0].name]) if serving else ""
    return [
        _dataset_stage(project, training),
        _run_stage(project, version),
        {
            "label": "Version",
            "state": "done" if version.state == VersionState.APPROVED else "now",
            "note": f"{version.model.name} {version.number}",
            "url": version_url(project, version),
            "mono": True,
        },
        {"label": "Deployment", "state": "done" if live else "todo", "note": live, "url": url, "mono": True},
    ]


def _dataset_stage(project: Project, training: Training | None) -> dict[str, Any]:
    if training is None:
        return {"label": "Dataset", "state": "todo", "note": "not recorded here"}
    data = training.dataset_version
    url = dataset_url(project, data.dataset.name, data.number)
    return {"label": "Dataset", "state": "done", "note": str(data), "url": url, "mono": True}


def _run_stage(project: Project, version: ModelVersion) -> dict[str, Any]:
    if version.run is None:
        return {"label": "Run", "state": "todo", "note": "not recorded"}
    url = run_url(project, version.run.run_id)
    return {"label": "Run", "state": "done", "note": version.run.name, "url": url, "mono": True}


def judged_on(project: Project, chosen: Evaluation | None) -> dict[str, Any] | None:
    """On which data a version that was trained elsewhere is judged, and how far that is."""
    if chosen is None:
        return None
    data = chosen.dataset_version
    state = ("Failed", "bad") if chosen.error else ("Ready", "ok") if chosen.holdout_id else ("Being held out", "warn")
    return {
        "data": str(data),
        "url": dataset_url(project, data.dataset.name, data.number),
        "target": chosen.target,
        "said": state[0],
        "tone": state[1],
        "error": chosen.error,
        "rows": chosen.rows,
        "by": chosen.created_by,
        "at": chosen.created_at,
    }


def tally(checks: Iterable[Check]) -> dict[str, Any]:
    """How many checks are met, and the tone of it."""
    states = [check.state for check in checks]
    met = states.count("ok")
    tone = "ok" if met == len(states) else "bad" if "bad" in states else "warn"
    return {"met": met, "of": len(states), "tone": tone}


def compared(result: dict[str, Any] | None) -> list[dict[str, Any]]:
    """The rows of a comparison, or of a measurement without a champion."""
    if not result:
        return []
    if result.get("alone"):
        return [_alone(each) for each in result["alone"]]
    return [_against(each) for each in result["metrics"]]


def _against(each: dict[str, Any]) -> dict[str, Any]:
    words = {"b": ("Better", "ok"), "a": ("Worse", "bad")}
    said, tone = words.get(each["better"], ("No difference", ""))
    return {
        "metric": each["metric"],
        "lower": each["metric"] in LOWER_IS_BETTER,
        "champion": each["value_a"],
        "challenger": each["value_b"],
        "low": each["ci_low"],
        "estimate": each["difference"],
        "high": each["ci_high"],
        "said": said,
        "tone": tone,
    }


def _alone(each: dict[str, Any]) -> dict[str, Any]:
    return {
        "metric": each["metric"],
        "lower": each["metric"] in LOWER_IS_BETTER,
        "challenger": each["value"],
        "low": each["low"],
        "estimate": each["value"],
        "high": each["high"],
    }


def traffic_chart(counted: list[tuple[datetime, int]]) -> Any:
    labels = [f"{minute:%H:%M}" for minute, _ in counted]
    return charts.curve([charts.Series("predictions a minute", [float(n) for _, n in counted])], x_labels=labels)


def curl(deployment: Deployment, *, host: str) -> str:
    """A call that anybody may copy; the token is left to them."""
    row = json.dumps({"rows": [signatures.example_row(signature_of(deployment.live_version))]})
    path = reverse("models_registry-api:predict", args=[deployment.project.key, deployment.name])
    return (
        f'curl -H "Authorization: Bearer $THROUGHLINE_TOKEN" -H "Content-Type: application/json" \\\n'
        f"  -d {_quoted(row)} \\\n  {host}{path}"
    )


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def review_row(review: Review) -> dict[str, Any]:
    return {
        "review": review,
        "tone": REVIEW_TONES[ReviewState(review.state)],
        "url": reverse("models_registry:review", args=[review.project.key, review.number]),
    }
