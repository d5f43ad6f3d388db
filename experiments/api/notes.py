"""REST: what people say of a run: its tags, description, hypothesis and discussion."""

from typing import Any

from django.db import transaction
from rest_framework import serializers

from core.api import StrictSerializer
from core.errors import Invalid
from core.models import User
from core.pages import now
from experiments import operations, queries
from experiments.models import Run
from projects import queries as project_queries
from projects.api.comments import CommentApi, CommentsApi, TalkApi
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


class RunTalk(TalkApi):
    talk = operations.RUN_TALK

    def thing(self, **named: Any) -> Run:
        return queries.run_by_id(project=self.project, run_id=named["run_id"])


class CommentsView(RunTalk, CommentsApi):
    pass


class CommentView(RunTalk, CommentApi):
    pass
