"""What every page of a project starts with."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.forms import BaseForm
from django.http import HttpRequest, HttpResponseBase

from core.errors import DomainError
from core.pages import View, page, show_on
from projects import queries


def project_page(view: View) -> View:
    """A page of one project: the view gets the project in place of its key. A stranger gets 404.

    The project stands on the request too, for the rail.
    """

    @wraps(view)
    def wrapper(request: HttpRequest, key: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
        project = queries.visible_project(request.user, key)  # type: ignore[arg-type]
        request.project = project  # type: ignore[attr-defined]
        return view(request, project, *args, **kwargs)

    guarded = page(wrapper)
    guarded.guard = "project"  # type: ignore[attr-defined]
    return guarded


def takes_effect(form: BaseForm, act: Callable[[], Any]) -> bool:
    """Whether the form is good and the operation took effect; else the refusal stands on the form."""
    if not form.is_valid():
        return False
    try:
        act()
    except DomainError as exc:
        show_on(form, exc)
        return False
    return True


def part_of(request: HttpRequest) -> str:
    """Which fragment of the page htmx asks for; empty for the whole page."""
    return request.GET.get("part", "") if getattr(request, "htmx", False) else ""
