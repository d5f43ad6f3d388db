"""REST: what people say of versions."""

from typing import Any

from models_registry import queries
from models_registry.models import ModelVersion
from models_registry.operations import VERSION_TALK
from projects.api.comments import CommentApi, CommentsApi, TalkApi


class VersionTalk(TalkApi):
    talk = VERSION_TALK

    def thing(self, **named: Any) -> ModelVersion:
        return queries.version_of(project=self.project, name=named["name"], number=named["number"])


class CommentsView(VersionTalk, CommentsApi):
    pass


class CommentView(VersionTalk, CommentApi):
    pass
