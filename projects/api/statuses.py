"""REST: a project's own statuses, and fields of its items."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import StrictSerializer, expected_version, valid
from projects import operations, queries
from projects.api.shapes import answer, caller
from projects.api_base import ProjectApiView
from projects.enums import FieldType, ItemState
from projects.models import ItemField, ItemStatus


class StatusChangeBody(StrictSerializer):
    name = serializers.CharField(max_length=40)
    wip_limit = serializers.IntegerField(
        min_value=1, max_value=999, allow_null=True, required=False, help_text="Shown when passed; it stops nobody."
    )


class StatusBody(StatusChangeBody):
    group = serializers.ChoiceField(choices=ItemState.choices, help_text="It cannot be changed later.")


class StatusRevisionBody(StatusChangeBody):
    position = serializers.IntegerField(min_value=0, max_value=999, required=False)


class StatusShape(serializers.Serializer[Any]):
    key = serializers.CharField()
    version = serializers.IntegerField()
    name = serializers.CharField()
    group = serializers.ChoiceField(choices=ItemState.choices)
    position = serializers.IntegerField()
    wip_limit = serializers.IntegerField(allow_null=True)
    is_main = serializers.BooleanField(help_text="Whether it is the group's own.")


class StatusListShape(serializers.Serializer[Any]):
    results = StatusShape(many=True)


class FieldChangeBody(StrictSerializer):
    name = serializers.CharField(max_length=40)
    choices = serializers.ListField(child=serializers.CharField(max_length=60), required=False)


class FieldBody(FieldChangeBody):
    type = serializers.ChoiceField(choices=FieldType.choices)


class FieldRevisionBody(FieldChangeBody):
    position = serializers.IntegerField(min_value=0, max_value=999, required=False)


class FieldShape(serializers.Serializer[Any]):
    key = serializers.CharField()
    version = serializers.IntegerField()
    name = serializers.CharField()
    type = serializers.ChoiceField(choices=FieldType.choices)
    choices = serializers.ListField(child=serializers.CharField())
    position = serializers.IntegerField()


class FieldListShape(serializers.Serializer[Any]):
    results = FieldShape(many=True)


def status_json(status: ItemStatus) -> dict[str, Any]:
    names = ("key", "version", "name", "group", "position", "wip_limit", "is_main")
    return {name: getattr(status, name) for name in names}


def field_json(field: ItemField) -> dict[str, Any]:
    return {name: getattr(field, name) for name in ("key", "version", "name", "type", "choices", "position")}


class StatusesView(ProjectApiView):
    @extend_schema(responses=StatusListShape)
    def get(self, request: Request, key: str) -> Response:
        """The project's statuses, in the order of the board."""
        return Response({"results": [status_json(one) for one in queries.item_statuses(self.project)]})

    @extend_schema(request=StatusBody, responses={201: StatusShape})
    def post(self, request: Request, key: str) -> Response:
        """Name a further one."""
        status = operations.add_status(project=self.project, by=caller(request), **valid(StatusBody, request))
        return answer(status_json(status), status, status=201)


class StatusView(ProjectApiView):
    @extend_schema(request=StatusRevisionBody, responses=StatusShape)
    def patch(self, request: Request, key: str, status: str) -> Response:
        """Change its name, place or limit."""
        revised = operations.revise_status(
            status=queries.item_status(self.project, status),
            values=valid(StatusRevisionBody, request, partial=True),
            by=caller(request),
            expected_version=expected_version(request),
        )
        return answer(status_json(revised), revised)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, key: str, status: str) -> Response:
        """Take it away; no item may have it."""
        operations.remove_status(status=queries.item_status(self.project, status), by=caller(request))
        return Response(status=204)


class FieldsView(ProjectApiView):
    @extend_schema(responses=FieldListShape)
    def get(self, request: Request, key: str) -> Response:
        """The fields that the project gave its items."""
        return Response({"results": [field_json(one) for one in queries.item_fields(self.project)]})

    @extend_schema(request=FieldBody, responses={201: FieldShape})
    def post(self, request: Request, key: str) -> Response:
        """Define one."""
        field = operations.define_field(project=self.project, by=caller(request), **valid(FieldBody, request))
        return answer(field_json(field), field, status=201)


class FieldView(ProjectApiView):
    @extend_schema(request=FieldRevisionBody, responses=FieldShape)
    def patch(self, request: Request, key: str, field: str) -> Response:
        """Change its name, place or choices."""
        revised = operations.revise_field(
            field=queries.item_field(self.project, field),
            values=valid(FieldRevisionBody, request, partial=True),
            by=caller(request),
            expected_version=expected_version(request),
        )
        return answer(field_json(revised), revised)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, key: str, field: str) -> Response:
        """Take it away; its values stay in the items, unseen."""
        operations.remove_field(field=queries.item_field(self.project, field), by=caller(request))
        return Response(status=204)
