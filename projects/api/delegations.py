"""REST: rights to decide that were handed on."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import StrictSerializer, page, valid
from core.pages import now
from core.roles import Scope as TokenScope
from projects import operations, queries
from projects.api.approvals import NoBody
from projects.api.shapes import PageShape, PersonShape, caller, person, person_json
from projects.api_base import ProjectApiView
from projects.models import Delegation
from projects.roles import Role


class DelegationBody(StrictSerializer):
    to = serializers.CharField(help_text="A member's user name.")
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(help_text="The last day; ninety days at most.")
    reason = serializers.CharField()


class DelegationShape(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    role = serializers.ChoiceField(choices=Role.choices)
    given_by = PersonShape()
    given_to = PersonShape()
    starts_on = serializers.DateField()
    ends_on = serializers.DateField()
    reason = serializers.CharField()
    given_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True, help_text="When it was taken back, if it was.")


class DelegationPageShape(PageShape):
    results = DelegationShape(many=True)


def delegation_json(one: Delegation) -> dict[str, Any]:
    names = "number role starts_on ends_on reason given_at ended_at"
    body: dict[str, Any] = {name: getattr(one, name) for name in names.split()}
    return body | {"given_by": person_json(one.given_by), "given_to": person_json(one.given_to)}


class DelegationsView(ProjectApiView):
    def scope_for(self, request: Request) -> TokenScope:
        """To hand on the right to decide is itself a decision."""
        return TokenScope.APPROVE if request.method == "POST" else super().scope_for(request)

    @extend_schema(responses=DelegationPageShape)
    def get(self, request: Request, key: str) -> Response:
        """Rights to decide that were handed on, the last first."""
        return page(request, queries.delegations(self.project), delegation_json)

    @extend_schema(request=DelegationBody, responses={201: DelegationShape})
    def post(self, request: Request, key: str) -> Response:
        """Hand your right to decide to another member for some days; meanwhile you do not decide."""
        body = valid(DelegationBody, request)
        to = person(self.project, body.pop("to"), field="to")
        made = operations.delegate_role(project=self.project, to=to, by=caller(request), now=now(), **body)
        return Response(delegation_json(made), status=201)


class DelegationEndView(ProjectApiView):
    scope = TokenScope.APPROVE

    @extend_schema(request=NoBody, responses=DelegationShape)
    def post(self, request: Request, key: str, number: int) -> Response:
        """Take it back before its last day."""
        valid(NoBody, request)
        found = queries.delegation(self.project, number)
        return Response(delegation_json(operations.end_delegation(delegation=found, by=caller(request), now=now())))
