"""The OpenAPI 3.1 schema: what drf-spectacular cannot see by itself."""

from typing import Any, Literal

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from rest_framework import serializers


class TokenScheme(OpenApiAuthenticationExtension):
    target_class = "core.api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "A token `tl_...`; or Basic with it as the password.",
        }


class SessionScheme(OpenApiAuthenticationExtension):
    target_class = "core.api.authentication.SessionAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        return {"type": "apiKey", "in": "cookie", "name": "sessionid"}


class FieldProblem(serializers.Serializer[Any]):
    field = serializers.CharField()
    code = serializers.CharField()
    message = serializers.CharField()


class Problem(serializers.Serializer[Any]):
    """RFC 9457."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    code = serializers.CharField()
    errors = FieldProblem(many=True)  # type: ignore[assignment]  # the field is called errors
    request_id = serializers.CharField()


class ApiSchema(AutoSchema):
    """Every operation may answer with a problem, and has an id made of its path and verb."""

    def get_operation_id(self) -> str:
        words = [part.strip("{}") for part in self.path.removeprefix("/api/v1/").split("/") if part]
        return "_".join([*words, self.method.lower()]).replace("-", "_")

    def _get_response_bodies(self, direction: Literal["request", "response"] = "response") -> dict[str, Any]:
        bodies = super()._get_response_bodies(direction)
        problem = self._get_response_for_code(Problem, "default", ["application/problem+json"])
        return bodies | {"default": problem | {"description": "Refused, and why."}}


def only_rest_api(endpoints: list[Any]) -> list[Any]:
    """The schema tells of /api/v1 only: the MLflow protocol is documented by MLflow."""
    return [endpoint for endpoint in endpoints if endpoint[0].startswith("/api/v1/")]
