"""What every page of a project starts with."""

from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse

from core.pages import View, page
from projects import queries


def project_page(view: View) -> View:
    """A page of one project: the view gets the project in place of its key. A stranger gets 404.

    The project stands on the request too, for the rail.
    """

    @wraps(view)
    def wrapper(request: HttpRequest, key: str, *args: Any, **kwargs: Any) -> HttpResponse:
        project = queries.visible_project(request.user, key)  # type: ignore[arg-type]
        request.project = project  # type: ignore[attr-defined]
        return view(request, project, *args, **kwargs)

    guarded = page(wrapper)
    guarded.guard = "project"  # type: ignore[attr-defined]
    return guarded
