"""REST: running a training again, what came of it, and taking a run along as an MLflow Project."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core import files
from core.api import StrictSerializer, page, valid
from core.pages import now
from experiments import operations, queries, recipes
from experiments.api.filtering import filters
from experiments.enums import RunStatus
from experiments.models import Reproduction
from projects.api.shapes import PageShape, PersonShape, caller, person_json
from projects.api_base import ProjectApiView


class ReproductionBody(StrictSerializer):
    relative_tolerance = serializers.FloatField(default=1e-9, min_value=0, max_value=1)
    absolute_tolerance = serializers.FloatField(default=0.0, min_value=0)


class ComparedShape(serializers.Serializer[Any]):
    key = serializers.CharField()
    first = serializers.JSONField(help_text="The last value; a number, or text for NaN and infinities, or null.")
    second = serializers.JSONField()
    points = serializers.IntegerField(help_text="How many steps both have.")
    difference = serializers.JSONField(help_text="The largest over all steps.")
    is_within = serializers.BooleanField(allow_null=True, help_text="null: not judged.")
    reason = serializers.CharField()


class ReproductionResultShape(serializers.Serializer[Any]):
    verdict = serializers.ChoiceField(choices=["reproduced", "differs", "failed"])
    rows = ComparedShape(many=True)
    environment = serializers.ListField(
        child=serializers.ListField(child=serializers.CharField()), help_text="[name, then, now] of what changed."
    )


class ReproductionShape(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    first = serializers.CharField(help_text="The run that is reproduced.")
    again = serializers.CharField(help_text="The run that does it again.")
    again_url = serializers.CharField()
    again_status = serializers.ChoiceField(choices=RunStatus.choices)
    relative_tolerance = serializers.FloatField()
    absolute_tolerance = serializers.FloatField()
    result = ReproductionResultShape(allow_null=True, help_text="null until the run has ended.")
    created_by = PersonShape(allow_null=True)
    created_at = serializers.DateTimeField()
    url = serializers.CharField()


class ReproductionPageShape(PageShape):
    results = ReproductionShape(many=True)


def reproduction_json(one: Reproduction, key: str, run_id: str) -> dict[str, Any]:
    return {
        "id": one.pk,
        "first": run_id,
        "again": one.again.run_id,
        "again_url": f"/api/v1/projects/{key}/runs/{one.again.run_id}",
        "again_status": one.again.status,
        "relative_tolerance": one.relative_tolerance,
        "absolute_tolerance": one.absolute_tolerance,
        "result": one.result,
        "created_by": person_json(one.created_by),
        "created_at": one.created_at,
        "url": f"/api/v1/projects/{key}/runs/{run_id}/reproductions/{one.pk}",
    }


class ReproductionsView(ProjectApiView):
    @extend_schema(responses=ReproductionPageShape)
    def get(self, request: Request, key: str, run_id: str) -> Response:
        """What came of running this run again, newest first."""
        filters(request)
        run = queries.run_by_id(project=self.project, run_id=run_id)
        return page(request, queries.reproductions_of(run), lambda one: reproduction_json(one, key, run_id))

    @extend_schema(request=ReproductionBody, responses={202: ReproductionShape})
    def post(self, request: Request, key: str, run_id: str) -> Response:
        """Queue the same training again, and the comparison of every metric."""
        body = valid(ReproductionBody, request)
        run = queries.run_by_id(project=self.project, run_id=run_id)
        made = operations.reproduce_run(
            run=run,
            relative_tolerance=body["relative_tolerance"],
            absolute_tolerance=body["absolute_tolerance"],
            by=caller(request),
            now=now(),
        )
        answer = reproduction_json(made, key, run_id)
        return Response(answer, status=202, headers={"Location": answer["url"]})


class ReproductionView(ProjectApiView):
    @extend_schema(responses=ReproductionShape)
    def get(self, request: Request, key: str, run_id: str, reproduction_id: int) -> Response:
        """One reproduction, with the comparison once its run has ended."""
        run = queries.run_by_id(project=self.project, run_id=run_id)
        found = queries.reproduction_by_id(run=run, reproduction_id=reproduction_id)
        return Response(reproduction_json(found, key, run_id))


class ProjectZipView(ProjectApiView):
    @extend_schema(responses={(200, "application/zip"): OpenApiTypes.BINARY})
    def get(self, request: Request, key: str, run_id: str) -> HttpResponse:
        """The run as an MLflow Project: a zip for `mlflow run`."""
        run = queries.run_by_id(project=self.project, run_id=run_id)
        content = recipes.project_of(run, portal=request.build_absolute_uri("/"))
        return files.download(content, name=recipes.project_name(run), media_type="application/zip")
