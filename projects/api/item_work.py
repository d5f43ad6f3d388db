"""REST: many items at once, items in a line, requests, views, templates."""

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import StrictSerializer, expected_version, valid
from core.api.paging import refuse_unknown_filters
from core.errors import Invalid
from core.pages import now
from projects import itemreading, itemtable, operations, queries
from projects.api.items import FILTER_PARAMETERS, ItemApi, ItemShape
from projects.api.shapes import PersonShape, answer, caller, person, person_json
from projects.api.sprints import named_sprint
from projects.api_base import ProjectApiView
from projects.enums import PRIORITIES, ItemKind, Layout
from projects.models import ItemTemplate, SavedView, WorkItem


class BulkBody(StrictSerializer):
    """What is left out stays as it is."""

    items = serializers.ListField(child=serializers.IntegerField(min_value=1), help_text="Numbers, 200 at most.")
    state = serializers.CharField(max_length=40, required=False, help_text="A state, or the key of a status.")
    priority = serializers.ChoiceField(choices=list(PRIORITIES), required=False)
    assignee = serializers.CharField(allow_null=True, required=False)
    sprint = serializers.IntegerField(min_value=1, allow_null=True, required=False)
    kind = serializers.ChoiceField(choices=ItemKind.choices, required=False)
    add_labels = serializers.ListField(child=serializers.CharField(max_length=40), required=False)
    remove_labels = serializers.ListField(child=serializers.CharField(max_length=40), required=False)


class RefusedShape(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    reason = serializers.CharField()


class BulkShape(serializers.Serializer[Any]):
    changed = serializers.ListField(child=serializers.IntegerField())
    refused = RefusedShape(many=True)


class QuickBody(StrictSerializer):
    line = serializers.CharField(max_length=400, help_text="Such as: Try it !high @scientist #spike #recall 2w 5p")
    sprint = serializers.IntegerField(min_value=1, allow_null=True, default=None)


class ItemsImportBody(StrictSerializer):
    file = serializers.FileField()
    kind = serializers.ChoiceField(choices=["csv", "jira", "github"], help_text="Whose file it is.")
    is_trial = serializers.BooleanField(default=False, help_text="Says what would come of it, and writes nothing.")

    def validate_file(self, file: UploadedFile) -> UploadedFile:
        if (file.size or 0) > itemreading.MOST_BYTES:
            limit, size = itemreading.MOST_BYTES / 10**6, (file.size or 0) / 10**6
            raise serializers.ValidationError(f"A file has {limit:.0f} MB at most: got {size:.1f} MB.")
        return file


class ImportErrorShape(serializers.Serializer[Any]):
    field = serializers.CharField(help_text="Row and column.")
    code = serializers.CharField()
    message = serializers.CharField()


class ItemsImportShape(serializers.Serializer[Any]):
    added = serializers.IntegerField()
    changed = serializers.IntegerField()
    same = serializers.IntegerField()
    errors = ImportErrorShape(many=True)  # type: ignore[assignment]


class RequestBody(StrictSerializer):
    title = serializers.CharField(max_length=200)
    description = serializers.CharField(allow_blank=True, default="")
    kind = serializers.ChoiceField(choices=ItemKind.choices, default=ItemKind.STORY)
    priority = serializers.ChoiceField(choices=list(PRIORITIES), default="none")


class DeclineBody(StrictSerializer):
    reason = serializers.CharField(max_length=500)


class NothingBody(StrictSerializer):
    pass


class ViewBody(StrictSerializer):
    name = serializers.CharField(max_length=60)
    layout = serializers.ChoiceField(choices=Layout.choices, default=Layout.TABLE)
    query = serializers.CharField(
        allow_blank=True, default="", max_length=2000, help_text="As the address of the list has it."
    )
    is_shared = serializers.BooleanField(default=False)


class ViewShape(ViewBody):
    id = serializers.IntegerField()
    owner = PersonShape()


class ViewListShape(serializers.Serializer[Any]):
    results = ViewShape(many=True)


class ItemTemplateBody(StrictSerializer):
    name = serializers.CharField(max_length=60)
    values = serializers.DictField(child=serializers.JSONField(allow_null=True), help_text="As an item's own.")


class ItemTemplateShape(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    version = serializers.IntegerField()
    name = serializers.CharField()
    values = serializers.DictField(child=serializers.JSONField())


class ItemTemplateListShape(serializers.Serializer[Any]):
    results = ItemTemplateShape(many=True)


class ItemTemplateUseBody(StrictSerializer):
    title = serializers.CharField(max_length=200, allow_blank=True, default="")


class ItemsBulkView(ItemApi):
    @extend_schema(request=BulkBody, responses=BulkShape)
    def post(self, request: Request, key: str) -> Response:
        """Change the same in many items; the answer names those that were refused, and why."""
        body = valid(BulkBody, request)
        items = self._items(body.pop("items"))
        if "assignee" in body:
            body["assignee"] = person(self.project, body["assignee"], field="assignee")
        if "sprint" in body:
            body["sprint"] = named_sprint(self.project, body["sprint"], field="sprint")
        if "priority" in body:
            body["priority"] = PRIORITIES[body["priority"]].value
        done = operations.change_items(project=self.project, items=items, values=body, by=caller(request), now=now())
        refused = [{"number": number, "reason": reason} for number, reason in done.refused]
        return Response({"changed": done.changed, "refused": refused})

    def _items(self, numbers: list[int]) -> list[WorkItem]:
        wanted = list(dict.fromkeys(numbers))
        found = {item.number: item for item in queries.items(self.project).filter(number__in=wanted[:1000])}
        missing = [number for number in wanted if number not in found]
        if missing:
            said = f"There is no item {', '.join(map(str, missing[:20]))} in this project."
            raise Invalid(said, field="items", code="unknown")
        return [found[number] for number in wanted]


class ItemsQuickView(ItemApi):
    @extend_schema(request=QuickBody, responses={201: ItemShape})
    def post(self, request: Request, key: str) -> Response:
        """Add an item in one line."""
        body = valid(QuickBody, request)
        sprint = named_sprint(self.project, body["sprint"], field="sprint")
        item = operations.add_quickly(
            project=self.project, line=body["line"], sprint=sprint, by=caller(request), now=now()
        )
        return self.answered(item.number, status=201)


class ItemsExportView(ProjectApiView):
    @extend_schema(
        parameters=[*FILTER_PARAMETERS, OpenApiParameter("as", OpenApiTypes.STR, enum=["csv", "json"])],
        responses={(200, "text/csv"): OpenApiTypes.STR, (200, "application/json"): OpenApiTypes.OBJECT},
    )
    def get(self, request: Request, key: str) -> HttpResponse:
        """Everything that the filters take, in the order of `sort`, as a file."""
        params = request.query_params
        own = [name for name in params if name.startswith(queries.OWN)]
        refuse_unknown_filters(request, [*queries.FILTERS, *own, "sort", "as", "page"])
        return itemtable.exported(self.project, params, by=caller(request), kind=params.get("as", "csv"))


class ItemsImportView(ProjectApiView):
    @extend_schema(request={"multipart/form-data": ItemsImportBody}, responses=ItemsImportShape)
    def post(self, request: Request, key: str) -> Response:
        """Take in the items of a file: all or, where one is wrong, none. The same file again makes no second ones."""
        body = valid(ItemsImportBody, request)
        done = operations.import_items(
            project=self.project,
            kind=body["kind"],
            data=body["file"].read(),
            is_trial=body["is_trial"],
            by=caller(request),
            now=now(),
        )
        errors = [{"field": one.field, "code": one.code, "message": one.message} for one in done.errors[:200]]
        return Response({"added": done.added, "changed": done.changed, "same": done.same, "errors": errors})


class RequestsView(ItemApi):
    @extend_schema(request=RequestBody, responses={201: ItemShape})
    def post(self, request: Request, key: str) -> Response:
        """Ask the team for something: it waits until it is accepted or declined."""
        body = valid(RequestBody, request)
        body["priority"] = PRIORITIES[body["priority"]].value
        item = operations.request_item(project=self.project, by=caller(request), now=now(), **body)
        return self.answered(item.number, status=201)


class RequestAcceptView(ItemApi):
    @extend_schema(request=NothingBody, responses=ItemShape)
    def post(self, request: Request, key: str, number: int) -> Response:
        """Take it into the backlog."""
        valid(NothingBody, request)
        item, expected = queries.item(self.project, number), expected_version(request)
        operations.accept_request(item=item, by=caller(request), now=now(), expected_version=expected)
        return self.answered(number)


class RequestDeclineView(ItemApi):
    @extend_schema(request=DeclineBody, responses=ItemShape)
    def post(self, request: Request, key: str, number: int) -> Response:
        """Say no, and why."""
        body, item = valid(DeclineBody, request), queries.item(self.project, number)
        expected = expected_version(request)
        operations.decline_request(item=item, by=caller(request), now=now(), expected_version=expected, **body)
        return self.answered(number)


def view_json(view: SavedView) -> dict[str, Any]:
    body = {name: getattr(view, name) for name in ("name", "layout", "query", "is_shared")}
    return body | {"id": view.pk, "owner": person_json(view.owner)}


class ViewsView(ProjectApiView):
    @extend_schema(responses=ViewListShape)
    def get(self, request: Request, key: str) -> Response:
        """One's own views, and those that others share."""
        return Response({"results": [view_json(one) for one in queries.saved_views(self.project, caller(request))]})

    @extend_schema(request=ViewBody, responses={201: ViewShape})
    def post(self, request: Request, key: str) -> Response:
        """Keep a look under a name, in the place of one's own of that name."""
        view = operations.save_view(project=self.project, by=caller(request), **valid(ViewBody, request))
        return Response(view_json(view), status=201)


class ViewView(ProjectApiView):
    @extend_schema(responses={204: None})
    def delete(self, request: Request, key: str, view: int) -> Response:
        """Take it away."""
        operations.remove_view(view=queries.saved_view(self.project, caller(request), view), by=caller(request))
        return Response(status=204)


def template_json(template: ItemTemplate) -> dict[str, Any]:
    return {"id": template.pk, "version": template.version, "name": template.name, "values": template.values}


class TemplatesView(ProjectApiView):
    @extend_schema(responses=ItemTemplateListShape)
    def get(self, request: Request, key: str) -> Response:
        """What items can begin with."""
        return Response({"results": [template_json(one) for one in queries.item_templates(self.project)]})

    @extend_schema(request=ItemTemplateBody, responses={201: ItemTemplateShape})
    def post(self, request: Request, key: str) -> Response:
        """Keep values under a name, in the place of what has it; with If-Match only of the version that was read."""
        template = operations.save_template(
            project=self.project,
            by=caller(request),
            expected_version=expected_version(request),
            **valid(ItemTemplateBody, request),
        )
        return answer(template_json(template), template, status=201)


class TemplateView(ItemApi):
    @extend_schema(request=ItemTemplateUseBody, responses={201: ItemShape})
    def post(self, request: Request, key: str, template: int) -> Response:
        """Add an item that begins so."""
        body, begin = valid(ItemTemplateUseBody, request), queries.item_template(self.project, template)
        item = operations.add_from_template(template=begin, title=body["title"], by=caller(request), now=now())
        return self.answered(item.number, status=201)

    @extend_schema(request=ItemTemplateBody, responses=ItemTemplateShape)
    def patch(self, request: Request, key: str, template: int) -> Response:
        """Change its name, or what items begin with; with If-Match only the version that was read (412 otherwise)."""
        found = queries.item_template(self.project, template)
        given = {"name": found.name, "values": found.values} | valid(ItemTemplateBody, request, partial=True)
        revised = operations.revise_template(
            template=found, by=caller(request), expected_version=expected_version(request), **given
        )
        return answer(template_json(revised), revised)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, key: str, template: int) -> Response:
        """Take it away."""
        operations.remove_template(template=queries.item_template(self.project, template), by=caller(request))
        return Response(status=204)
