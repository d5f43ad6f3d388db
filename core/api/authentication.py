"""Who is calling, and who may come in at all."""

import base64
import binascii
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.authentication import SessionAuthentication as DrfSessionAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from core import queries
from core.errors import NotAllowed
from core.models import Token, User
from core.roles import Scope


class Access(StrEnum):
    """Who may come in at all; what somebody may do there is asked by the rules."""

    PUBLIC = "public"
    SIGNED_IN = "signed_in"
    ADMIN = "admin"


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer tl_...`, or Basic with the user's name and the token as the password."""

    def authenticate(self, request: Request) -> tuple[User, Token] | None:
        header = get_authorization_header(request).split()
        if not header:
            return None
        token = authenticate_header(b" ".join(header).decode("latin-1"))
        if token is None:
            raise exceptions.AuthenticationFailed("The token is unknown, expired or revoked.")
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="throughline"'


def authenticate_header(header: str) -> Token | None:
    """The usable token in an Authorization header, or None."""
    scheme, _, value = header.partition(" ")
    username, text = None, value.strip()
    if scheme.lower() == "basic":
        try:
            username, _, text = base64.b64decode(text, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None
    elif scheme.lower() != "bearer":
        return None
    now = datetime.now(UTC)
    token = queries.usable_token(text=text, now=now)
    if token is None or (username is not None and username.lower() != token.user.username.lower()):
        return None
    queries.touch(token, now=now)
    return token


class SessionAuthentication(DrfSessionAuthentication):
    """The portal's own pages may call the API; changes then need the CSRF token."""

    def authenticate(self, request: Request) -> tuple[Any, None] | None:
        if get_authorization_header(request):
            return None
        return super().authenticate(request)


class DeclaredAccess(BasePermission):
    """Deny by default: a view says who may come in, and a token must have the scope."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        access = getattr(view, "access", None)
        if access == Access.PUBLIC:
            return True
        if access is None or not request.user or not request.user.is_authenticated:
            return False
        if access == Access.ADMIN and not request.user.is_superuser:
            raise NotAllowed("Only an administrator may do this.")
        require_scope(request, view.scope_for(request))  # type: ignore[attr-defined]
        return True


def require_scope(request: Request, scope: Scope) -> None:
    """Raise NotAllowed if the call is made with a token that lacks the scope. Sessions have all."""
    token = request.auth
    if isinstance(token, Token) and scope != Scope.READ and scope not in token.scopes:
        raise NotAllowed(
            f"This token may {', '.join(token.scopes)}; this needs a token with the scope {scope}.",
            code="missing_scope",
        )


def user_of(request: Request) -> User:
    """Who is calling a view that lets nobody in who is not signed in."""
    assert isinstance(request.user, User)
    return request.user
