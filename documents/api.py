"""REST: documents of a project."""

from typing import Any

from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.pages import now
from documents import assembly, files, sprint_reviews
from documents.paper.blocks import paper_json
from projects import queries
from projects.api_base import ProjectApiView

VERSION = OpenApiParameter("version", str, description='The version that it is about, as "model/3".')


class DocumentKindShape(serializers.Serializer[Any]):
    kind = serializers.CharField()
    title = serializers.CharField()
    summary = serializers.CharField()
    about = serializers.ChoiceField(["project", "version"])
    forms = serializers.ListField(child=serializers.CharField(), help_text="In which it can be had as a file.")
    url = serializers.CharField()


class DocumentKindsShape(serializers.Serializer[Any]):
    results = DocumentKindShape(many=True)


class ParagraphShape(serializers.Serializer[Any]):
    number = serializers.CharField()
    title = serializers.CharField()
    cites = serializers.CharField()
    state = serializers.ChoiceField(["filled", "partly", "gap"])
    missing = serializers.ListField(child=serializers.CharField())
    responsible = serializers.CharField(help_text="The role that answers for it.")
    people = serializers.ListField(child=serializers.CharField(), help_text="Who has that role.")
    sources = serializers.ListField(child=serializers.CharField())
    blocks = serializers.ListField(child=serializers.JSONField(), help_text="`type` is facts, table or text.")


class DocumentShape(serializers.Serializer[Any]):
    kind = serializers.CharField()
    title = serializers.CharField()
    subject = serializers.CharField()
    revision = serializers.CharField()
    made_at = serializers.DateTimeField()
    note = serializers.CharField()
    based_on = serializers.CharField()
    paragraphs = ParagraphShape(many=True)


class DocumentsView(ProjectApiView):
    @extend_schema(responses=DocumentKindsShape)
    def get(self, request: Request, key: str) -> Response:
        """Which documents there are."""
        return Response({"results": [self._kind(one.key) for one in assembly.mappings().values()]})

    def _kind(self, name: str) -> dict[str, Any]:
        kind, subject = assembly.asked(self.project, name)
        return {
            "kind": kind.key,
            "title": kind.title,
            "summary": kind.summary,
            "about": kind.subject,
            "forms": [one.key for one in files.forms_of(kind, subject)],
            "url": f"/api/v1/projects/{self.project.key}/documents/{kind.key}",
        }


class DocumentView(ProjectApiView):
    @extend_schema(parameters=[VERSION], responses=DocumentShape)
    def get(self, request: Request, key: str, kind: str) -> Response:
        """One document as the records say it now; each missing paragraph is a gap with whoever answers for it."""
        mapping, subject = assembly.asked(self.project, kind, request.query_params.get("version", ""))
        return Response(paper_json(assembly.assembled(mapping, subject, now=now())))


class DocumentFileView(ProjectApiView):
    @extend_schema(parameters=[VERSION], responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def get(self, request: Request, key: str, kind: str, form: str) -> HttpResponseBase:
        """One document as a file: pdf, md, json, zip; a model card also as card, hf and cdx."""
        mapping, subject = assembly.asked(self.project, kind, request.query_params.get("version", ""))
        return files.attached(files.made(mapping, subject, form, now=now()))


class ReviewFileView(ProjectApiView):
    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def get(self, request: Request, key: str, number: int, form: str) -> HttpResponseBase:
        """The review of a sprint as a file: md, pdf."""
        sprint = queries.sprint(self.project, number)
        sprint.project = self.project
        return files.attached(sprint_reviews.file_of(sprint, form, now=now()))
