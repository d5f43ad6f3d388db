"""The risk register."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from core.pages import now, user_of
from projects import operations, queries, rules, tables
from projects.enums import RISK_FLOW, RiskLevel, RiskState
from projects.forms.risks import ReasonForm, RiskChangeForm, RiskForm
from projects.models import Project, Risk
from projects.pages import part_of, project_page, takes_effect
from projects.roles import Permission


@project_page
@require_http_methods(["GET", "POST"])
def register(request: HttpRequest, project: Project) -> HttpResponse:
    form = RiskForm(request.POST or None, people=queries.people(project))
    if takes_effect(
        form, lambda: operations.add_risk(project=project, by=user_of(request), now=now(), **form.cleaned_data)
    ):
        return redirect("projects:risks", key=project.key)
    found = sorted(queries.risks(project), key=lambda risk: (risk.state != RiskState.OPEN, Risk.by_weight(risk)))
    context = {
        "project": project,
        "rows": [(risk, tables.LEVEL_TONES[risk.level]) for risk in found],
        "heat": tables.heat(risk for risk in found if risk.state == RiskState.OPEN),
        "form": form,
        "why_not": rules.why_not(user_of(request), Permission.EDIT_RISKS, project.pk),
    }
    template = "projects/parts/register.html" if part_of(request) == "register" else "projects/risks.html"
    return render(request, template, context, status=422 if form.is_bound else 200)


@project_page
@require_http_methods(["GET", "POST"])
def risk(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    found = queries.risk(project, number)
    initial = {name: getattr(found, name) for name in RiskChangeForm.base_fields}
    form = RiskChangeForm(request.POST or None, initial=initial, people=queries.people(project))
    if takes_effect(form, lambda: _revise(request, found, dict(form.cleaned_data))):
        messages.success(request, f"Risk R{number} saved.")
        return redirect("projects:risks", key=project.key)
    context = {
        "project": project,
        "risk": found,
        "tone": tables.LEVEL_TONES[found.level],
        "form": form,
        "steps": RISK_FLOW.open_steps(found.state),
        "why_not": rules.why_not(user_of(request), Permission.EDIT_RISKS, project.pk),
        "why_not_accept": _why_not_accept(request, found),
    }
    return render(request, "projects/risk.html", context, status=422 if form.is_bound else 200)


@project_page
@require_POST
def treat(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    return _decide(
        request,
        queries.risk(project, number),
        lambda risk, reason: operations.treat_risk(risk=risk, treatment=reason, by=user_of(request), now=now()),
    )


@project_page
@require_POST
def accept(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    return _decide(
        request,
        queries.risk(project, number),
        lambda risk, reason: operations.accept_risk(risk=risk, reason=reason, by=user_of(request), now=now()),
    )


@project_page
@require_POST
def reopen(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    operations.reopen_risk(risk=queries.risk(project, number), by=user_of(request), now=now())
    return redirect("projects:risk", key=project.key, number=number)


def _decide(request: HttpRequest, risk: Risk, act: Callable[[Risk, str], Risk]) -> HttpResponse:
    """Treat or accept with the reason given; the operation says what is wrong with an empty one."""
    form = ReasonForm(request.POST)
    reason = form.cleaned_data["text"] if form.is_valid() else ""
    decided = act(risk, reason)
    messages.success(request, f"Risk R{decided.number} is {decided.get_state_display().lower()}.")
    return redirect("projects:risks", key=risk.project.key)


def _revise(request: HttpRequest, risk: Risk, values: dict[str, Any]) -> None:
    version = values.pop("version")
    operations.revise_risk(risk=risk, values=values, by=user_of(request), expected_version=version)


def _why_not_accept(request: HttpRequest, risk: Risk) -> str | None:
    if risk.level == RiskLevel.CRITICAL:
        return "A critical risk cannot be accepted: treat it, or stop."
    return rules.why_not_accept_risk(user_of(request), risk)
