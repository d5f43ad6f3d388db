"""REST: datasets and their versions."""

from typing import Any

from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import StrictSerializer, page, valid
from core.files import attachment
from core.pages import now
from experiments import operations, queries
from experiments.api.filtering import filters
from experiments.enums import DatasetOrigin
from experiments.models import Dataset, DatasetVersion
from projects.api.shapes import PageShape, PersonShape, caller, person_json
from projects.api_base import ProjectApiView


class UploadBody(StrictSerializer):
    name = serializers.CharField(max_length=80, help_text="Letters, digits, dots, dashes and underscores.")
    file = serializers.FileField(max_length=200, allow_empty_file=True, help_text="CSV or Parquet.")
    note = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")


class DatasetShape(serializers.Serializer[Any]):
    name = serializers.CharField()
    description = serializers.CharField()
    created_at = serializers.DateTimeField()
    versions_url = serializers.CharField()


class ColumnShape(serializers.Serializer[Any]):
    name = serializers.CharField()
    kind = serializers.CharField()
    nullable = serializers.BooleanField()


class DatasetVersionShape(serializers.Serializer[Any]):
    dataset = serializers.CharField()
    number = serializers.IntegerField()
    origin = serializers.ChoiceField(choices=DatasetOrigin.choices)
    filename = serializers.CharField()
    note = serializers.CharField()
    digest = serializers.CharField(help_text="SHA-256 of the file as it was uploaded.")
    rows = serializers.IntegerField()
    columns = ColumnShape(many=True)
    is_profiled = serializers.BooleanField()
    created_by = PersonShape(allow_null=True)
    created_at = serializers.DateTimeField()
    url = serializers.CharField()
    file_url = serializers.CharField()


class ProfiledDatasetVersionShape(DatasetVersionShape):
    profile = serializers.JSONField(allow_null=True)


class DatasetPageShape(PageShape):
    results = DatasetShape(many=True)


class DatasetVersionPageShape(PageShape):
    results = DatasetVersionShape(many=True)


def dataset_json(dataset: Dataset, key: str) -> dict[str, Any]:
    return {
        "name": dataset.name,
        "description": dataset.description,
        "created_at": dataset.created_at,
        "versions_url": f"/api/v1/projects/{key}/datasets/{dataset.name}/versions",
    }


def version_json(version: DatasetVersion, key: str) -> dict[str, Any]:
    url = f"/api/v1/projects/{key}/datasets/{version.dataset.name}/versions/{version.number}"
    return {
        "dataset": version.dataset.name,
        "number": version.number,
        "origin": version.origin,
        "filename": version.filename,
        "note": version.note,
        "digest": version.digest,
        "rows": version.rows,
        "columns": version.columns,
        "is_profiled": version.profile is not None,
        "created_by": person_json(version.created_by),
        "created_at": version.created_at,
        "url": url,
        "file_url": f"{url}/file",
    }


class DatasetsView(ProjectApiView):
    parser_classes = (MultiPartParser,)  # type: ignore[assignment]  # a file comes as a form, not as JSON

    @extend_schema(responses=DatasetPageShape)
    def get(self, request: Request, key: str) -> Response:
        """The datasets, newest first."""
        filters(request)
        return page(request, queries.visible_datasets(self.project), lambda one: dataset_json(one, key))

    @extend_schema(request={"multipart/form-data": UploadBody}, responses={201: DatasetVersionShape})
    def post(self, request: Request, key: str) -> Response:
        """Upload a file: the next version of the dataset of that name, which is made if there is none."""
        body = valid(UploadBody, request)
        version = operations.create_dataset_version(
            project=self.project,
            name=body["name"],
            upload=body["file"],
            filename=body["file"].name,
            note=body["note"],
            by=caller(request),
            now=now(),
        )
        answer = version_json(version, key)
        return Response(answer, status=201, headers={"Location": answer["url"]})


class VersionsView(ProjectApiView):
    @extend_schema(responses=DatasetVersionPageShape)
    def get(self, request: Request, key: str, name: str) -> Response:
        """The versions of a dataset, newest first."""
        filters(request)
        dataset = queries.dataset(project=self.project, name=name)
        rows = queries.visible_versions(self.project).filter(dataset=dataset)
        return page(request, rows, lambda one: version_json(one, key))


class VersionView(ProjectApiView):
    @extend_schema(responses=ProfiledDatasetVersionShape)
    def get(self, request: Request, key: str, name: str, number: int) -> Response:
        """One version with its profile, which is null until the job that computes it has ended."""
        version = queries.dataset_version(project=self.project, name=name, number=number)
        return Response(version_json(version, key) | {"profile": version.profile})


class VersionFileView(ProjectApiView):
    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def get(self, request: Request, key: str, name: str, number: int) -> HttpResponseBase:
        """The file as it was uploaded, byte for byte."""
        version = queries.dataset_version(project=self.project, name=name, number=number)
        return attachment(
            request._request, digest=version.digest, size=version.original.size, filename=version.filename
        )
