"""Options in the studio: added, and taken out."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from core.pages import now, user_of
from projects import operations, queries
from projects.forms.dossier import NewOptionForm
from projects.models import Project, ScopeOption
from projects.pages import project_page, takes_effect
from projects.views.studio.addressing import studio_url
from projects.views.studio.answering import refused, then


@project_page
@require_POST
def add(request: HttpRequest, project: Project) -> HttpResponse:
    """Add one, and go to where its figures are said."""
    form, made = NewOptionForm(request.POST, auto_id="new_%s"), list[ScopeOption]()

    def act() -> None:
        made.append(operations.add_option(project=project, values=form.cleaned_data, by=user_of(request), now=now()))

    if takes_effect(form, act):
        return redirect(studio_url(project, "options", made[0].number))
    return refused(request, project, form, "options", "new_option")


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
