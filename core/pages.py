"""What every page's view starts with."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponseBase, QueryDict

from core.errors import Invalid, NotFound
from core.models import User
from core.numbers import whole_of

View = Callable[..., HttpResponseBase]


def page(view: View) -> View:
    """A page for whoever is signed in."""

    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if has_nul(kwargs, request.GET):
            raise NotFound("There is no such thing: its name holds the character U+0000.")
        return view(request, *args, **kwargs)

    guarded = login_required(wrapper)
    guarded.guard = "page"  # type: ignore[attr-defined]
    return guarded


def has_nul(parts: Mapping[str, Any], query: QueryDict) -> bool:
    """Whether a part of the address, or an argument, holds U+0000: PostgreSQL has no text with it."""
    texts = [text for values in query.lists() for text in (values[0], *values[1])]
    return any("\0" in text for text in [*texts, *map(str, parts.values())])


def public(view: View) -> View:
    """A page that anybody may open; the guard test lists them with their reasons."""
    view.guard = "public"  # type: ignore[attr-defined]
    return view


def user_of(request: HttpRequest) -> User:
    """Who opened a page that needs signing in."""
    assert isinstance(request.user, User)
    return request.user


def now() -> datetime:
    """The time, at the edge; below, it is passed in."""
    return datetime.now(UTC)


def whole_asked(request: HttpRequest, name: str, *, most: int) -> int | None:
    """The whole number that the address has by this name, or None. Raises Invalid."""
    text = request.GET.get(name, "")
    if not text:
        return None
    number = whole_of(text, most=most)
    if number is None:
        raise Invalid(f"{name} is a whole number from 0 to {most}: got {text[:40]!r}.", field=name, code="range")
    return number
