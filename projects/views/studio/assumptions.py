"""Assumptions in the studio: written down, settled, taken out."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from core.pages import now, user_of
from projects import operations, queries
from projects.forms.assumptions import NewAssumptionForm, SettleForm
from projects.models import Assumption, Project
from projects.pages import project_page, takes_effect
from projects.views.studio.addressing import studio_url
from projects.views.studio.answering import refused, sent, then


@project_page
@require_POST
def add(request: HttpRequest, project: Project) -> HttpResponse:
    """Write one down, and go to where its owner and its test are said."""
    form, made = NewAssumptionForm(request.POST, auto_id="new_%s"), list[Assumption]()

    def act() -> None:
        given = form.cleaned_data
        made.append(operations.add_assumption(project=project, values=given, by=user_of(request), now=now()))

    if takes_effect(form, act):
        return redirect(studio_url(project, "assumptions", made[0].number))
    return refused(request, project, form, "assumptions", "new_assumption")


@project_page
@require_POST
def settle(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    form, assumption = SettleForm(request.POST, auto_id="settle_%s"), queries.assumption(project, number)

    def act() -> Assumption:
        return operations.settle_assumption(assumption=assumption, by=user_of(request), now=now(), **form.cleaned_data)

    return sent(request, project, form, act, "assumptions", "settle_form", number=number)


@project_page
@require_POST
def remove(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    assumption = queries.assumption(project, number)

    def act() -> Assumption:
        return operations.remove_assumption(assumption=assumption, by=user_of(request), now=now())

    return then(request, project, act, "It is out; earlier revisions keep it.", "assumptions")
