"""REST: a project as a stock MLflow, to be downloaded."""

from typing import Any

from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import StrictSerializer, page, valid
from core.files import attachment
from core.pages import now
from experiments.api.filtering import filters
from experiments.api.jobs import JobShape, job_json
from porting import operations, queries
from porting.api.imports import DoneShape
from porting.models import Export
from projects.api.shapes import PageShape, PersonShape, caller, person_json
from projects.api_base import ProjectApiView


class ExportBody(StrictSerializer):
    experiments = serializers.ListField(
        child=serializers.CharField(max_length=500), required=False, default=list, help_text="Names; empty for all."
    )


class LeftOutShape(serializers.Serializer[Any]):
    kind = serializers.CharField()
    item = serializers.CharField()
    reason = serializers.CharField()


class ExportShape(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    experiments = serializers.ListField(child=serializers.CharField(), allow_null=True)
    done = DoneShape()
    notes = LeftOutShape(many=True)
    size = serializers.IntegerField(allow_null=True)
    digest = serializers.CharField(allow_null=True)
    file_url = serializers.CharField(allow_null=True, help_text="null until the job has succeeded.")
    job = JobShape(allow_null=True)
    created_by = PersonShape(allow_null=True)
    created_at = serializers.DateTimeField()
    url = serializers.CharField()


class ExportPageShape(PageShape):
    results = ExportShape(many=True)


def export_json(one: Export, key: str) -> dict[str, Any]:
    url = f"/api/v1/projects/{key}/exports/{one.pk}"
    return {
        "id": one.pk,
        "experiments": one.experiments,
        "done": one.done,
        "notes": one.notes,
        "size": one.archive.size if one.archive else None,
        "digest": one.archive_id,
        "file_url": f"{url}/file" if one.archive else None,
        "job": job_json(one.job, key) if one.job else None,
        "created_by": person_json(one.created_by),
        "created_at": one.created_at,
        "url": url,
    }


class ExportsView(ProjectApiView):
    @extend_schema(responses=ExportPageShape)
    def get(self, request: Request, key: str) -> Response:
        """The exports, newest first."""
        filters(request)
        return page(request, queries.visible_exports(self.project), lambda one: export_json(one, key))

    @extend_schema(request=ExportBody, responses={202: ExportShape})
    def post(self, request: Request, key: str) -> Response:
        """Queue an archive that a stock MLflow opens."""
        body = valid(ExportBody, request)
        made = operations.start_export(
            project=self.project, experiments=body["experiments"], by=caller(request), now=now()
        )
        answer = export_json(made, key)
        return Response(answer, status=202, headers={"Location": answer["url"]})


class ExportView(ProjectApiView):
    @extend_schema(responses=ExportShape)
    def get(self, request: Request, key: str, export_id: int) -> Response:
        """One export."""
        return Response(export_json(queries.export_by_id(project=self.project, export_id=export_id), key))


class ExportFileView(ProjectApiView):
    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def get(self, request: Request, key: str, export_id: int) -> HttpResponseBase:
        """The archive: mlflow.db, mlartifacts, and how to start a server on them."""
        found = queries.exported_file(project=self.project, export_id=export_id)
        assert found.archive is not None
        name = f"{key}-export-{found.pk}.zip"
        return attachment(request._request, digest=found.archive.digest, size=found.archive.size, filename=name)
