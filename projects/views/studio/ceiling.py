"""The ceiling in the studio: sealed, and opened."""

from functools import partial

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from core.errors import NotFound
from core.pages import now, user_of
from projects import operations, queries
from projects.forms.dossier import CeilingForm
from projects.models import Ceiling, Project
from projects.pages import project_page
from projects.views.studio.answering import sent, then


@project_page
@require_POST
def seal(request: HttpRequest, project: Project) -> HttpResponse:
    form = CeilingForm(request.POST)

    def act() -> Ceiling:
        return operations.seal_ceiling(project=project, values=form.cleaned_data, by=user_of(request), now=now())

    return sent(request, project, form, act, "ceiling", "ceiling_form")


@project_page
@require_POST
def open_(request: HttpRequest, project: Project) -> HttpResponse:
    ceiling = queries.ceiling(project)
    if ceiling is None:
        raise NotFound("No ceiling is sealed yet.")
    act = partial(operations.open_ceiling, ceiling=ceiling, by=user_of(request), now=now())
    return then(request, project, act, "The ceiling is open.", section="ceiling")
