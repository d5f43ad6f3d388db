"""REST: the scope."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import StrictSerializer, expected_version, valid
from core.pages import now
from projects import operations, queries
from projects.affordability import verdict
from projects.api.shapes import PersonShape, answer, caller, person_json
from projects.api_base import ProjectApiView
from projects.models import Scope


def _money() -> serializers.DecimalField:
    return serializers.DecimalField(max_digits=14, decimal_places=2, allow_null=True, required=False)


class ScopeBody(StrictSerializer):
    """Every field may be left out: it then stays as it is. Money is per year."""

    decision = serializers.CharField(allow_blank=True, required=False)
    metric = serializers.CharField(max_length=60, allow_blank=True, required=False)
    direction = serializers.ChoiceField(choices=Scope.Direction.choices, required=False)
    baseline = serializers.FloatField(allow_null=True, required=False)
    baseline_source = serializers.CharField(allow_blank=True, required=False)
    minimal_useful = serializers.FloatField(allow_null=True, required=False)
    benefit_low = _money()
    benefit_high = _money()
    cost_low = _money()
    cost_high = _money()
    precedent = serializers.CharField(allow_blank=True, required=False)
    precedent_difference = serializers.CharField(allow_blank=True, required=False)


class AffordabilityShape(serializers.Serializer[Any]):
    tone = serializers.ChoiceField(choices=["ok", "warn", "bad", "wait"])
    sentence = serializers.CharField()


class ScopeShape(ScopeBody):
    version = serializers.IntegerField()
    affordability = AffordabilityShape()
    revised_by = PersonShape(allow_null=True)
    revised_at = serializers.DateTimeField(allow_null=True)


def scope_json(scope: Scope) -> dict[str, Any]:
    said = verdict(
        benefit_low=scope.benefit_low,
        benefit_high=scope.benefit_high,
        cost_low=scope.cost_low,
        cost_high=scope.cost_high,
    )
    body: dict[str, Any] = {str(name): getattr(scope, str(name)) for name in ScopeBody().get_fields()}
    return body | {
        "version": scope.version,
        "affordability": {"tone": said.tone, "sentence": said.sentence},
        "revised_by": person_json(scope.revised_by),
        "revised_at": scope.revised_at,
    }


class ScopeView(ProjectApiView):
    @extend_schema(responses=ScopeShape)
    def get(self, request: Request, key: str) -> Response:
        """What is promised, and whether it pays."""
        scope = queries.scope_of(self.project)
        return answer(scope_json(scope), scope)

    @extend_schema(request=ScopeBody, responses=ScopeShape)
    def patch(self, request: Request, key: str) -> Response:
        """Revise the given fields; with If-Match only the revision that was read (412 otherwise)."""
        scope = operations.revise_scope(
            project=self.project,
            values=valid(ScopeBody, request, partial=True),
            by=caller(request),
            now=now(),
            expected_version=expected_version(request),
        )
        return answer(scope_json(scope), scope)
