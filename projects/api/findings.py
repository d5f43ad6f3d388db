"""REST: findings."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import StrictSerializer, expected_version, page, valid
from core.pages import now
from projects import operations, queries
from projects.api.risks import EmptyBody
from projects.api.shapes import PageShape, PersonShape, answer, caller, person, person_json
from projects.api_base import ProjectApiView
from projects.enums import FindingState, Severity
from projects.models import Finding


class FindingChangeBody(StrictSerializer):
    title = serializers.CharField(max_length=200)
    detail = serializers.CharField(allow_blank=True, required=False)
    severity = serializers.ChoiceField(choices=Severity.choices)
    owner = serializers.CharField(allow_null=True, required=False, help_text="A member's user name.")
    due_date = serializers.DateField(allow_null=True, required=False)


class FindingBody(FindingChangeBody):
    about_type = serializers.CharField(max_length=20, help_text="risk, item or project.")
    about_id = serializers.CharField(max_length=80, help_text="Its number; of the project, its key.")


class ResolutionBody(StrictSerializer):
    resolution = serializers.CharField(help_text="How it was put right.")


class FindingShape(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    version = serializers.IntegerField()
    title = serializers.CharField()
    detail = serializers.CharField()
    severity = serializers.ChoiceField(choices=Severity.choices)
    about_type = serializers.CharField()
    about_id = serializers.CharField()
    owner = PersonShape(allow_null=True)
    due_date = serializers.DateField(allow_null=True)
    state = serializers.ChoiceField(choices=FindingState.choices)
    opened_by = PersonShape(allow_null=True)
    opened_at = serializers.DateTimeField()
    resolution = serializers.CharField()
    closed_by = PersonShape(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)


class FindingPageShape(PageShape):
    results = FindingShape(many=True)


def finding_json(finding: Finding) -> dict[str, Any]:
    names = "number version title detail severity about_type about_id due_date state opened_at resolution closed_at"
    body: dict[str, Any] = {name: getattr(finding, name) for name in names.split()}
    people = {name: person_json(getattr(finding, name)) for name in ("owner", "opened_by", "closed_by")}
    return body | people


class _FindingApi(ProjectApiView):
    def values(self, request: Request, body: type[StrictSerializer], *, partial: bool = False) -> dict[str, Any]:
        given = valid(body, request, partial=partial)
        if "owner" in given:
            given["owner"] = person(self.project, given["owner"], field="owner")
        return given


class FindingsView(_FindingApi):
    @extend_schema(responses=FindingPageShape)
    def get(self, request: Request, key: str) -> Response:
        """What was found wrong, newest first."""
        return page(request, queries.findings(self.project), finding_json)

    @extend_schema(request=FindingBody, responses={201: FindingShape})
    def post(self, request: Request, key: str) -> Response:
        """Say what was found wrong, and with what."""
        given = self.values(request, FindingBody)
        finding = operations.open_finding(project=self.project, by=caller(request), now=now(), **given)
        return answer(finding_json(finding), finding, status=201)


class FindingView(_FindingApi):
    @extend_schema(responses=FindingShape)
    def get(self, request: Request, key: str, number: int) -> Response:
        """One finding."""
        finding = queries.finding(self.project, number)
        return answer(finding_json(finding), finding)

    @extend_schema(request=FindingChangeBody, responses=FindingShape)
    def patch(self, request: Request, key: str, number: int) -> Response:
        """Revise the given fields of an open finding."""
        finding = operations.revise_finding(
            finding=queries.finding(self.project, number),
            values=self.values(request, FindingChangeBody, partial=True),
            by=caller(request),
            expected_version=expected_version(request),
        )
        return answer(finding_json(finding), finding)


class FindingCloseView(ProjectApiView):
    @extend_schema(request=ResolutionBody, responses=FindingShape)
    def post(self, request: Request, key: str, number: int) -> Response:
        """It is put right. From tier 3 on nobody closes what is, or was, their own."""
        finding = operations.close_finding(
            finding=queries.finding(self.project, number),
            resolution=valid(ResolutionBody, request)["resolution"],
            by=caller(request),
            now=now(),
            expected_version=expected_version(request),
        )
        return answer(finding_json(finding), finding)


class FindingReopenView(ProjectApiView):
    @extend_schema(request=EmptyBody, responses=FindingShape)
    def post(self, request: Request, key: str, number: int) -> Response:
        """It was not put right after all."""
        valid(EmptyBody, request)
        finding = operations.reopen_finding(
            finding=queries.finding(self.project, number),
            by=caller(request),
            expected_version=expected_version(request),
        )
        return answer(finding_json(finding), finding)
