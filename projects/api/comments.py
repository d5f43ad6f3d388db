"""REST: what people say of things; each app says of what."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import StrictSerializer, page, valid
from core.pages import now
from projects import operations, queries
from projects.api.shapes import PageShape, PersonShape, caller, person_json
from projects.api_base import ProjectApiView
from projects.enums import Visibility
from projects.models import Comment
from projects.operations import ITEM_TALK, Talk


class CommentBody(StrictSerializer):
    text = serializers.CharField(help_text="Markdown.")


class CommentShape(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    text = serializers.CharField()
    created_by = PersonShape()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    url = serializers.CharField()


class CommentPageShape(PageShape):
    results = CommentShape(many=True)


class ItemCommentBody(CommentBody):
    visibility = serializers.ChoiceField(choices=Visibility.choices, default=Visibility.EVERYONE)


class ItemCommentShape(CommentShape):
    visibility = serializers.ChoiceField(choices=Visibility.choices)


class ItemCommentListShape(serializers.Serializer[Any]):
    results = ItemCommentShape(many=True)


class TalkApi(ProjectApiView):
    """Subclasses say which talk it is, and find the thing that the address names."""

    talk: ClassVar[Talk[Any]]
    body: ClassVar[type[StrictSerializer]] = CommentBody
    named: ClassVar[str] = "comment_id"
    """What the address calls the comment."""

    def thing(self, **named: Any) -> Any:
        """Raises NotFound."""
        raise NotImplementedError

    def comment(self, request: Request, named: dict[str, Any]) -> Any:
        """Raises NotFound."""
        thing = self.thing(**named)
        return queries.comment_on(self.talk.model, thing, caller(request), named[self.named])

    def shape(self, one: Comment, url: str) -> dict[str, Any]:
        return {
            "id": one.pk,
            "text": one.text,
            "created_by": person_json(one.created_by),
            "created_at": one.created_at,
            "updated_at": one.updated_at,
            "url": url,
        }


class CommentsApi(TalkApi):
    @extend_schema(responses=CommentPageShape)
    def get(self, request: Request, key: str, **named: Any) -> Response:
        """What was said of it, the oldest first."""
        rows = queries.comments_on(self.talk.model, self.thing(**named), caller(request))
        return page(request, rows, lambda one: self.shape(one, f"{request.path}/{one.pk}"), newest_first=False)

    @extend_schema(request=CommentBody, responses={201: CommentShape})
    def post(self, request: Request, key: str, **named: Any) -> Response:
        """Say something of it."""
        body = valid(self.body, request)
        by, thing = caller(request), self.thing(**named)
        made = operations.add_comment(talk=self.talk, on=thing, by=by, now=now(), **body)
        answer = self.shape(made, f"{request.path}/{made.pk}")
        return Response(answer, status=201, headers={"Location": answer["url"]})


class CommentApi(TalkApi):
    @extend_schema(responses=CommentShape)
    def get(self, request: Request, key: str, **named: Any) -> Response:
        """One comment."""
        return Response(self.shape(self.comment(request, named), request.path))

    @extend_schema(request=CommentBody, responses=CommentShape)
    def patch(self, request: Request, key: str, **named: Any) -> Response:
        """Change one's own comment."""
        text, by = valid(CommentBody, request)["text"], caller(request)
        found = self.comment(request, named)
        changed = operations.change_comment(talk=self.talk, comment=found, text=text, by=by, now=now())
        return Response(self.shape(changed, request.path))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, key: str, **named: Any) -> Response:
        """Delete one's own comment."""
        found = self.comment(request, named)
        operations.delete_comment(talk=self.talk, comment=found, by=caller(request))
        return Response(status=204)


class ItemTalk(TalkApi):
    talk, body, named = ITEM_TALK, ItemCommentBody, "comment"

    def thing(self, **named: Any) -> Any:
        return queries.item(self.project, named["number"])

    def shape(self, one: Any, url: str) -> dict[str, Any]:
        return super().shape(one, url) | {"visibility": one.visibility}


@extend_schema_view(post=extend_schema(request=ItemCommentBody, responses={201: ItemCommentShape}))
class ItemCommentsView(ItemTalk, CommentsApi):
    @extend_schema(responses=ItemCommentListShape)
    def get(self, request: Request, key: str, **named: Any) -> Response:
        """What is said of it, as far as the caller may read it."""
        rows = queries.comments_on(self.talk.model, self.thing(**named), caller(request))
        return Response({"results": [self.shape(one, f"{request.path}/{one.pk}") for one in rows]})


@extend_schema_view(get=extend_schema(responses=ItemCommentShape), patch=extend_schema(responses=ItemCommentShape))
class ItemCommentView(ItemTalk, CommentApi):
    pass
