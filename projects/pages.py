"""What every page of a project starts with."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.forms import BaseForm
from django.http import HttpRequest, HttpResponseBase

from core.errors import DomainError
from core.pages import View, page, user_of
from core.refusals import show_on
from projects import queries, rules
from projects.models import Project
from projects.roles import Permission, Role


class ProjectRequest(HttpRequest):
    """What `project_page` makes of a request."""

    project: Project
    role: Role | None


def project_page(view: View) -> View:
    """A page of one project: the view gets the project in place of its key. A stranger gets 404.

    The project stands on the request too, for the rail, and so does the reader's role in it.
    """

    @wraps(view)
    def wrapper(request: HttpRequest, key: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
        asked = cast(ProjectRequest, request)
        known = getattr(request, "project", None)  # by another part of the same answer (core.views.parts)
        if known is None or known.key != key:
            asked.project, asked.role = queries.project_and_role(user_of(request), key)
        return view(request, asked.project, *args, **kwargs)

    guarded = page(wrapper)
    guarded.guard = "project"  # type: ignore[attr-defined]
    return guarded


def why_not(request: HttpRequest, permission: Permission) -> str | None:
    """Why whoever asks may not do this in the page's project (`rules.why_not`)."""
    return rules.why_not_as(user_of(request), cast(ProjectRequest, request).role, permission)


def takes_effect(form: BaseForm, act: Callable[[], Any]) -> bool:
    """Whether the form is good and the operation took effect; else the refusal stands on the form, with what was
    written."""
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
