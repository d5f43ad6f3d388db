"""Spikes and kill criteria in the studio: planned, locked, stopped, decided."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from core.errors import DomainError, Invalid, LedgerClosed
from core.numbers import whole_of
from core.pages import now, user_of
from projects import operations, queries
from projects.forms.spikes import CriterionForm, DecisionForm, StopForm
from projects.models import KillCriterion, Project
from projects.pages import project_page
from projects.views.studio.addressing import studio_url
from projects.views.studio.answering import sent, then


@project_page
@require_POST
def plan(request: HttpRequest, project: Project) -> HttpResponse:
    """Make a spike of what the button beside it named, and go there."""
    asked = whole_of(request.POST.get("option", ""))
    if asked is None:
        raise Invalid("Say which option the spike is for.", field="option")
    option = queries.option(project, asked)
    try:
        spike = operations.plan_spike(
            option=option, tests=request.POST.get("tests", ""), by=user_of(request), now=now()
        )
    except LedgerClosed:
        raise
    except DomainError as exc:
        messages.error(request, exc.message)
        return redirect(studio_url(project, "options", option.number))
    messages.success(request, f"Planned, with the card {project.key}-{spike.item.number} on the board.")
    return redirect(studio_url(project, "spikes", spike.number))


@project_page
@require_POST
def lock(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    spike = queries.spike(project, number)

    def act() -> Any:
        return operations.lock_spike(spike=spike, by=user_of(request), now=now())

    return then(request, project, act, "Locked: runs that begin from now on count.", "spikes", number)


@project_page
@require_POST
def stop(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    spike, form = queries.spike(project, number), StopForm(request.POST)

    def act() -> Any:
        return operations.stop_spike(spike=spike, by=user_of(request), now=now(), **form.cleaned_data)

    return sent(request, project, form, act, "spikes", "stop_form", number=number)


@project_page
@require_POST
def criterion_add(request: HttpRequest, project: Project) -> HttpResponse:
    form = CriterionForm(request.POST, people=queries.people(project))

    def act() -> KillCriterion:
        values = dict(form.cleaned_data)
        decider = values.pop("decider")
        return operations.add_kill_criterion(
            project=project, values=values, decider=decider, by=user_of(request), now=now()
        )

    return sent(request, project, form, act, "kill", "criterion_form")


@project_page
@require_POST
def criterion_decide(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    criterion, form = queries.kill_criterion(project, number), DecisionForm(request.POST, number=number)

    def act() -> KillCriterion:
        return operations.decide_kill_criterion(
            criterion=criterion, by=user_of(request), now=now(), **form.cleaned_data
        )

    return sent(request, project, form, act, "kill", "decision_form")
