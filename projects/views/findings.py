"""Findings: what was found wrong, and whether it was put right."""

from typing import Any

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from core.errors import DomainError
from core.pages import now, user_of
from core.refusals import status_of
from projects import operations, peeks, queries, rules, subjects, tables
from projects.enums import FINDING_FLOW, FindingState
from projects.forms.findings import FindingChangeForm, NewFindingForm
from projects.forms.risks import ReasonForm
from projects.models import Finding, Project
from projects.pages import part_of, project_page, takes_effect
from projects.roles import Permission


@project_page
@require_http_methods(["GET", "POST"])
def findings(request: HttpRequest, project: Project) -> HttpResponse:
    form = NewFindingForm(request.POST or None, people=queries.people(project))
    about = [(f"project:{project.key}", project.name)]
    about += [(f"risk:{one.number}", f"R{one.number} {one.title}") for one in queries.risks(project).order_by("number")]
    form.fields["about"].choices = about  # type: ignore[attr-defined]

    def act() -> None:
        values = dict(form.cleaned_data)
        kind, _, id = values.pop("about").partition(":")
        operations.open_finding(project=project, about_type=kind, about_id=id, by=user_of(request), now=now(), **values)

    if takes_effect(form, act):
        return redirect("projects:findings", key=project.key)
    context = {
        "project": project,
        "rows": _rows(project),
        "form": form,
        "why_not": rules.why_not(user_of(request), Permission.EDIT_RISKS, project.pk),
    }
    template = "projects/parts/findings.html" if part_of(request) == "findings" else "projects/findings.html"
    return render(request, template, context, status=status_of(form))


@project_page
@require_http_methods(["GET", "POST"])
def finding(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    found = queries.finding(project, number)
    if part_of(request) == "peek":
        return render(request, "ui/peek.html", peeks.of_finding(found))
    form = _form(project, found, request.POST or None)

    def act() -> None:
        values = dict(form.cleaned_data)
        version = values.pop("version")
        operations.revise_finding(finding=found, values=values, by=user_of(request), expected_version=version)

    if takes_effect(form, act):
        messages.success(request, f"Finding F{number} saved.")
        return redirect("projects:findings", key=project.key)
    return _show(request, project, found, form=form)


def _form(project: Project, found: Finding, data: Any = None) -> FindingChangeForm:
    initial = {name: getattr(found, name) for name in FindingChangeForm.base_fields}
    return FindingChangeForm(data, initial=initial, people=queries.people(project))


def _show(request: HttpRequest, project: Project, found: Finding, **sent: BaseForm) -> HttpResponse:
    """The page of a finding; a form that was refused stands on it as it was sent."""
    context: dict[str, Any] = {
        "project": project,
        "finding": found,
        "about": _about(project, found),
        "tone": tables.SEVERITY_TONES[found.severity],
        "form": _form(project, found),
        "close_form": ReasonForm(auto_id="close-%s"),
        "steps": FINDING_FLOW.open_steps(found.state),
        "why_not": rules.why_not(user_of(request), Permission.EDIT_RISKS, project.pk),
        "why_not_close": rules.why_not_close_finding(user_of(request), found),
    }
    return render(request, "projects/finding.html", context | sent, status=status_of(*sent.values()))


@project_page
@require_POST
def close(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    found, form = queries.finding(project, number), ReasonForm(request.POST, auto_id="close-%s")

    def act() -> None:
        operations.close_finding(finding=found, resolution=form.cleaned_data["text"], by=user_of(request), now=now())

    if not takes_effect(form, act):
        return _show(request, project, found, close_form=form)
    messages.success(request, f"Finding F{number} is closed.")
    return redirect("projects:findings", key=project.key)


@project_page
@require_POST
def reopen(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    operations.reopen_finding(finding=queries.finding(project, number), by=user_of(request))
    return redirect("projects:finding", key=project.key, number=number)


def _rows(project: Project) -> list[dict[str, Any]]:
    """The open ones first, the worst and the soonest due first."""
    today = now().date()
    found = sorted(queries.findings(project), key=tables.finding_weight)
    return [
        {
            "finding": one,
            "tone": tables.SEVERITY_TONES[one.severity],
            "is_late": one.state == FindingState.OPEN and one.due_date is not None and one.due_date < today,
        }
        for one in found
    ]


def _about(project: Project, found: Finding) -> subjects.Subject | None:
    """What it is about, if that is still there."""
    try:
        return subjects.find(project, found.about_type, found.about_id)
    except DomainError:
        return None
