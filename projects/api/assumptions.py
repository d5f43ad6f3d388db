"""REST: the assumptions of the dossier."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import StrictSerializer, expected_version, page, valid
from core.pages import now
from projects import documents, operations, queries
from projects.api.shapes import PageShape, answer, caller, person
from projects.api_base import ProjectApiView
from projects.enums import AssumptionState, Importance
from projects.models import Assumption


class AssumptionBody(StrictSerializer):
    text = serializers.CharField(max_length=1000)
    importance = serializers.ChoiceField(choices=Importance.choices, required=False)
    owner = serializers.CharField(allow_null=True, required=False, help_text="A member's user name.")
    test = serializers.CharField(allow_blank=True, max_length=1000, required=False, help_text="How it is found out.")
    spike = serializers.IntegerField(allow_null=True, required=False, help_text="It settles it when it ends.")
    item = serializers.IntegerField(allow_null=True, required=False)
    experiment = serializers.CharField(allow_blank=True, max_length=200, required=False)


class AssumptionShape(AssumptionBody):
    number = serializers.IntegerField()
    version = serializers.IntegerField()
    state = serializers.ChoiceField(choices=AssumptionState.choices)
    finding = serializers.CharField(allow_blank=True)


class AssumptionPageShape(PageShape):
    results = AssumptionShape(many=True)


class SettleBody(StrictSerializer):
    state = serializers.ChoiceField(choices=AssumptionState.choices)
    finding = serializers.CharField(help_text="What was found, and where; or why it is open again.")


def _answer(one: Assumption, *, status: int = 200) -> Response:
    return answer(documents.assumption_json(one), one, status=status)


class _AssumptionApi(ProjectApiView):
    def values(self, request: Request, *, partial: bool = False) -> dict[str, Any]:
        """The body, with the things that it names."""
        body = valid(AssumptionBody, request, partial=partial)
        if "owner" in body:
            body["owner"] = person(self.project, body["owner"], field="owner")
        for name, find in (("spike", queries.spike), ("item", queries.item)):
            if body.get(name) is not None:
                body[name] = find(self.project, body[name])
        return body


class AssumptionsView(_AssumptionApi):
    @extend_schema(responses=AssumptionPageShape)
    def get(self, request: Request, key: str) -> Response:
        """What the plan rests on, newest first."""
        return page(request, queries.assumptions(self.project).order_by(), documents.assumption_json)

    @extend_schema(request=AssumptionBody, responses={201: AssumptionShape})
    def post(self, request: Request, key: str) -> Response:
        """Write one down."""
        made = operations.add_assumption(
            project=self.project, values=self.values(request), by=caller(request), now=now()
        )
        return _answer(made, status=201)


class AssumptionView(_AssumptionApi):
    @extend_schema(responses=AssumptionShape)
    def get(self, request: Request, key: str, number: int) -> Response:
        """One of them."""
        return _answer(queries.assumption(self.project, number))

    @extend_schema(request=AssumptionBody, responses=AssumptionShape)
    def patch(self, request: Request, key: str, number: int) -> Response:
        """Revise the given fields."""
        revised = operations.revise_assumption(
            assumption=queries.assumption(self.project, number),
            values=self.values(request, partial=True),
            by=caller(request),
            now=now(),
            expected_version=expected_version(request),
        )
        return _answer(revised)

    @extend_schema(request=None, responses={204: None})
    def delete(self, request: Request, key: str, number: int) -> Response:
        """Take it out; earlier revisions keep it."""
        one = queries.assumption(self.project, number)
        operations.remove_assumption(assumption=one, by=caller(request), now=now())
        return Response(status=204)


class AssumptionSettleView(ProjectApiView):
    @extend_schema(request=SettleBody, responses=AssumptionShape)
    def post(self, request: Request, key: str, number: int) -> Response:
        """Say what was found."""
        settled = operations.settle_assumption(
            assumption=queries.assumption(self.project, number),
            by=caller(request),
            now=now(),
            expected_version=expected_version(request),
            **valid(SettleBody, request),
        )
        return _answer(settled)
