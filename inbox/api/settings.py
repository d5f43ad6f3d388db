"""REST: how one is told, and the chat of a project."""

from datetime import time
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.addresses import MAX_URL
from core.api import ApiView, StrictSerializer, check_if_match, etag, expected_version, user_of, valid
from core.errors import NotAllowed, NotFound
from inbox import operations, queries
from inbox.api.inbox import only
from inbox.enums import Digest, Kind, Shape
from inbox.models import Preferences, ProjectChannel
from projects.api_base import ProjectApiView

SHAPES = [str(one) for one in Shape]


class NotificationSettingsShape(serializers.Serializer[Any]):
    version = serializers.IntegerField()
    email = serializers.CharField()
    channels = serializers.JSONField(help_text='Kind to channels besides the inbox: {"mention": ["email", "webhook"]}.')
    zone = serializers.CharField()
    quiet_from = serializers.TimeField(allow_null=True)
    quiet_until = serializers.TimeField(allow_null=True)
    digest = serializers.ChoiceField([str(one) for one in Digest])
    digest_hour = serializers.IntegerField()
    shape = serializers.ChoiceField(SHAPES)
    has_chat = serializers.BooleanField(help_text="Whether an address is kept: it is never told.")


class NotificationSettingsBody(StrictSerializer):
    email = serializers.CharField(max_length=254, allow_blank=True, required=False)
    channels = serializers.DictField(child=serializers.ListField(child=serializers.CharField()), required=False)
    zone = serializers.CharField(max_length=60, required=False)
    quiet_from = serializers.TimeField(allow_null=True, required=False)
    quiet_until = serializers.TimeField(allow_null=True, required=False)
    digest = serializers.ChoiceField([str(one) for one in Digest], required=False)
    digest_hour = serializers.IntegerField(min_value=0, max_value=23, required=False)
    shape = serializers.ChoiceField(SHAPES, required=False)
    url = serializers.CharField(max_length=MAX_URL, allow_blank=True, required=False, help_text="Empty takes it away.")


class ProjectChatShape(serializers.Serializer[Any]):
    version = serializers.IntegerField()
    shape = serializers.ChoiceField(SHAPES)
    kinds = serializers.ListField(child=serializers.ChoiceField([str(one) for one in Kind]))


class ProjectChatBody(StrictSerializer):
    shape = serializers.ChoiceField(SHAPES)
    kinds = serializers.ListField(child=serializers.CharField(max_length=12), max_length=20)
    url = serializers.CharField(max_length=MAX_URL, required=False, help_text="Needed the first time; never told.")


def settings_json(found: Preferences) -> dict[str, Any]:
    return {
        "version": found.version,
        "email": found.user.email,
        "channels": {kind: found.channels.get(kind, []) for kind in Kind.values},
        "zone": found.zone,
        "quiet_from": _clock(found.quiet_from),
        "quiet_until": _clock(found.quiet_until),
        "digest": found.digest,
        "digest_hour": found.digest_hour,
        "shape": found.shape,
        "has_chat": bool(found.sealed_url),
    }


def chat_json(found: ProjectChannel) -> dict[str, Any]:
    return {"version": found.version, "shape": found.shape, "kinds": found.kinds}


class NotificationSettingsView(ApiView):
    @extend_schema(responses=NotificationSettingsShape)
    def get(self, request: Request) -> Response:
        """How the caller is told besides the inbox."""
        _refuse_token_of_one_project(request)
        found = queries.preferences_of(user_of(request))
        return Response(settings_json(found), headers={"ETag": etag(found)})

    @extend_schema(request=NotificationSettingsBody, responses=NotificationSettingsShape)
    def patch(self, request: Request) -> Response:
        """Change what is given. If-Match guards against a change that one has not seen."""
        _refuse_token_of_one_project(request)
        check_if_match(request, queries.preferences_of(user_of(request)))
        body = valid(NotificationSettingsBody, request)
        found = operations.set_preferences(values=body, by=user_of(request), expected_version=expected_version(request))
        return Response(settings_json(found), headers={"ETag": etag(found)})


def _refuse_token_of_one_project(request: Request) -> None:
    """The settings hold for all projects of a person."""
    if only(request) is not None:
        raise NotAllowed("A token of one project does not change where its user is told.")


class ProjectChatView(ProjectApiView):
    @extend_schema(responses=ProjectChatShape)
    def get(self, request: Request, key: str) -> Response:
        """What the project's chat is told of."""
        found = queries.channel_of(self.project)
        if found is None:
            raise NotFound("This project has no chat.")
        return Response(chat_json(found), headers={"ETag": etag(found)})

    @extend_schema(request=ProjectChatBody, responses=ProjectChatShape)
    def put(self, request: Request, key: str) -> Response:
        """Give the project a chat, or change it."""
        body = valid(ProjectChatBody, request)
        found = operations.set_channel(
            project=self.project, by=user_of(request), expected_version=expected_version(request), **body
        )
        return Response(chat_json(found), headers={"ETag": etag(found)})

    @extend_schema(responses={204: None})
    def delete(self, request: Request, key: str) -> Response:
        """The chat is told nothing any more."""
        operations.remove_channel(project=self.project, by=user_of(request))
        return Response(status=204)


def _clock(moment: time | None) -> str | None:
    return moment.strftime("%H:%M") if moment else None
