"""REST: what people say of a run: its tags, description, hypothesis and discussion."""

from typing import Any

from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import StrictSerializer, page, valid
from core.errors import Invalid
from core.models import User
from core.pages import now
from experiments import operations, queries
from experiments.api.filtering import filters
from experiments.models import Run, RunComment
from projects import queries as project_queries
from projects.api.shapes import PageShape, PersonShape, caller, person_json
from projects.api_base import ProjectApiView
from projects.models import Project


class RunBody(StrictSerializer):
    tags = serializers.DictField(
        child=serializers.CharField(allow_null=True, allow_blank=True, trim_whitespace=False),
        required=False,
        help_text="The tags to set; null takes one away.",
    )
    description = serializers.CharField(required=False, allow_blank=True, help_text="Markdown.")
    item = serializers.IntegerField(
        required=False,
        allow_null=True,
        min_value=1,
        max_value=2**31 - 1,
        help_text="The number of the work item whose hypothesis the run tests.",
    )


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


@transaction.atomic
def revise(*, project: Project, run: Run, body: dict[str, Any], by: User) -> None:
    """All of the body, or nothing of it. Raises as the operations do."""
    tags = body.get("tags", {})
    kept = {key: value for key, value in tags.items() if value is not None}
    if kept:
        operations.log_batch(run=run, tags=kept, by=by, now=now())
    for key in tags.keys() - kept.keys():
        operations.delete_run_tag(run=run, key=key, by=by, now=now())
    if "description" in body:
        operations.describe_run(run=run, text=body["description"], by=by, now=now())
    if "item" in body:
        number = body["item"]
        item = project_queries.items(project).filter(number=number).first() if number is not None else None
        if number is not None and item is None:
            raise Invalid(f"There is no item {number} in this project.", field="item", code="no_such_item")
        operations.link_run(run=run, item=item, by=by, now=now())


def comment_json(one: RunComment, key: str, run_id: str) -> dict[str, Any]:
    return {
        "id": one.pk,
        "text": one.text,
        "created_by": person_json(one.created_by),
        "created_at": one.created_at,
        "updated_at": one.updated_at,
        "url": f"/api/v1/projects/{key}/runs/{run_id}/comments/{one.pk}",
    }


class CommentsView(ProjectApiView):
    @extend_schema(responses=CommentPageShape)
    def get(self, request: Request, key: str, run_id: str) -> Response:
        """What was said of a run, the oldest first."""
        filters(request)
        rows = queries.comments_on(queries.run_by_id(project=self.project, run_id=run_id))
        return page(request, rows, lambda one: comment_json(one, key, run_id), newest_first=False)

    @extend_schema(request=CommentBody, responses={201: CommentShape})
    def post(self, request: Request, key: str, run_id: str) -> Response:
        """Say something of a run."""
        text = valid(CommentBody, request)["text"]
        run = queries.run_by_id(project=self.project, run_id=run_id)
        made = operations.add_comment(run=run, text=text, by=caller(request), now=now())
        answer = comment_json(made, key, run_id)
        return Response(answer, status=201, headers={"Location": answer["url"]})


class CommentView(ProjectApiView):
    @extend_schema(responses=CommentShape)
    def get(self, request: Request, key: str, run_id: str, comment_id: int) -> Response:
        """One comment."""
        return Response(comment_json(self._comment(run_id, comment_id), key, run_id))

    @extend_schema(request=CommentBody, responses=CommentShape)
    def patch(self, request: Request, key: str, run_id: str, comment_id: int) -> Response:
        """Change one's own comment."""
        text = valid(CommentBody, request)["text"]
        found = self._comment(run_id, comment_id)
        changed = operations.change_comment(comment=found, text=text, by=caller(request), now=now())
        return Response(comment_json(changed, key, run_id))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, key: str, run_id: str, comment_id: int) -> Response:
        """Delete one's own comment."""
        operations.delete_comment(comment=self._comment(run_id, comment_id), by=caller(request), now=now())
        return Response(status=204)

    def _comment(self, run_id: str, comment_id: int) -> RunComment:
        run = queries.run_by_id(project=self.project, run_id=run_id)
        return queries.comment_by_id(run=run, comment_id=comment_id)
