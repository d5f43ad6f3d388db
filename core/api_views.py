"""The REST API about oneself: who am I, and my tokens."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core import operations, queries
from core.api import ApiView, StrictSerializer, page, user_of, valid
from core.errors import NotFound
from core.models import Token
from core.pages import now
from core.roles import DEFAULT_SCOPES, Scope


class TokenShape(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    label = serializers.CharField()  # type: ignore[assignment]  # the field is called label
    prefix = serializers.CharField()
    scopes = serializers.ListField(child=serializers.CharField())
    project = serializers.CharField(allow_null=True, help_text="The only project that it sees; null: all of its user.")
    expires_at = serializers.DateTimeField()
    last_used_at = serializers.DateTimeField(allow_null=True)
    revoked_at = serializers.DateTimeField(allow_null=True)


class MeShape(serializers.Serializer[Any]):
    username = serializers.CharField()
    name = serializers.CharField()
    is_admin = serializers.BooleanField()
    token = TokenShape(allow_null=True, help_text="The token of this call; null: a session.")


class NewTokenShape(TokenShape):
    token = serializers.CharField(help_text="The token itself: shown here and never again.")


class TokenPageShape(serializers.Serializer[Any]):
    results = TokenShape(many=True)
    next_cursor = serializers.CharField(allow_null=True)
    prev_cursor = serializers.CharField(allow_null=True)


class TokenBody(StrictSerializer):
    label = serializers.CharField(max_length=120)  # type: ignore[assignment]  # the field is called label
    scopes = serializers.ListField(
        child=serializers.ChoiceField(choices=[scope.value for scope in Scope]), required=False
    )
    days = serializers.IntegerField(min_value=1, max_value=operations.MAX_TOKEN_DAYS, default=90)


def token_json(token: Token) -> dict[str, Any]:
    return {
        "id": token.pk,
        "label": token.label,
        "prefix": token.prefix,
        "scopes": token.scopes,
        "project": token.stream.name if token.stream else None,
        "expires_at": token.expires_at,
        "last_used_at": token.last_used_at,
        "revoked_at": token.revoked_at,
    }


class MeView(ApiView):
    @extend_schema(responses=MeShape)
    def get(self, request: Request) -> Response:
        """Who the caller is, and what the token of the call may do."""
        user, token = user_of(request), request.auth
        told = token_json(token) if isinstance(token, Token) else None
        return Response({"username": user.username, "name": user.name, "is_admin": user.is_superuser, "token": told})


class TokensView(ApiView):
    @extend_schema(responses=TokenPageShape)
    def get(self, request: Request) -> Response:
        """The caller's tokens, newest first."""
        return page(request, queries.tokens_of(user_of(request)).order_by(), token_json)

    @extend_schema(request=TokenBody, responses={201: NewTokenShape})
    def post(self, request: Request) -> Response:
        """Make a token. A token cannot make one that may do more than itself."""
        body = valid(TokenBody, request)
        scopes = body.get("scopes") or list(DEFAULT_SCOPES)
        within = request.auth.scopes if isinstance(request.auth, Token) else scopes
        made = operations.create_token(
            user=user_of(request),
            label=body["label"],
            scopes=[scope for scope in scopes if scope in within],
            days=body["days"],
            stream_id=request.auth.stream_id if isinstance(request.auth, Token) else None,
            by=user_of(request),
            now=now(),
        )
        return Response(token_json(made.token) | {"token": made.text}, status=201)


class TokenView(ApiView):
    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        """Revoke a token."""
        token = Token.objects.filter(user=user_of(request), pk=pk).first()
        if token is None:
            raise NotFound("There is no such token of yours.")
        operations.revoke_token(token=token, by=user_of(request), now=now())
        return Response(status=204)
