"""What every page's view starts with."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.contrib.auth.decorators import login_required
from django.forms import BaseForm, Form
from django.http import HttpRequest, HttpResponseBase, QueryDict

from core.errors import DomainError, Invalid, NotFound
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


def show_on(form: BaseForm, error: DomainError) -> None:
    """Put a refusal where it belongs on a form: beside its fields, or on top. The page answers `status_of` it."""
    form.refusal = error  # type: ignore[attr-defined]
    for one in error.errors:
        form.add_error(one.field if one.field in form.fields else None, one.message)
    if not error.errors:
        form.add_error(None, error.message)


def refusal_of(form: BaseForm) -> DomainError | None:
    """What the house said to a form whose content was in order."""
    return getattr(form, "refusal", None)


def status_of(*forms: BaseForm | None) -> int:
    """Of a page on which these forms stand: what the refusal of one answers, 422 if one is wrong itself."""
    for form in forms:
        if form is not None and form.errors:
            refusal = refusal_of(form)
            return refusal.status if refusal else HTTPStatus.UNPROCESSABLE_ENTITY
    return HTTPStatus.OK


def seen_now(form: Form, **shown: object) -> None:
    """A refused form is sent again from a page that shows what stands now: what it says was seen is that."""
    form.data = form.data.copy()  # type: ignore[attr-defined]
    form.data.update({name: str(value) for name, value in shown.items()})  # type: ignore[attr-defined]
