"""REST: whether the data are ready."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import StrictSerializer, expected_version, valid
from core.pages import now
from projects import operations, queries, readiness
from projects.api.shapes import caller
from projects.api_base import ProjectApiView
from projects.enums import DataCheck


class MeasuredShape(serializers.Serializer[Any]):
    is_met = serializers.BooleanField(allow_null=True, help_text="Null: a person has to judge it.")
    value = serializers.CharField()
    # A serializer has a `source` of its own, which its declared fields do not touch.
    source = serializers.CharField()  # type: ignore[assignment]
    url = serializers.CharField()
    at = serializers.DateTimeField()


class AnswerShape(serializers.Serializer[Any]):
    is_met = serializers.BooleanField()
    reason = serializers.CharField()
    by = serializers.CharField()
    at = serializers.DateTimeField()
    version = serializers.IntegerField()


class DataCheckShape(serializers.Serializer[Any]):
    check = serializers.ChoiceField(choices=DataCheck.choices)
    state = serializers.ChoiceField(choices=["ok", "bad", "open"])
    counts = serializers.ChoiceField(choices=["measured", "answer"], allow_blank=True, help_text="Which of the two.")
    measured = MeasuredShape(allow_null=True)
    answer = AnswerShape(allow_null=True)


class ReadinessShape(serializers.Serializer[Any]):
    is_ready = serializers.BooleanField()
    results = DataCheckShape(many=True)


class AnswerBody(StrictSerializer):
    is_met = serializers.BooleanField()
    reason = serializers.CharField(max_length=1000, help_text="Why, and where that stands.")


class ReadinessView(ProjectApiView):
    @extend_schema(responses=ReadinessShape)
    def get(self, request: Request, key: str) -> Response:
        """The eight checks of the data that the dossier names (`dataset`, `dataset_label`, `dataset_positive`)."""
        found = readiness.checks(self.project, queries.dossier_of(self.project))
        return Response({"is_ready": all(one["state"] == "ok" for one in found), "results": found})


class ReadinessCheckView(ProjectApiView):
    @extend_schema(request=AnswerBody, responses=ReadinessShape)
    def put(self, request: Request, key: str, check: str) -> Response:
        """Answer one check, with the reason; with If-Match only over the answer that was read (0: none)."""
        operations.answer_readiness(
            project=self.project,
            check=check,
            by=caller(request),
            now=now(),
            expected_version=expected_version(request),
            **valid(AnswerBody, request),
        )
        found = readiness.checks(self.project, queries.dossier_of(self.project))
        return Response({"is_ready": all(one["state"] == "ok" for one in found), "results": found})
