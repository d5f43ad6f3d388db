"""Precedents in the studio: named, chosen from the library, rated blind."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from core.pages import now, user_of
from projects import operations, queries
from projects.forms.dossier import PrecedentForm, SheetForm
from projects.models import Precedent, Project, Sheet
from projects.pages import project_page
from projects.views.studio.answering import sent, then


@project_page
@require_POST
def add(request: HttpRequest, project: Project) -> HttpResponse:
    form = PrecedentForm(request.POST)

    def act() -> Precedent:
        return operations.add_precedent(project=project, values=form.cleaned_data, by=user_of(request), now=now())

    return sent(request, project, form, act, "precedents", "precedent_form")


@project_page
@require_POST
def choose(request: HttpRequest, project: Project) -> HttpResponse:
    """Take one of the library, with what it really took."""
    finished = queries.finished_project(request.POST.get("finished", ""))

    def act() -> Any:
        return operations.choose_precedent(project=project, finished=finished, by=user_of(request), now=now())

    return then(request, project, act, f"{finished} is a precedent now: rate ours against it.", "precedents")


@project_page
@require_POST
def rate(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    form = SheetForm(request.POST)
    precedent = queries.precedent(project, number)

    def act() -> Sheet:
        return operations.rate_precedent(
            precedent=precedent, ratings=form.ratings(), evidence=form.evidence(), by=user_of(request), now=now()
        )

    return sent(request, project, form, act, "precedents", "sheet_form", precedent=number)
