"""Options in the studio: added, and taken out."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from core.errors import DomainError
from core.pages import now, user_of
from projects import operations, queries
from projects.forms.dossier import NewOptionForm
from projects.models import Project
from projects.pages import project_page
from projects.views.studio.addressing import studio_url
from projects.views.studio.answering import then


@project_page
@require_POST
def add(request: HttpRequest, project: Project) -> HttpResponse:
    form = NewOptionForm(request.POST)
    if not form.is_valid():
        messages.error(request, "An option needs a title.")
        return redirect(studio_url(project, "options"))
    try:
        made = operations.add_option(project=project, values=form.cleaned_data, by=user_of(request), now=now())
    except DomainError as exc:
        messages.error(request, exc.message)
        return redirect(studio_url(project, "options"))
    return redirect(studio_url(project, "options", made.number))


@project_page
@require_POST
def remove(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    option = queries.option(project, number)
    return then(
        request,
        project,
        lambda: operations.remove_option(option=option, by=user_of(request), now=now()),
        f"{option.title} is out; earlier revisions keep it.",
    )
