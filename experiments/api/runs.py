"""REST: runs, what they measured, and their files."""

import base64
import math
from typing import Any

from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import page, valid
from core.errors import BadRequest
from core.files import attachment
from core.numbers import whole_of
from experiments import operations, queries
from experiments.api.filtering import filters
from experiments.api.notes import RunBody, revise
from experiments.enums import RunSource, RunStatus
from experiments.filtering.compiling import filtered
from experiments.models import Artifact, MetricPoint, Run, RunInput
from projects.api.shapes import PageShape, PersonShape, caller, person_json
from projects.api_base import ProjectApiView

MAX_POINTS = 1000


class MetricShape(serializers.Serializer[Any]):
    key = serializers.CharField()
    value = serializers.JSONField(help_text="A number, or “NaN”, “Infinity” or “-Infinity”.")
    step = serializers.IntegerField()
    timestamp_ms = serializers.IntegerField()


class RunShape(serializers.Serializer[Any]):
    run_id = serializers.CharField()
    name = serializers.CharField()
    experiment = serializers.CharField()
    experiment_id = serializers.CharField()
    source = serializers.ChoiceField(choices=RunSource.choices)  # type: ignore[assignment]  # a field called source
    status = serializers.ChoiceField(choices=RunStatus.choices)
    params = serializers.DictField(child=serializers.CharField())
    tags = serializers.DictField(child=serializers.CharField())
    metrics = MetricShape(many=True)
    created_by = PersonShape(allow_null=True)
    started_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)
    url = serializers.CharField()


class InputShape(serializers.Serializer[Any]):
    name = serializers.CharField()
    digest = serializers.CharField()
    context = serializers.CharField()  # type: ignore[assignment]  # a field called context
    dataset = serializers.CharField(allow_null=True)
    number = serializers.IntegerField(allow_null=True)


class WholeRunShape(RunShape):
    inputs = InputShape(many=True)
    failure = serializers.CharField(allow_null=True)
    description = serializers.CharField()
    item = serializers.IntegerField(allow_null=True, help_text="The work item whose hypothesis the run tests.")


class ArtifactShape(serializers.Serializer[Any]):
    path = serializers.CharField()
    size = serializers.IntegerField()
    digest = serializers.CharField()
    url = serializers.CharField()


class RunPageShape(PageShape):
    results = RunShape(many=True)


class ArtifactPageShape(PageShape):
    results = ArtifactShape(many=True)


class PointPageShape(serializers.Serializer[Any]):
    results = MetricShape(many=True)
    next_cursor = serializers.CharField(allow_null=True)


def plain(value: float) -> float | str:
    """JSON has no NaN: those three values travel as MLflow's words for them."""
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def run_json(run: Run, key: str) -> dict[str, Any]:
    return {
        "run_id": run.run_id,
        "name": run.name,
        "experiment": run.experiment.name,
        "experiment_id": str(run.experiment_id),
        "source": run.source,
        "status": run.status,
        "params": run.params,
        "tags": run.tags,
        "metrics": [_metric(one.key.name, one) for one in run.latest_metrics.all()],
        "created_by": person_json(run.created_by),
        "started_at": run.started_at,
        "ended_at": run.ended_at,
        "url": f"/api/v1/projects/{key}/runs/{run.run_id}",
    }


def whole_run_json(run: Run, key: str) -> dict[str, Any]:
    inputs = run.inputs.select_related("dataset_version__dataset").order_by("pk")
    failure = run.tags.get(operations.FAILURE_TAG)
    item = queries.item_of(run)
    more = {"description": run.tags.get(operations.NOTE_TAG, ""), "item": item.number if item else None}
    return run_json(run, key) | {"inputs": [_input(one) for one in inputs], "failure": failure} | more


def _metric(key: str, point: Any) -> dict[str, Any]:
    return {"key": key, "value": plain(point.value), "step": point.step, "timestamp_ms": point.timestamp_ms}


def _input(one: RunInput) -> dict[str, Any]:
    version = one.dataset_version
    return {
        "name": one.name,
        "digest": one.digest,
        "context": one.context,
        "dataset": version.dataset.name if version else None,
        "number": version.number if version else None,
    }


class RunsView(ProjectApiView):
    @extend_schema(
        parameters=[
            OpenApiParameter("experiment", str, description="The experiment's name."),
            OpenApiParameter("status", str, enum=RunStatus.values),
            OpenApiParameter(
                "filter",
                str,
                description="MLflow's comparisons, joined by AND, OR, NOT and parentheses: "
                "metrics.loss < 0.2 AND (params.model = 'gbm' OR tags.team = 'risk').",
            ),
        ],
        responses=RunPageShape,
    )
    def get(self, request: Request, key: str) -> Response:
        """The runs, newest first, with the latest value of each metric."""
        asked = filters(request, experiment=None, status=RunStatus.values, filter=None)
        rows = queries.with_latest_metrics(queries.visible_runs(self.project))
        if "experiment" in asked:
            rows = rows.filter(experiment__name=asked["experiment"])
        if "status" in asked:
            rows = rows.filter(status=asked["status"])
        rows = filtered(rows, asked.get("filter", ""))
        return page(request, rows, lambda run: run_json(run, key), filters=asked)


class RunView(ProjectApiView):
    @extend_schema(responses=WholeRunShape)
    def get(self, request: Request, key: str, run_id: str) -> Response:
        """One run with its inputs, and the reason if it failed."""
        run = queries.run_by_id(project=self.project, run_id=run_id)
        return Response(whole_run_json(run, key))

    @extend_schema(request=RunBody, responses=WholeRunShape)
    def patch(self, request: Request, key: str, run_id: str) -> Response:
        """Set or remove tags, describe the run, say which hypothesis it tests: all of it or nothing."""
        body = valid(RunBody, request)
        revise(
            project=self.project,
            run=queries.run_by_id(project=self.project, run_id=run_id),
            body=body,
            by=caller(request),
        )
        return Response(whole_run_json(queries.run_by_id(project=self.project, run_id=run_id), key))


class MetricView(ProjectApiView):
    @extend_schema(
        parameters=[
            OpenApiParameter("limit", int),
            OpenApiParameter("cursor", str),
            OpenApiParameter(
                "buckets",
                int,
                description="Downsample to that many equal parts of the steps, up to 2,000: of each part the first, "
                "the last, the least and the greatest point, all on one page.",
            ),
        ],
        responses=PointPageShape,
    )
    def get(self, request: Request, key: str, run_id: str, metric: str) -> Response:
        """Every point of a metric, by step and time; always in the same order."""
        asked = filters(request, buckets=None)
        run = queries.run_by_id(project=self.project, run_id=run_id)
        if "buckets" in asked:
            points = queries.downsampled(run=run, key=metric, buckets=_buckets(asked["buckets"]))
            return Response({"results": [_metric(metric, point) for point in points], "next_cursor": None})
        limit = _limit(request)
        rows = queries.metric_history(run=run, key=metric, after=_after(request.query_params.get("cursor")))
        found = list(rows[: limit + 1])
        more, found = len(found) > limit, found[:limit]
        cursor = _cursor(found[-1]) if more else None
        return Response({"results": [_metric(metric, point) for point in found], "next_cursor": cursor})


class ArtifactsView(ProjectApiView):
    @extend_schema(responses=ArtifactPageShape)
    def get(self, request: Request, key: str, run_id: str) -> Response:
        """The files of a run, in the order in which they came."""
        filters(request)
        run = queries.run_by_id(project=self.project, run_id=run_id)
        rows = queries.artifacts(project=self.project, root=queries.root_of(run))
        return page(request, rows, lambda one: _artifact(one, run, key), newest_first=False)


class ArtifactView(ProjectApiView):
    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def get(self, request: Request, key: str, run_id: str, path: str) -> HttpResponseBase:
        """One file, as an attachment."""
        run = queries.run_by_id(project=self.project, run_id=run_id)
        path = operations.clean_path(path)
        found = queries.artifact(project=self.project, root=queries.root_of(run), path=path)
        return attachment(request._request, digest=found.blob_id, size=found.size, filename=found.path)


def _artifact(one: Artifact, run: Run, key: str) -> dict[str, Any]:
    url = f"/api/v1/projects/{key}/runs/{run.run_id}/artifacts/{one.path}"
    return {"path": one.path, "size": one.size, "digest": one.blob_id, "url": url}


def _limit(request: Request) -> int:
    text = request.query_params.get("limit", str(MAX_POINTS))
    number = whole_of(text, least=1, most=MAX_POINTS)
    if number is None:
        raise BadRequest(f"limit must be 1 to {MAX_POINTS}: got {text[:20]!r}.", field="limit")
    return number


def _buckets(text: str) -> int:
    number = whole_of(text, least=1, most=queries.MAX_BUCKETS)
    if number is None:
        raise BadRequest(f"buckets must be 1 to {queries.MAX_BUCKETS}: got {text[:20]!r}.", field="buckets")
    return number


def _cursor(point: MetricPoint) -> str:
    return base64.urlsafe_b64encode(f"{point.step},{point.timestamp_ms},{point.value!r}".encode()).decode()


def _after(cursor: str | None) -> tuple[int, int, float] | None:
    """The point that the cursor names: walked by key, so that a deep page costs what the first does."""
    if not cursor:
        return None
    try:
        step, at, value = base64.urlsafe_b64decode(cursor).decode().split(",")
        return int(step), int(at), float(value)
    except ValueError:
        raise BadRequest("This cursor was not given by this API.", field="cursor") from None
