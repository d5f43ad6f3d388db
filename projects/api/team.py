"""REST: members."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import StrictSerializer, page, valid
from core.errors import Invalid
from core.pages import now
from projects import operations, queries
from projects.api.shapes import PageShape, PersonShape, caller
from projects.api_base import ProjectApiView
from projects.models import Membership
from projects.roles import Role


class MemberShape(PersonShape):
    role = serializers.ChoiceField(choices=Role.choices)
    added_at = serializers.DateTimeField()


class MemberPageShape(PageShape):
    results = MemberShape(many=True)


class MemberBody(StrictSerializer):
    username = serializers.CharField(max_length=150)
    role = serializers.ChoiceField(choices=Role.choices)


class RoleBody(StrictSerializer):
    role = serializers.ChoiceField(choices=Role.choices)


def member_json(membership: Membership) -> dict[str, Any]:
    return {
        "username": membership.user.username,
        "name": str(membership.user),
        "role": membership.role,
        "added_at": membership.added_at,
    }


class MembersView(ProjectApiView):
    @extend_schema(responses=MemberPageShape)
    def get(self, request: Request, key: str) -> Response:
        """Who is in the project, those first who came first."""
        return page(request, queries.members(self.project), member_json, newest_first=False)

    @extend_schema(request=MemberBody, responses={201: MemberShape})
    def post(self, request: Request, key: str) -> Response:
        """Add a person by user name."""
        body = valid(MemberBody, request)
        user = queries.user_named(body["username"])
        if user is None:
            raise Invalid(f"There is no user {body['username']!r}.", field="username", code="unknown_user")
        membership = operations.add_member(
            project=self.project, user=user, role=body["role"], by=caller(request), now=now()
        )
        return Response(member_json(membership), status=201)


class MemberView(ProjectApiView):
    @extend_schema(responses=MemberShape)
    def get(self, request: Request, key: str, username: str) -> Response:
        """One member."""
        return Response(member_json(queries.member(self.project, username)))

    @extend_schema(request=RoleBody, responses=MemberShape)
    def patch(self, request: Request, key: str, username: str) -> Response:
        """Give a member another role."""
        body = valid(RoleBody, request)
        membership = queries.member(self.project, username)
        changed = operations.change_role(membership=membership, role=body["role"], by=caller(request))
        return Response(member_json(changed))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, key: str, username: str) -> Response:
        """Take a person out of the project; anybody may leave."""
        operations.remove_member(membership=queries.member(self.project, username), by=caller(request))
        return Response(status=204)
