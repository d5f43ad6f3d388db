"""What several subjects share: people, versions, time."""

from typing import Any, cast

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import etag
from core.errors import Invalid
from core.models import User
from projects import queries
from projects.models import Project


class PersonShape(serializers.Serializer[Any]):
    username = serializers.CharField()
    name = serializers.CharField()


class PageShape(serializers.Serializer[Any]):
    """The base of every page of a list; subclasses add `results`."""

    next_cursor = serializers.CharField(allow_null=True)
    prev_cursor = serializers.CharField(allow_null=True)


def person_json(user: User | None) -> dict[str, Any] | None:
    return {"username": user.username, "name": str(user)} if user else None


def answer(body: dict[str, Any], obj: Any, *, status: int = 200) -> Response:
    """The body with the object's ETag."""
    return Response(body, status=status, headers={"ETag": etag(obj)})


def caller(request: Request) -> User:
    """Who calls: views are only reached by somebody who is signed in."""
    return cast(User, request.user)


def person(project: Project, username: str | None, *, field: str) -> User | None:
    """The member with this name. Raises Invalid if there is none."""
    if username is None:
        return None
    found = queries.members(project).filter(user__username=username).first()
    if found is None:
        raise Invalid(f"{username!r} is not in this project.", field=field, code="not_a_member")
    return found.user
