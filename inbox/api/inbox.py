"""REST: one's inbox."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import ApiView, StrictSerializer, refuse_unknown_filters, user_of, valid
from core.errors import BadRequest
from core.models import Token
from core.numbers import whole_of
from core.pages import now
from inbox import operations, queries
from inbox.enums import Group, Show
from inbox.rows import Row

MOST = 100
FILTERS = [
    OpenApiParameter("show", str, enum=[str(one) for one in Show], description="Which rows; to do, if none is said."),
    OpenApiParameter("group", str, enum=[str(one) for one in Group]),
    OpenApiParameter("limit", int, description="1 to 100."),
    OpenApiParameter("cursor", str, description="`next_cursor` of the page before."),
]


class RowShape(serializers.Serializer[Any]):
    key = serializers.CharField(help_text="Names the row for good.")
    group = serializers.ChoiceField([str(one) for one in Group])
    what = serializers.CharField(help_text="What is to be done.")
    title = serializers.CharField()
    detail = serializers.CharField()
    by = serializers.CharField(help_text="Who asks.")
    project = serializers.CharField(allow_null=True)
    tier = serializers.IntegerField(allow_null=True)
    url = serializers.CharField()
    since = serializers.DateTimeField()
    due_at = serializers.DateTimeField(allow_null=True)
    is_overdue = serializers.BooleanField()
    changes = serializers.IntegerField(allow_null=True, help_text="Since one looked or decided; null: one never did.")
    is_unread = serializers.BooleanField()
    snoozed_until = serializers.DateTimeField(allow_null=True)


class ElsewhereShape(serializers.Serializer[Any]):
    title = serializers.CharField()
    project = serializers.CharField()
    who = serializers.CharField()
    url = serializers.CharField()
    since = serializers.DateTimeField()


class InboxShape(serializers.Serializer[Any]):
    results = RowShape(many=True)
    next_cursor = serializers.CharField(allow_null=True)
    prev_cursor = serializers.CharField(allow_null=True, help_text="Always null: the list is computed as it stands.")
    elsewhere = ElsewhereShape(many=True, help_text="What the teams wait for from others.")


class InboxCountsShape(serializers.Serializer[Any]):
    decide = serializers.IntegerField()
    assigned = serializers.IntegerField()
    mentions = serializers.IntegerField()
    alerts = serializers.IntegerField()
    expiring = serializers.IntegerField()
    total = serializers.IntegerField()
    unread = serializers.IntegerField()


class KeyBody(StrictSerializer):
    key = serializers.CharField(max_length=120)


class SnoozeBody(KeyBody):
    until = serializers.DateTimeField(help_text="With its time zone; within a year.")


def row_json(row: Row) -> dict[str, Any]:
    return {
        "key": row.key,
        "group": str(row.group),
        "what": row.what,
        "title": row.title,
        "detail": row.detail,
        "by": row.by,
        "project": row.project_key or None,
        "tier": row.tier,
        "url": str(row.url),
        "since": row.since,
        "due_at": row.due_at,
        "is_overdue": row.is_overdue,
        "changes": row.changes,
        "is_unread": row.is_unread,
        "snoozed_until": row.snoozed_until,
    }


class InboxView(ApiView):
    @extend_schema(parameters=FILTERS, responses=InboxShape)
    def get(self, request: Request) -> Response:
        """What stands in the caller's inbox now, in the order of the page."""
        refuse_unknown_filters(request, ("show", "group"))
        show, group = _word(request, "show", Show.values), _word(request, "group", Group.values)
        found = queries.inbox(user_of(request), now=now(), show=Show(show or Show.OPEN), only_project=only(request))
        rows = [row for row in found.rows if group in (None, row.group)]
        shown, following = _page(request, rows)
        elsewhere = [
            {"title": one.title, "project": one.project_name, "who": one.who, "url": one.url, "since": one.since}
            for one in found.elsewhere
        ]
        return Response(
            {
                "results": [row_json(row) for row in shown],
                "next_cursor": following,
                "prev_cursor": None,
                "elsewhere": elsewhere,
            }
        )


class CountsView(ApiView):
    @extend_schema(responses=InboxCountsShape)
    def get(self, request: Request) -> Response:
        """How many rows there are to do, by group, and how many of them are unread."""
        return Response(queries.counts(user_of(request), now=now(), only_project=only(request)))


class StepView(ApiView):
    """A step that needs only the row."""

    def take(self, request: Request) -> tuple[Row, Any]:
        body = valid(KeyBody, request)
        user = user_of(request)
        return queries.row_with_key(user, body["key"], now=now(), only_project=only(request)), user


class DoneView(StepView):
    @extend_schema(request=KeyBody, responses=RowShape)
    def post(self, request: Request) -> Response:
        """Take a row off the list, until it is another matter."""
        row, user = self.take(request)
        operations.mark_done(row=row, by=user)
        return _again(request, row)


class ReadView(StepView):
    @extend_schema(request=KeyBody, responses=RowShape)
    def post(self, request: Request) -> Response:
        """Seen as it is now: changes are counted from here."""
        row, user = self.take(request)
        operations.mark_read(row=row, by=user)
        return _again(request, row)


class UnreadView(StepView):
    @extend_schema(request=KeyBody, responses=RowShape)
    def post(self, request: Request) -> Response:
        """As if one had never looked."""
        row, user = self.take(request)
        operations.mark_unread(row=row, by=user)
        return _again(request, row)


class BackView(StepView):
    @extend_schema(request=KeyBody, responses=RowShape)
    def post(self, request: Request) -> Response:
        """Put a row that is done or put off on the list again."""
        row, user = self.take(request)
        operations.bring_back(row=row, by=user)
        return _again(request, row)


class SnoozeView(ApiView):
    @extend_schema(request=SnoozeBody, responses=RowShape)
    def post(self, request: Request) -> Response:
        """Take a row off the list until a moment."""
        body, user = valid(SnoozeBody, request), user_of(request)
        row = queries.row_with_key(user, body["key"], now=now(), only_project=only(request))
        operations.snooze(row=row, until=body["until"], by=user, now=now())
        return _again(request, row)


def only(request: Request) -> int | None:
    """The project of the call's token, if it is a token of one."""
    return request.auth.stream_id if isinstance(request.auth, Token) else None


def _again(request: Request, row: Row) -> Response:
    found = queries.row_with_key(user_of(request), row.key, now=now(), only_project=only(request))
    return Response(row_json(found))


def _word(request: Request, name: str, words: list[str]) -> str | None:
    word = request.query_params.get(name)
    if word is not None and word not in words:
        raise BadRequest(f"{name} is one of {', '.join(words)}: got {word[:40]!r}.", field=name)
    return word


def _page(request: Request, rows: list[Row]) -> tuple[list[Row], str | None]:
    """The list is computed, so a page begins after the row that ended the one before, wherever that stands now."""
    asked, after = request.query_params.get("limit", "50"), request.query_params.get("cursor")
    limit = whole_of(asked, least=1, most=MOST)
    if limit is None:
        raise BadRequest(f"limit must be 1 to {MOST}: got {asked[:40]!r}.", field="limit")
    start = next((index + 1 for index, row in enumerate(rows) if row.key == after), None) if after else 0
    if start is None:
        raise BadRequest("The row at which this page begins is no longer in the list: begin again.", field="cursor")
    shown = rows[start : start + limit]
    return shown, shown[-1].key if len(rows) > start + limit else None
