"""A version's model card for other houses: our own JSON, Hugging Face's README, CycloneDX's `modelCard`."""

from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import yaml

from documents import paper
from documents.paper.blocks import paper_json
from models_registry import queries
from models_registry.models import Comparison, ModelVersion

SCHEMA = "throughline/model-card/v1"


def internal(card: paper.Paper, version: ModelVersion) -> dict[str, Any]:
    """The card with what programs ask for as numbers."""
    return {
        "schema": SCHEMA,
        "model": version.model.name,
        "version": version.number,
        "digest": version.digest,
        "state": version.state,
        "metrics": _metrics(version),
        "datasets": _datasets(version),
        "card": paper_json(card),
    }


def hugging_face(card: paper.Paper, version: ModelVersion) -> str:
    """A README.md whose front matter holds a `model-index`, as the Hub reads it."""
    task = _task(version)
    results = {
        "task": {"type": task},
        "dataset": {"name": next(iter(_datasets(version)), {}).get("name", "holdout"), "type": "tabular"},
        "metrics": [{"type": one["name"], "name": one["name"], "value": one["value"]} for one in _metrics(version)],
    }
    front: dict[str, Any] = {"library_name": "sklearn", "pipeline_tag": task, "tags": ["tabular"]}
    if results["metrics"]:
        front["model-index"] = [{"name": str(version), "results": [results]}]
    return f"---\n{yaml.safe_dump(front, sort_keys=False, allow_unicode=True)}---\n\n{paper.written(card)}"


def cyclonedx(version: ModelVersion, *, now: datetime) -> dict[str, Any]:
    """A CycloneDX 1.6 document with the version as a machine-learning model, and its data and packages beside it."""
    ref = f"model:{version.public_id}"
    scope = version.project.scope
    card = {
        "modelParameters": {
            "task": _task(version),
            "datasets": [
                {"type": "dataset", "name": one["name"], "description": f"{one['as']}, digest {one['digest']}"}
                for one in _datasets(version)
            ],
        },
        "quantitativeAnalysis": {"performanceMetrics": [_performance(one) for one in _metrics(version)]},
        "considerations": {
            "useCases": [scope.decision] if scope.decision else [],
            "technicalLimitations": [one.title for one in version.project.risks.order_by("number")],
        },
    }
    component = {
        "type": "machine-learning-model",
        "bom-ref": ref,
        "name": version.model.name,
        "version": str(version.number),
        "hashes": [{"alg": "SHA-256", "content": version.digest}],
        "modelCard": card,
    }
    if version.description:
        component["description"] = version.description
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": uuid5(NAMESPACE_URL, f"{version.project.key}/{version.public_id}/{version.digest}").urn,
        "version": version.version,
        "metadata": {"timestamp": now.isoformat(), "component": component},
        "components": [],
    }


def _performance(one: dict[str, Any]) -> dict[str, Any]:
    found = {"type": one["name"], "value": repr(one["value"])}
    if one["low"] is None:
        return found
    return found | {"confidenceInterval": {"lowerBound": repr(one["low"]), "upperBound": repr(one["high"])}}


def _metrics(version: ModelVersion) -> list[dict[str, Any]]:
    """Those of the last comparison on the holdout, the interval where there is one; else those of its run."""
    rows = Comparison.objects.filter(challenger=version, result__isnull=False).order_by("-pk")
    result = (rows.values_list("result", flat=True).first()) or {}
    if alone := result.get("alone"):
        return [{"name": one["metric"], "value": one["value"], "low": one["low"], "high": one["high"]} for one in alone]
    if compared := result.get("metrics"):
        return [{"name": one["metric"], "value": one["value_b"], "low": None, "high": None} for one in compared]
    found = queries.metrics_of_run(version)
    return [{"name": name, "value": value, "low": None, "high": None} for name, value in found]


def _datasets(version: ModelVersion) -> list[dict[str, str]]:
    rows = version.run.inputs.order_by("pk") if version.run else []
    return [{"name": one.name, "digest": one.digest, "as": one.context} for one in rows]


def _task(version: ModelVersion) -> str:
    output = (queries.signature_of(version) or {}).get("output") or {}
    return "tabular-regression" if output.get("task") == "regression" else "tabular-classification"
