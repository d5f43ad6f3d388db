"""REST: a revision of the dossier as a document, and what changed since an earlier one."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from projects import dossier_document, queries
from projects.api_base import ProjectApiView


class DifferenceShape(serializers.Serializer[Any]):
    where = serializers.CharField(help_text="The dossier, or which option, precedent, assumption, spike or criterion.")
    name = serializers.CharField()
    before = serializers.JSONField(allow_null=True)
    after = serializers.JSONField(allow_null=True)


class DifferencesShape(serializers.Serializer[Any]):
    differences = DifferenceShape(many=True)


class DocumentView(ProjectApiView):
    @extend_schema(responses={(200, "text/markdown"): OpenApiTypes.STR})
    def get(self, request: Request, key: str, number: int) -> HttpResponse:
        """The revision as Markdown, with its digest."""
        text = dossier_document.text_of(self.project, queries.dossier_revision(self.project, number))
        return HttpResponse(text, content_type="text/markdown; charset=utf-8")


class DifferencesView(ProjectApiView):
    @extend_schema(responses=DifferencesShape)
    def get(self, request: Request, key: str, number: int, since: int) -> Response:
        """Every field that this revision says differently than the revision `since`."""
        before, after = (queries.dossier_revision(self.project, one).content for one in (since, number))
        found = dossier_document.differences(before, after)
        return Response(
            {
                "differences": [
                    {"where": one.where, "name": one.name, "before": one.before, "after": one.after} for one in found
                ]
            }
        )
