"""REST: documents of a project."""

from typing import Any

from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import StrictSerializer, expected_version, page, valid
from core.pages import now
from documents import assembly, files, operations, sprint_reviews
from documents import queries as written
from documents.models import Passage
from documents.paper.blocks import paper_json
from projects import queries
from projects.api.shapes import PageShape, PersonShape, answer, caller, person_json
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


class PassageBody(StrictSerializer):
    text = serializers.CharField(
        allow_blank=True, max_length=operations.MOST_TEXT, help_text="Plain text; empty takes it back."
    )


class PassageShape(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    about = serializers.CharField(allow_blank=True, help_text="The version of a model that it was written for.")
    text = serializers.CharField(allow_blank=True)
    written_by = PersonShape()
    written_at = serializers.DateTimeField()


class PassagePageShape(PageShape):
    results = PassageShape(many=True)


def _passage_json(one: Passage) -> dict[str, Any]:
    return {
        "number": one.number,
        "about": one.about,
        "text": one.text,
        "written_by": person_json(one.written_by),
        "written_at": one.written_at,
    }


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
        """One document as a file: pdf, docx, md, json, zip; a model card also as card, hf and cdx."""
        mapping, subject = assembly.asked(self.project, kind, request.query_params.get("version", ""))
        return files.attached(files.made(mapping, subject, form, now=now()))


class ReviewFileView(ProjectApiView):
    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def get(self, request: Request, key: str, number: int, form: str) -> HttpResponseBase:
        """The review of a sprint as a file: pdf, docx, md."""
        sprint = queries.sprint(self.project, number)
        sprint.project = self.project
        return files.attached(sprint_reviews.file_of(sprint, form, now=now()))


class PassageView(ProjectApiView):
    @extend_schema(parameters=[VERSION], responses=PassagePageShape)
    def get(self, request: Request, key: str, kind: str, paragraph: str) -> Response:
        """What persons wrote for a paragraph, the newest first; nothing of it is ever changed."""
        mapping, subject = assembly.asked(self.project, kind, request.query_params.get("version", ""))
        operations.asked_in(mapping, paragraph)
        about = subject.version.public_id if subject.version else ""
        rows = written.history(self.project, mapping.key, about, paragraph).order_by()
        return page(request, rows, _passage_json, filters=["version"])

    @extend_schema(parameters=[VERSION], request=PassageBody, responses=PassageShape)
    def put(self, request: Request, key: str, kind: str, paragraph: str) -> Response:
        """Write it anew, as the person who answers for it; with If-Match only over the writing that was read."""
        mapping, subject = assembly.asked(self.project, kind, request.query_params.get("version", ""))
        passage = operations.write_passage(
            project=self.project,
            kind=mapping,
            version=subject.version,
            paragraph=paragraph,
            by=caller(request),
            now=now(),
            expected_version=expected_version(request),
            **valid(PassageBody, request),
        )
        return answer(_passage_json(passage), passage)
