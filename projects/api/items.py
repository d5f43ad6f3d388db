"""REST: work items."""

from collections.abc import Sequence
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import StrictSerializer, expected_version, valid
from core.api.paging import page_of
from core.errors import Invalid
from core.pages import now
from projects import cardfacts, operations, queries
from projects.api.shapes import PageShape, PersonShape, answer, caller, person, person_json
from projects.api.sprints import named_sprint
from projects.api_base import ProjectApiView
from projects.cardfacts import BestRun
from projects.enums import PRIORITIES, BlockCause, Discipline, HypothesisResult, ItemKind, ItemState, Priority, Triage
from projects.models import ItemLink, WorkItem


class EstimatesBody(StrictSerializer):
    """Points by discipline; null takes one away, what is left out stays."""

    product = serializers.IntegerField(min_value=0, max_value=100, allow_null=True, required=False)
    data_science = serializers.IntegerField(min_value=0, max_value=100, allow_null=True, required=False)
    engineering = serializers.IntegerField(min_value=0, max_value=100, allow_null=True, required=False)
    validation = serializers.IntegerField(min_value=0, max_value=100, allow_null=True, required=False)


class ItemBody(StrictSerializer):
    title = serializers.CharField(max_length=200)
    kind = serializers.ChoiceField(choices=ItemKind.choices, required=False)
    description = serializers.CharField(allow_blank=True, required=False)
    points = serializers.IntegerField(
        min_value=0, max_value=100, allow_null=True, required=False, help_text="The sum, where disciplines estimate."
    )
    estimates = EstimatesBody(required=False)
    priority = serializers.ChoiceField(choices=list(PRIORITIES), required=False)
    labels = serializers.ListField(child=serializers.CharField(max_length=40), required=False)
    assignee = serializers.CharField(allow_null=True, required=False, help_text="A member's user name.")
    sprint = serializers.IntegerField(
        min_value=1, allow_null=True, required=False, help_text="A sprint's number; null is the backlog."
    )
    parent = serializers.IntegerField(  # type: ignore[assignment]
        min_value=1, allow_null=True, required=False, help_text="An item's number."
    )
    hypothesis = serializers.CharField(allow_blank=True, required=False)
    time_box_days = serializers.IntegerField(min_value=1, max_value=365, allow_null=True, required=False)
    metric = serializers.CharField(allow_blank=True, max_length=250, required=False, help_text="Empty: the scope's.")
    baseline = serializers.FloatField(allow_null=True, required=False, help_text="Null: the scope's.")
    result = serializers.ChoiceField(choices=HypothesisResult.choices, allow_blank=True, required=False)
    result_note = serializers.CharField(allow_blank=True, required=False)
    custom = serializers.DictField(
        child=serializers.JSONField(allow_null=True), required=False, help_text="The project's own fields, by key."
    )


class StatusRefShape(serializers.Serializer[Any]):
    key = serializers.CharField()
    name = serializers.CharField()


class ItemRefShape(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    title = serializers.CharField()
    state = serializers.ChoiceField(choices=ItemState.choices)


class BlockShape(serializers.Serializer[Any]):
    cause = serializers.ChoiceField(choices=BlockCause.choices)
    reason = serializers.CharField()
    since = serializers.DateTimeField()


class ItemLinkShape(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    kind = serializers.CharField()
    target = serializers.CharField()


class BestRunShape(serializers.Serializer[Any]):
    run_id = serializers.CharField()
    name = serializers.CharField(help_text="The run's.")
    metric = serializers.CharField(help_text="The item's, else the scope's.")
    value = serializers.FloatField()
    baseline = serializers.FloatField(allow_null=True)
    difference = serializers.FloatField(allow_null=True, help_text="Value less baseline.")


class ItemShape(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    key = serializers.CharField(help_text="The project's key and the number.")
    version = serializers.IntegerField()
    title = serializers.CharField()
    kind = serializers.ChoiceField(choices=ItemKind.choices)
    description = serializers.CharField()
    points = serializers.IntegerField(allow_null=True)
    estimates = serializers.DictField(child=serializers.IntegerField(), help_text="Points by discipline.")
    priority = serializers.ChoiceField(choices=list(PRIORITIES))
    labels = serializers.ListField(child=serializers.CharField())
    assignee = PersonShape(allow_null=True)
    sprint = serializers.IntegerField(allow_null=True)
    state = serializers.ChoiceField(choices=ItemState.choices)
    status = StatusRefShape(help_text="The project's own name of where it stands, within the state.")
    moved_at = serializers.DateTimeField(allow_null=True, help_text="When it came into its state.")
    blocked = BlockShape(allow_null=True)
    blocked_by = ItemRefShape(many=True, help_text="Items that must be finished first.")
    blocks = ItemRefShape(many=True)
    parent = ItemRefShape(allow_null=True)
    links = ItemLinkShape(many=True)
    hypothesis = serializers.CharField()
    time_box_days = serializers.IntegerField(allow_null=True)
    metric = serializers.CharField()
    baseline = serializers.FloatField(allow_null=True)
    result = serializers.CharField()
    result_note = serializers.CharField()
    best_run = BestRunShape(
        allow_null=True, read_only=True, help_text="Of the runs that test it, the one with the best value."
    )
    custom = serializers.DictField(child=serializers.JSONField())
    triage = serializers.CharField(help_text="Empty: planned, not asked for.")
    triage_reason = serializers.CharField()
    external_source = serializers.CharField()
    external_id = serializers.CharField()
    rank = serializers.FloatField(help_text="Orders the cards of a lane.")
    created_at = serializers.DateTimeField()


class ItemPageShape(PageShape):
    results = ItemShape(many=True)


class MoveBody(StrictSerializer):
    state = serializers.CharField(max_length=40, help_text="A state, or the key of one of the project's statuses.")
    before = serializers.IntegerField(
        min_value=1, allow_null=True, default=None, help_text="The item above which it goes; null is the lane's foot."
    )


class BlockBody(StrictSerializer):
    cause = serializers.ChoiceField(choices=BlockCause.choices)
    reason = serializers.CharField(max_length=200)


class NoBody(StrictSerializer):
    pass


class BlockerBody(StrictSerializer):
    item = serializers.IntegerField(min_value=1, help_text="The item that must be finished first.")


class ItemLinkBody(StrictSerializer):
    kind = serializers.CharField(max_length=20, help_text="run, dataset, version, risk, gate and so on.")
    target = serializers.CharField(max_length=120, help_text="The thing's id, as its own address has it.")


_PLAIN = (
    "number version title kind description points estimates labels state moved_at hypothesis time_box_days metric "
    "baseline result result_note custom triage triage_reason external_source external_id rank created_at"
)


def item_json(item: WorkItem, key: str, names: dict[str, str], best: BestRun | None) -> dict[str, Any]:
    """`item` as `queries.items_in_full` gives it; `names` are the main statuses of the project by their keys."""
    body: dict[str, Any] = {name: getattr(item, name) for name in _PLAIN.split()}
    return body | {
        "key": f"{key}-{item.number}",
        "priority": Priority(item.priority).name.lower(),
        "assignee": person_json(item.assignee),
        "sprint": item.sprint.number if item.sprint else None,
        "status": _status_json(item, names),
        "blocked": _block_json(item),
        "blocked_by": [_ref(one.blocker) for one in item.blocked_by.all()],
        "blocks": [_ref(one.blocked) for one in item.blocks.all()],
        "parent": _ref(item.parent) if item.parent else None,
        "links": [link_json(one) for one in item.links.all()],
        "best_run": _best_json(best) if best else None,
    }


def _best_json(best: BestRun) -> dict[str, Any]:
    return {name: getattr(best, name) for name in ["run_id", "name", "metric", "value", "baseline", "difference"]}


def link_json(link: ItemLink) -> dict[str, Any]:
    return {"id": link.pk, "kind": link.kind, "target": link.target}


def _status_json(item: WorkItem, names: dict[str, str]) -> dict[str, str]:
    if item.status:
        return {"key": item.status.key, "name": item.status.name}
    return {"key": str(item.state), "name": names.get(item.state, ItemState(item.state).label)}


def _block_json(item: WorkItem) -> dict[str, Any] | None:
    if item.blocked_at is None:
        return None
    return {"cause": item.block_cause, "reason": item.block_reason, "since": item.blocked_at}


def _ref(item: WorkItem) -> dict[str, Any]:
    return {"number": item.number, "title": item.title, "state": item.state}


class ItemApi(ProjectApiView):
    """What every view of items needs: how they are answered and how they are named."""

    def shapes(self, items: Sequence[WorkItem]) -> list[dict[str, Any]]:
        """Of all together: it costs the same for one and for many."""
        names, best = queries.status_names(self.project), cardfacts.best_runs(self.project, items)
        return [item_json(item, self.project.key, names, best.get(item.number)) for item in items]

    def answered(self, number: int, *, status: int = 200) -> Response:
        """The item as it stands now."""
        item = queries.item_in_full(self.project, number)
        (body,) = self.shapes([item])
        return answer(body, item, status=status)

    def values(self, request: Request, *, partial: bool = False) -> dict[str, Any]:
        body = valid(ItemBody, request, partial=partial)
        if "assignee" in body:
            body["assignee"] = person(self.project, body["assignee"], field="assignee")
        if "sprint" in body:
            body["sprint"] = named_sprint(self.project, body["sprint"], field="sprint")
        if "parent" in body:
            body["parent"] = self.named(body["parent"], field="parent")
        if "priority" in body:
            body["priority"] = PRIORITIES[body["priority"]].value
        if "estimates" in body:
            body["estimates"] = {name: value for name, value in body["estimates"].items() if name in Discipline.values}
        return body

    def named(self, number: int | None, *, field: str) -> WorkItem | None:
        """The item with this number. Raises Invalid if there is none."""
        if number is None:
            return None
        found = queries.items(self.project).filter(number=number).first()
        if found is None:
            raise Invalid(f"There is no item {number} in this project.", field=field)
        return found


FILTER_PARAMETERS = [
    OpenApiParameter("q", OpenApiTypes.STR, description="In the title, the description, or the number."),
    OpenApiParameter("state", OpenApiTypes.STR, many=True, description="A state, or the key of a status."),
    OpenApiParameter("kind", OpenApiTypes.STR, many=True, enum=ItemKind.values),
    OpenApiParameter("assignee", OpenApiTypes.STR, many=True, description="A user name, `me`, or `none`."),
    OpenApiParameter("label", OpenApiTypes.STR, many=True),
    OpenApiParameter("priority", OpenApiTypes.STR, many=True, enum=list(PRIORITIES)),
    OpenApiParameter(
        "sprint", OpenApiTypes.STR, many=True, description="A sprint's number, `active`, or `none` for the backlog."
    ),
    OpenApiParameter("blocked", OpenApiTypes.STR, enum=["yes", "no"]),
    OpenApiParameter("triage", OpenApiTypes.STR, enum=Triage.values, description="Requests; else those are left out."),
]
"""A field of the project's own is `f.` and its key."""


class ItemsView(ItemApi):
    @extend_schema(parameters=FILTER_PARAMETERS, responses=ItemPageShape)
    def get(self, request: Request, key: str) -> Response:
        """Work items, newest first. `f.KEY` filters by a field of the project's own."""
        params = request.query_params
        look = queries.read_look(self.project, params)
        found = queries.found_items(look, self.project, by=caller(request))
        own = [name for name in params if name.startswith(queries.OWN)]
        return page_of(request, queries.in_full(found), self.shapes, filters=[*queries.FILTERS, *own])

    @extend_schema(request=ItemBody, responses={201: ItemShape})
    def post(self, request: Request, key: str) -> Response:
        """Add an item to a sprint or to the backlog."""
        values = self.values(request)
        title = values.pop("title")
        item = operations.add_item(project=self.project, title=title, more=values, by=caller(request), now=now())
        return self.answered(item.number, status=201)


class ItemView(ItemApi):
    @extend_schema(responses=ItemShape)
    def get(self, request: Request, key: str, number: int) -> Response:
        """One item."""
        return self.answered(number)

    @extend_schema(request=ItemBody, responses=ItemShape)
    def patch(self, request: Request, key: str, number: int) -> Response:
        """Revise the given fields."""
        operations.revise_item(
            item=queries.item(self.project, number),
            values=self.values(request, partial=True),
            by=caller(request),
            expected_version=expected_version(request),
            now=now(),
        )
        return self.answered(number)


class ItemMoveView(ItemApi):
    @extend_schema(request=MoveBody, responses=ItemShape)
    def post(self, request: Request, key: str, number: int) -> Response:
        """Put it into a lane, above another item or at the foot."""
        body = valid(MoveBody, request)
        operations.move_item(
            item=queries.item(self.project, number),
            state=body["state"],
            before=self.named(body["before"], field="before"),
            by=caller(request),
            now=now(),
            expected_version=expected_version(request),
        )
        return self.answered(number)


class ItemBlockView(ItemApi):
    @extend_schema(request=BlockBody, responses=ItemShape)
    def post(self, request: Request, key: str, number: int) -> Response:
        """Say that it cannot go on, and why."""
        body = valid(BlockBody, request)
        operations.block_item(
            item=queries.item(self.project, number),
            by=caller(request),
            now=now(),
            expected_version=expected_version(request),
            **body,
        )
        return self.answered(number)


class ItemUnblockView(ItemApi):
    @extend_schema(request=NoBody, responses=ItemShape)
    def post(self, request: Request, key: str, number: int) -> Response:
        """Say that it can go on."""
        valid(NoBody, request)
        operations.unblock_item(
            item=queries.item(self.project, number), by=caller(request), expected_version=expected_version(request)
        )
        return self.answered(number)


class ItemBlockersView(ItemApi):
    @extend_schema(request=BlockerBody, responses=ItemShape)
    def post(self, request: Request, key: str, number: int) -> Response:
        """Say that another item must be finished first."""
        item = queries.item(self.project, number)
        blocker = self.named(valid(BlockerBody, request)["item"], field="item")
        assert blocker is not None  # the body has a number
        operations.add_blocker(item=item, blocker=blocker, by=caller(request), now=now())
        return self.answered(number)


class ItemBlockerView(ItemApi):
    @extend_schema(responses={204: None})
    def delete(self, request: Request, key: str, number: int, blocker: int) -> Response:
        """It need not wait for that one."""
        operations.remove_blocker(
            item=queries.item(self.project, number), blocker=queries.item(self.project, blocker), by=caller(request)
        )
        return Response(status=204)


class ItemLinksView(ItemApi):
    @extend_schema(request=ItemLinkBody, responses=ItemShape)
    def post(self, request: Request, key: str, number: int) -> Response:
        """Say what it is about."""
        item, body = queries.item(self.project, number), valid(ItemLinkBody, request)
        operations.link_item(item=item, by=caller(request), now=now(), **body)
        return self.answered(number)


class ItemLinkView(ItemApi):
    @extend_schema(responses={204: None})
    def delete(self, request: Request, key: str, number: int, link: int) -> Response:
        """It is not about that."""
        item = queries.item(self.project, number)
        operations.unlink_item(link=queries.item_link(item, link), by=caller(request))
        return Response(status=204)
