"""REST: work items."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import StrictSerializer, expected_version, page, valid
from core.errors import Invalid
from core.pages import now
from projects import operations, queries
from projects.api.shapes import PageShape, PersonShape, answer, caller, person, person_json
from projects.api.sprints import named_sprint
from projects.api_base import ProjectApiView
from projects.enums import ItemKind, ItemState
from projects.models import WorkItem


class ItemBody(StrictSerializer):
    title = serializers.CharField(max_length=200)
    kind = serializers.ChoiceField(choices=ItemKind.choices, required=False)
    description = serializers.CharField(allow_blank=True, required=False)
    points = serializers.IntegerField(min_value=0, max_value=100, allow_null=True, required=False)
    assignee = serializers.CharField(allow_null=True, required=False, help_text="A member's user name.")
    sprint = serializers.IntegerField(
        min_value=1, allow_null=True, required=False, help_text="A sprint's number; null is the backlog."
    )


class ItemShape(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    key = serializers.CharField(help_text="The project's key and the number.")
    version = serializers.IntegerField()
    title = serializers.CharField()
    kind = serializers.ChoiceField(choices=ItemKind.choices)
    description = serializers.CharField()
    points = serializers.IntegerField(allow_null=True)
    assignee = PersonShape(allow_null=True)
    sprint = serializers.IntegerField(allow_null=True)
    state = serializers.ChoiceField(choices=ItemState.choices)
    rank = serializers.FloatField(help_text="Orders the cards of a lane.")
    created_at = serializers.DateTimeField()


class ItemPageShape(PageShape):
    results = ItemShape(many=True)


class MoveBody(StrictSerializer):
    state = serializers.ChoiceField(choices=ItemState.choices)
    before = serializers.IntegerField(
        min_value=1, allow_null=True, default=None, help_text="The item above which it goes; null is the lane's foot."
    )


def item_json(item: WorkItem, key: str) -> dict[str, Any]:
    return {
        "number": item.number,
        "key": f"{key}-{item.number}",
        "version": item.version,
        "title": item.title,
        "kind": item.kind,
        "description": item.description,
        "points": item.points,
        "assignee": person_json(item.assignee),
        "sprint": item.sprint.number if item.sprint else None,
        "state": item.state,
        "rank": item.rank,
        "created_at": item.created_at,
    }


class _ItemApi(ProjectApiView):
    def shape(self, item: WorkItem) -> dict[str, Any]:
        return item_json(item, self.project.key)

    def values(self, request: Request, *, partial: bool = False) -> dict[str, Any]:
        body = valid(ItemBody, request, partial=partial)
        if "assignee" in body:
            body["assignee"] = person(self.project, body["assignee"], field="assignee")
        if "sprint" in body:
            body["sprint"] = named_sprint(self.project, body["sprint"], field="sprint")
        return body


class ItemsView(_ItemApi):
    @extend_schema(
        parameters=[
            OpenApiParameter("sprint", OpenApiTypes.STR, description="A sprint's number, or `none` for the backlog."),
            OpenApiParameter("state", OpenApiTypes.STR, enum=ItemState.values),
        ],
        responses=ItemPageShape,
    )
    def get(self, request: Request, key: str) -> Response:
        """Work items, newest first."""
        items = queries.items(self.project)
        sprint, state = request.query_params.get("sprint"), request.query_params.get("state")
        if sprint is not None:
            items = items.filter(sprint__number=_number(sprint)) if sprint != "none" else items.filter(sprint=None)
        if state is not None:
            items = items.filter(state=_state(state))
        return page(request, items, self.shape, filters=("sprint", "state"))

    @extend_schema(request=ItemBody, responses={201: ItemShape})
    def post(self, request: Request, key: str) -> Response:
        """Add an item to a sprint or to the backlog."""
        item = operations.add_item(project=self.project, by=caller(request), now=now(), **self.values(request))
        return answer(self.shape(item), item, status=201)


class ItemView(_ItemApi):
    @extend_schema(responses=ItemShape)
    def get(self, request: Request, key: str, number: int) -> Response:
        """One item."""
        item = queries.item(self.project, number)
        return answer(self.shape(item), item)

    @extend_schema(request=ItemBody, responses=ItemShape)
    def patch(self, request: Request, key: str, number: int) -> Response:
        """Revise the given fields."""
        item = operations.revise_item(
            item=queries.item(self.project, number),
            values=self.values(request, partial=True),
            by=caller(request),
            expected_version=expected_version(request),
        )
        return answer(self.shape(item), item)


class ItemMoveView(_ItemApi):
    @extend_schema(request=MoveBody, responses=ItemShape)
    def post(self, request: Request, key: str, number: int) -> Response:
        """Put it into a lane, above another item or at the foot."""
        body = valid(MoveBody, request)
        item = operations.move_item(
            item=queries.item(self.project, number),
            state=body["state"],
            before=self._before(body["before"]),
            by=caller(request),
            now=now(),
            expected_version=expected_version(request),
        )
        return answer(self.shape(item), item)

    def _before(self, number: int | None) -> WorkItem | None:
        if number is None:
            return None
        found = queries.items(self.project).filter(number=number).first()
        if found is None:
            raise Invalid(f"There is no item {number} in this project.", field="before")
        return found


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise Invalid(f"sprint is a number, or none: got {text!r}.", field="sprint")
    return int(text)


def _state(text: str) -> str:
    if text not in ItemState.values:
        raise Invalid(f"state is one of {', '.join(ItemState.values)}: got {text!r}.", field="state")
    return text
