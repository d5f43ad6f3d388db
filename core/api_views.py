"""The REST API about oneself and about itself: who am I, my tokens, what of all I may see, and the schema."""

from functools import cache
from typing import Any

from django.http import HttpResponse
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import OpenApiParameter, extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core import operations, queries, search
from core.api import ApiView, StrictSerializer, page, refuse_unknown_filters, user_of, valid
from core.errors import Invalid, NotFound
from core.models import Token, User
from core.numbers import whole_of
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
    letter_keys = serializers.BooleanField(help_text="Whether keys of one letter act on pages.")
    shows_first_steps = serializers.BooleanField(help_text="Whether pages show the first steps of a new project.")
    token = TokenShape(allow_null=True, help_text="The token of this call; null: a session.")


class NewTokenShape(TokenShape):
    token = serializers.CharField(help_text="The token itself: shown here and never again.")


class TokenPageShape(serializers.Serializer[Any]):
    results = TokenShape(many=True)
    next_cursor = serializers.CharField(allow_null=True)
    prev_cursor = serializers.CharField(allow_null=True)


class SettingsBody(StrictSerializer):
    letter_keys = serializers.BooleanField(required=False)
    shows_first_steps = serializers.BooleanField(required=False)


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


def me_json(user: User, token: object) -> dict[str, Any]:
    return {
        "username": user.username,
        "name": user.name,
        "is_admin": user.is_superuser,
        "letter_keys": user.letter_keys,
        "shows_first_steps": user.shows_first_steps,
        "token": token_json(token) if isinstance(token, Token) else None,
    }


class MeView(ApiView):
    @extend_schema(responses=MeShape)
    def get(self, request: Request) -> Response:
        """Who the caller is, and what the token of the call may do."""
        return Response(me_json(user_of(request), request.auth))

    @extend_schema(request=SettingsBody, responses=MeShape)
    def patch(self, request: Request) -> Response:
        """Choose for oneself."""
        body = valid(SettingsBody, request)
        user = operations.change_settings(user=user_of(request), by=user_of(request), **body)
        return Response(me_json(user, request.auth))


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


class HitShape(serializers.Serializer[Any]):
    kind = serializers.CharField(help_text="item, risk, run, model, version, person ... ")
    id = serializers.CharField(help_text="What it is called in addresses: a number, a name, a run id.")
    title = serializers.CharField()
    note = serializers.CharField()
    project = serializers.CharField(allow_null=True, help_text="The key of its project.")
    at = serializers.DateTimeField(allow_null=True)
    url = serializers.CharField(help_text="Its page.")


class FoundShape(serializers.Serializer[Any]):
    results = HitShape(many=True, help_text="The best kinds first, the best of each kind first.")
    is_guess = serializers.BooleanField(help_text="Nothing fits all words; these are like them.")


class SearchView(ApiView):
    @extend_schema(
        responses=FoundShape,
        parameters=[
            OpenApiParameter("q", str, description="Words, all of which must fit; a project's key means that project."),
            OpenApiParameter("kind", str, description="Only this kind; may be given several times.", many=True),
            OpenApiParameter("limit", int, description="How many of each kind, 1 to 50 (6)."),
        ],
    )
    def get(self, request: Request) -> Response:
        """Everything that the caller may see and that fits: the best of each kind; without words, what is newest."""
        refuse_unknown_filters(request, ("q", "kind", "limit"))
        only = request.auth.stream_id if isinstance(request.auth, Token) else None
        found = search.find(
            user_of(request), request.query_params.get("q", ""), kinds=_kinds(request), each=_each(request), only=only
        )
        return Response({"results": [hit_json(hit) for hit in found.hits], "is_guess": found.is_guess})


def hit_json(hit: search.Hit) -> dict[str, Any]:
    return {
        "kind": search.main_kind(hit.kind),
        "id": hit.ref,
        "title": hit.title,
        "note": hit.note,
        "project": hit.project or None,
        "at": hit.at,
        "url": hit.url,
    }


def _kinds(request: Request) -> list[str]:
    asked = request.query_params.getlist("kind")
    unknown = [one for one in asked if one not in search.kinds()]
    if unknown:
        raise Invalid(f"Kinds are {', '.join(search.kinds())}: got {unknown[0][:60]!r}.", field="kind")
    return asked


def _each(request: Request) -> int:
    text = request.query_params.get("limit", "6")
    number = whole_of(text, least=1, most=search.MOST_EACH)
    if number is None:
        raise Invalid(f"A limit is a number from 1 to {search.MOST_EACH}: got {text[:60]!r}.", field="limit")
    return number


class SchemaView(SpectacularAPIView):
    """It follows from the code alone: made, which takes a second, and written in each format once in a process."""

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        chosen = request.accepted_renderer
        named = {"Content-Disposition": f'inline; filename="Throughline.{chosen.format}"'}
        return HttpResponse(_written(chosen.format), content_type=chosen.media_type, headers=named)


@cache
def _written(format: str) -> str | bytes:
    renderer = next(one for one in SchemaView.renderer_classes if one.format == format)
    return renderer().render(_schema())


@cache
def _schema() -> dict[str, Any]:
    return SchemaGenerator().get_schema(public=True)
