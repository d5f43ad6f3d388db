"""REST: deployments."""

from collections.abc import Mapping, Sequence
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import StrictSerializer, expected_version, page_of, user_of, valid
from core.pages import now
from core.roles import Scope
from models_registry import approvals, operations, queries
from models_registry.api.models import EmptyBody
from models_registry.enums import DeploymentState
from models_registry.models import Deployment, ModelVersion
from projects.api.shapes import PageShape, PersonShape, answer, person_json
from projects.api_base import ProjectApiView


class DeploymentBody(StrictSerializer):
    name = serializers.CharField(max_length=60, help_text="Part of the address: small letters, digits, dashes.")
    model = serializers.CharField()
    number = serializers.IntegerField(min_value=1, help_text="Of the version; it must be approved.")


class ReasonBody(StrictSerializer):
    reason = serializers.CharField()


class LiveShape(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    digest = serializers.CharField()
    changed_since_approved = serializers.ListField(
        child=serializers.CharField(), help_text="What of it is otherwise than in its approval; empty: nothing."
    )


class DeploymentShape(serializers.Serializer[Any]):
    name = serializers.CharField()
    version = serializers.IntegerField()
    state = serializers.ChoiceField(choices=DeploymentState.choices)
    model = serializers.CharField()
    live = LiveShape()
    previous = LiveShape(allow_null=True)
    deployed_by = PersonShape(allow_null=True)
    deployed_at = serializers.DateTimeField()
    predict_url = serializers.CharField()


class DeploymentPageShape(PageShape):
    results = DeploymentShape(many=True)


def deployments_json(deployments: Sequence[Deployment]) -> list[dict[str, Any]]:
    serving = [version for one in deployments for version in (one.live_version, one.previous_version) if version]
    changes = approvals.changes_since_approved(serving)
    return [_deployment_json(one, changes) for one in deployments]


def _deployment_json(deployment: Deployment, changes: Mapping[int, list[str]]) -> dict[str, Any]:
    previous = deployment.previous_version
    return {
        "name": deployment.name,
        "version": deployment.version,
        "state": deployment.state,
        "model": deployment.model.name,
        "live": _live_json(deployment.live_version, changes),
        "previous": _live_json(previous, changes) if previous else None,
        "deployed_by": person_json(deployment.deployed_by),
        "deployed_at": deployment.deployed_at,
        "predict_url": f"/api/v1/deployments/{deployment.project.key}/{deployment.name}/predict",
    }


def _live_json(version: ModelVersion, changes: Mapping[int, list[str]]) -> dict[str, Any]:
    return {"number": version.number, "digest": version.digest, "changed_since_approved": changes[version.pk]}


class _DeploymentApi(ProjectApiView):
    scope = Scope.DEPLOY

    def deployment(self, name: str) -> Deployment:
        return queries.deployment_named(project=self.project, name=name)

    def answer(self, name: str, *, status: int = 200) -> Response:
        deployment = self.deployment(name)
        return answer(deployments_json([deployment])[0], deployment, status=status)


class DeploymentsView(_DeploymentApi):
    @extend_schema(responses=DeploymentPageShape)
    def get(self, request: Request, key: str) -> Response:
        """The project's deployments, newest first."""
        return page_of(request, queries.visible_deployments(self.project), deployments_json)

    @extend_schema(request=DeploymentBody, responses={201: DeploymentShape})
    def post(self, request: Request, key: str) -> Response:
        """Let an approved version answer under a name; what served before stays at hand for a roll-back."""
        body = valid(DeploymentBody, request)
        version = queries.version_of(project=self.project, name=body["model"], number=body["number"])
        operations.deploy_version(
            project=self.project, name=body["name"], version=version, by=user_of(request), now=now()
        )
        return self.answer(body["name"], status=201)


class DeploymentView(_DeploymentApi):
    @extend_schema(responses=DeploymentShape)
    def get(self, request: Request, key: str, name: str) -> Response:
        """One deployment."""
        return self.answer(name)


class DeploymentRollBackView(_DeploymentApi):
    @extend_schema(request=EmptyBody, responses=DeploymentShape)
    def post(self, request: Request, key: str, name: str) -> Response:
        """Serve again what served before."""
        valid(EmptyBody, request)
        operations.roll_back(
            deployment=self.deployment(name),
            by=user_of(request),
            now=now(),
            expected_version=expected_version(request),
        )
        return self.answer(name)


class DeploymentPauseView(_DeploymentApi):
    @extend_schema(request=ReasonBody, responses=DeploymentShape)
    def post(self, request: Request, key: str, name: str) -> Response:
        """Answer no more, until it is resumed: 503."""
        operations.pause_deployment(
            deployment=self.deployment(name),
            by=user_of(request),
            now=now(),
            expected_version=expected_version(request),
            **valid(ReasonBody, request),
        )
        return self.answer(name)


class DeploymentResumeView(_DeploymentApi):
    @extend_schema(request=EmptyBody, responses=DeploymentShape)
    def post(self, request: Request, key: str, name: str) -> Response:
        """Answer again."""
        valid(EmptyBody, request)
        operations.resume_deployment(
            deployment=self.deployment(name),
            by=user_of(request),
            now=now(),
            expected_version=expected_version(request),
        )
        return self.answer(name)


class DeploymentRetireView(_DeploymentApi):
    @extend_schema(request=ReasonBody, responses=DeploymentShape)
    def post(self, request: Request, key: str, name: str) -> Response:
        """Answer never again."""
        operations.retire_deployment(
            deployment=self.deployment(name),
            by=user_of(request),
            now=now(),
            expected_version=expected_version(request),
            **valid(ReasonBody, request),
        )
        return self.answer(name)
