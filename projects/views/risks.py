"""The risk register."""

from typing import Any

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from core.errors import FieldError, Invalid
from core.numbers import wholes_of
from core.pages import now, user_of
from core.refusals import status_of
from projects import indicators, operations, peeks, queries, rules, tables
from projects.enums import RISK_FLOW, FindingState, RiskLevel, RiskState, Stage
from projects.forms.risks import (
    AcceptanceForm,
    ControlForm,
    ControlStateForm,
    IndicatorForm,
    ReasonForm,
    RiskChangeForm,
    RiskForm,
)
from projects.models import Project, Risk
from projects.pages import part_of, project_page, takes_effect
from projects.risk_matrix import ACCEPTANCE_DAYS, IMPACTS
from projects.roles import Permission


@project_page
@require_http_methods(["GET", "POST"])
def register(request: HttpRequest, project: Project) -> HttpResponse:
    form = RiskForm(request.POST or None, people=queries.people(project))
    if takes_effect(
        form, lambda: operations.add_risk(project=project, by=user_of(request), now=now(), **form.cleaned_data)
    ):
        return redirect("projects:risks", key=project.key)
    found, today = queries.register(project), now().date()
    context = {
        "project": project,
        "rows": [tables.register_row(risk, today=today) for risk in found],
        "heat": tables.heat(risk for risk in found if risk.state == RiskState.OPEN),
        "impacts": IMPACTS,
        "losses": tables.losses(risk for risk in found if risk.state == RiskState.OPEN),
        "open_findings": queries.findings(project).filter(state=FindingState.OPEN).count(),
        "is_retired": project.stage == Stage.RETIRED,
        "why_not_sank": rules.why_not(user_of(request), Permission.PASS_GATE, project.pk),
        "form": form,
        "why_not": rules.why_not(user_of(request), Permission.EDIT_RISKS, project.pk),
    }
    template = "projects/parts/register.html" if part_of(request) == "register" else "projects/risks.html"
    return render(request, template, context, status=status_of(form))


@project_page
@require_http_methods(["GET", "POST"])
def risk(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    found: Any = queries.risk_in_full(project, number)
    if part_of(request) == "peek":
        return render(request, "ui/peek.html", peeks.of_risk(tables.register_row(found, today=now().date())))
    initial = {name: getattr(found, name) for name in RiskChangeForm.base_fields}
    form = RiskChangeForm(request.POST or None, initial=initial, people=queries.people(project))
    if takes_effect(form, lambda: _revise(request, found, dict(form.cleaned_data))):
        messages.success(request, f"Risk R{number} saved.")
        return redirect("projects:risks", key=project.key)
    if part_of(request) == "watch":
        return render(request, "projects/parts/risk_watch.html", {"project": project} | _watch(request, found))
    return _show(request, found, form=form)


def _show(request: HttpRequest, risk: Any, **forms: BaseForm) -> HttpResponse:
    """The page of a risk; a form that came back wrong stands on it, with what was typed."""
    initial = {name: getattr(risk, name) for name in RiskChangeForm.base_fields}
    context: dict[str, Any] = {"project": risk.project} | _watch(request, risk) | _decisions(request, risk)
    context |= {"form": RiskChangeForm(initial=initial, people=queries.people(risk.project))} | forms
    return render(request, "projects/risk.html", context, status=status_of(*forms.values()))


def _watch(request: HttpRequest, risk: Any) -> dict[str, Any]:
    """What moves by itself: the level, indicators, controls, findings."""
    project = risk.project
    about = queries.findings(project).filter(about_type="risk", about_id=str(risk.number))
    return {
        "risk": risk,
        "row": tables.register_row(risk, today=now().date()),
        "controls": [(one, ControlStateForm(initial={"state": one.state})) for one in risk.controls.all()],
        "findings": sorted(about, key=tables.finding_weight),
        "losses": tables.losses([risk]),
        "why_not": rules.why_not(user_of(request), Permission.EDIT_RISKS, project.pk),
    }


def _decisions(request: HttpRequest, risk: Any) -> dict[str, Any]:
    project, user = risk.project, user_of(request)
    acceptance = queries.acceptance(risk)
    return {
        "steps": RISK_FLOW.open_steps(risk.state),
        "acceptance": acceptance,
        "longest": ACCEPTANCE_DAYS.get(risk.level),
        "treat_form": ReasonForm(auto_id="treat-%s"),
        "accept_form": AcceptanceForm(auto_id="accept-%s"),
        "control_form": ControlForm(people=queries.people(project), auto_id="control-%s"),
        "indicator_form": _indicator_form(project),
        "why_not_accept": _why_not_accept(request, risk),
        "why_not_sign": rules.why_not_sign(user, acceptance) if acceptance and acceptance.is_waiting else None,
    }


@project_page
@require_POST
def treat(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    found, form = queries.risk_in_full(project, number), ReasonForm(request.POST, auto_id="treat-%s")

    def act() -> None:
        operations.treat_risk(risk=found, treatment=form.cleaned_data["text"], by=user_of(request), now=now())

    if not takes_effect(form, act):
        return _show(request, found, treat_form=form)
    messages.success(request, f"Risk R{number} is treated.")
    return redirect("projects:risks", key=project.key)


@project_page
@require_POST
def accept(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    found, form = queries.risk_in_full(project, number), AcceptanceForm(request.POST, auto_id="accept-%s")
    decided: list[Risk] = []

    def act() -> None:
        given = {"reason": form.cleaned_data["text"], "until": form.cleaned_data["until"]}
        decided.append(operations.accept_risk(risk=found, by=user_of(request), now=now(), **given))

    if not takes_effect(form, act):
        return _show(request, found, accept_form=form)
    said = "accepted" if decided[0].state == RiskState.ACCEPTED else "signed once; the other side signs next"
    messages.success(request, f"Risk R{number} is {said}.")
    return redirect("projects:risks", key=project.key)


@project_page
@require_POST
def sign(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    operations.sign_acceptance(risk=queries.risk(project, number), by=user_of(request), now=now())
    messages.success(request, f"Risk R{number} is accepted.")
    return redirect("projects:risks", key=project.key)


@project_page
@require_POST
def control_add(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    found = queries.risk_in_full(project, number)
    form = ControlForm(request.POST, people=queries.people(project), auto_id="control-%s")
    if not takes_effect(form, lambda: operations.add_control(risk=found, by=user_of(request), **form.cleaned_data)):
        return _show(request, found, control_form=form)
    return redirect("projects:risk", key=project.key, number=number)


@project_page
@require_POST
def control_state(request: HttpRequest, project: Project, number: int, control: int) -> HttpResponse:
    found = queries.control(queries.risk(project, number), control)
    form = ControlStateForm(request.POST)
    _require_valid(form)
    operations.revise_control(control=found, values=form.cleaned_data, by=user_of(request))
    return redirect("projects:risk", key=project.key, number=number)


@project_page
@require_POST
def indicator_bind(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    found, form = queries.risk_in_full(project, number), _indicator_form(project, request.POST)

    def act() -> None:
        operations.bind_indicator(risk=found, by=user_of(request), now=now(), **form.cleaned_data)

    if not takes_effect(form, act):
        return _show(request, found, indicator_form=form)
    return redirect("projects:risk", key=project.key, number=number)


@project_page
@require_POST
def indicator_remove(request: HttpRequest, project: Project, number: int, indicator: int) -> HttpResponse:
    found = queries.indicator(queries.risk(project, number), indicator)
    operations.remove_indicator(indicator=found, by=user_of(request), now=now())
    return redirect("projects:risk", key=project.key, number=number)


@project_page
@require_POST
def sank(request: HttpRequest, project: Project) -> HttpResponse:
    """Asked when the project is retired: which of its risks ended it."""
    numbers = wholes_of(request.POST.getlist("risks"))
    operations.name_what_sank(project=project, numbers=numbers, by=user_of(request))
    messages.success(request, "Kept: the portfolio tells it.")
    return redirect("projects:risks", key=project.key)


@project_page
@require_POST
def reopen(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    operations.reopen_risk(risk=queries.risk(project, number), by=user_of(request), now=now())
    return redirect("projects:risk", key=project.key, number=number)


def _require_valid(form: BaseForm) -> None:
    """Raise Invalid with what the form says of each field."""
    if not form.is_valid():
        errors = [
            FieldError(field=name, code="invalid", message=str(said))
            for name, all in form.errors.items()
            for said in all
        ]
        raise Invalid(" ".join(f"{one.field}: {one.message}" for one in errors), errors=errors)


def _indicator_form(project: Project, data: Any = None) -> IndicatorForm:
    metrics = [(one.key, one.label) for one in indicators.metrics()]
    return IndicatorForm(data, metrics=metrics, subjects=indicators.subjects(project), auto_id="indicator-%s")


def _revise(request: HttpRequest, risk: Risk, values: dict[str, Any]) -> None:
    version = values.pop("version")
    operations.revise_risk(risk=risk, values=values, by=user_of(request), expected_version=version)


def _why_not_accept(request: HttpRequest, risk: Risk) -> str | None:
    if risk.level == RiskLevel.CRITICAL:
        return "A critical risk cannot be accepted: treat it, or stop."
    return rules.why_not_accept_risk(user_of(request), risk)
