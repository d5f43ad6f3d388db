"""REST: projects."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import ApiView, StrictSerializer, expected_version, page, valid
from core.models import Token
from core.pages import now
from projects import operations, queries
from projects.api.shapes import PageShape, answer, caller
from projects.api_base import ProjectApiView
from projects.enums import Stage
from projects.models import Project


class ProjectShape(serializers.Serializer[Any]):
    key = serializers.CharField()
    name = serializers.CharField()
    purpose = serializers.CharField()
    stage = serializers.ChoiceField(choices=Stage.choices)
    version = serializers.IntegerField()
    created_at = serializers.DateTimeField()


class ProjectPageShape(PageShape):
    results = ProjectShape(many=True)


class ProjectBody(StrictSerializer):
    key = serializers.CharField(max_length=10, help_text="2 to 10 letters and digits, beginning with a letter.")
    name = serializers.CharField(max_length=120)
    purpose = serializers.CharField(max_length=500, allow_blank=True, default="")


class ProjectChange(StrictSerializer):
    name = serializers.CharField(max_length=120, required=False)
    purpose = serializers.CharField(max_length=500, allow_blank=True, required=False)


def project_json(project: Project) -> dict[str, Any]:
    return {
        "key": project.key,
        "name": project.name,
        "purpose": project.purpose,
        "stage": project.stage,
        "version": project.version,
        "created_at": project.created_at,
    }


class ProjectsView(ApiView):
    @extend_schema(responses=ProjectPageShape)
    def get(self, request: Request) -> Response:
        """The projects the caller is in; a token of one project sees that one."""
        projects = queries.visible_projects(caller(request))
        if isinstance(request.auth, Token) and request.auth.stream_id is not None:
            projects = projects.filter(pk=request.auth.stream_id)
        return page(request, projects, project_json)

    @extend_schema(request=ProjectBody, responses={201: ProjectShape})
    def post(self, request: Request) -> Response:
        """Create a project; the caller becomes its owner."""
        body = valid(ProjectBody, request)
        project = operations.create_project(by=caller(request), now=now(), **body)
        return answer(project_json(project), project, status=201)


class ProjectView(ProjectApiView):
    @extend_schema(responses=ProjectShape)
    def get(self, request: Request, key: str) -> Response:
        """One project."""
        return answer(project_json(self.project), self.project)

    @extend_schema(request=ProjectChange, responses=ProjectShape)
    def patch(self, request: Request, key: str) -> Response:
        """Change its name or purpose; with If-Match only the version that was read."""
        body = valid(ProjectChange, request)
        project = operations.rename_project(
            project=self.project,
            name=body.get("name", self.project.name),
            purpose=body.get("purpose", self.project.purpose),
            by=caller(request),
            expected_version=expected_version(request),
        )
        return answer(project_json(project), project)
