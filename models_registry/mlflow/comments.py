"""`comments/*` on model versions, in the public shape of Databricks' registry, whose SDK comes with mlflow."""

from typing import Any

from core.errors import NotFound
from experiments.mlflow import wire
from experiments.mlflow.door import Call, Route
from experiments.mlflow.shapes import milliseconds
from models_registry.mlflow.versions import given_version
from models_registry.models import VersionComment
from models_registry.operations import VERSION_TALK
from projects.operations import add_comment, change_comment, delete_comment


def given_comment(call: Call) -> VersionComment:
    """Raises Invalid, NotFound."""
    found = VersionComment.objects.filter(project=call.project, pk=wire.required_number(call.data, "id"))
    comment = found.select_related("created_by").first()
    if comment is None:
        raise NotFound("There is no such comment.")
    return comment


def create(call: Call) -> dict[str, Any]:
    text = wire.required(call.data, "comment")
    comment = add_comment(talk=VERSION_TALK, on=given_version(call), text=text, by=call.by, now=call.now)
    return {"comment": shape(call, comment)}


def update(call: Call) -> dict[str, Any]:
    text = wire.required(call.data, "comment")
    comment = change_comment(talk=VERSION_TALK, comment=given_comment(call), text=text, by=call.by, now=call.now)
    return {"comment": shape(call, comment)}


def delete(call: Call) -> dict[str, Any]:
    delete_comment(talk=VERSION_TALK, comment=given_comment(call), by=call.by)
    return {}


def shape(call: Call, comment: VersionComment) -> dict[str, Any]:
    return {
        "id": str(comment.pk),
        "comment": comment.text,
        "user_id": comment.created_by.username,
        "creation_timestamp": milliseconds(comment.created_at),
        "last_updated_timestamp": milliseconds(comment.updated_at),
        "available_actions": ["EDIT_COMMENT", "DELETE_COMMENT"] if comment.created_by_id == call.by.pk else [],
    }


ROUTES = [
    Route("POST", "comments/create", create),
    Route("PATCH", "comments/update", update),
    Route("DELETE", "comments/delete", delete),
]
