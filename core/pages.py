"""What every page's view starts with."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponseBase

from core.errors import DomainError
from core.models import User

View = Callable[..., HttpResponseBase]


def page(view: View) -> View:
    """A page for whoever is signed in."""

    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return view(request, *args, **kwargs)

    guarded = login_required(wrapper)
    guarded.guard = "page"  # type: ignore[attr-defined]
    return guarded


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


def show_on(form: BaseForm, error: DomainError) -> None:
    """Put a refusal where it belongs on a form: beside its fields, or on top."""
    for one in error.errors:
        form.add_error(one.field if one.field in form.fields else None, one.message)
    if not error.errors:
        form.add_error(None, error.message)
