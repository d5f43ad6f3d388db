"""The base of every REST view below a project."""

from typing import Any, cast

from rest_framework.request import Request

from core.api import ApiView
from core.errors import NotFound
from core.models import Token, User
from projects import queries
from projects.models import Project


class ProjectApiView(ApiView):
    """`self.project` is the project named in the address. A stranger, or a token of another project, gets 404."""

    project: Project

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.project = project_for(request, kwargs["key"])


def project_for(request: Request, key: str) -> Project:
    """The project with this key, if the caller may see it. Raises NotFound."""
    project = queries.visible_project(cast(User, request.user), key)
    if isinstance(request.auth, Token) and request.auth.stream_id not in (None, project.pk):
        raise NotFound(f"There is no project {key!r}, or you are not in it.")
    return project
