"""Deployments: what serves, its history, and a form to try it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core.errors import DomainError
from core.pages import now, user_of
from core.refusals import status_of
from models_registry import approvals, operations, prediction, queries, rules, tables
from models_registry.enums import DeploymentState
from models_registry.forms import PauseForm, RetireForm, RowForm
from models_registry.models import Deployment
from projects import feed
from projects.models import Project
from projects.pages import part_of, project_page, takes_effect

RECENT = 20
PARTS = {
    "state": "models_registry/parts/deployment_state.html",
    "history": "models_registry/parts/deployment_history.html",
    "predictions": "models_registry/parts/predictions.html",
}


@project_page
@require_GET
def deployments(request: HttpRequest, project: Project) -> HttpResponse:
    found = queries.visible_deployments(project).order_by("name", "pk")
    rows = [{"deployment": one, "tone": tables.DEPLOYMENT_TONES[DeploymentState(one.state)]} for one in found]
    template = "parts/deployments.html" if part_of(request) == "deployments" else "deployments.html"
    return render(request, f"models_registry/{template}", {"project": project, "rows": rows})


@project_page
@require_GET
def deployment(request: HttpRequest, project: Project, name: str) -> HttpResponse:
    found = queries.deployment_named(project=project, name=name)
    part = part_of(request)
    if part in PARTS:
        return render(request, PARTS[part], _part(project, found, part))
    return render(request, "models_registry/deployment.html", _whole(request, project, found))


@project_page
@require_http_methods(["POST"])
def try_it(request: HttpRequest, project: Project, name: str) -> HttpResponse:
    """One row from the form, predicted and logged like any other."""
    found = queries.deployment_named(project=project, name=name)
    form = RowForm(request.POST, signature=queries.signature_of(found.live_version))
    answered, status = None, 422
    if form.is_valid():
        try:
            answered = prediction.predict(deployment=found, rows=[form.row()], by=user_of(request), now=now())
            status = 200
        except DomainError as error:
            status = error.status
            form.add_error(None, error.message)
    return render(
        request,
        "models_registry/parts/try_it.html",
        {"project": project, "deployment": found, "row_form": form, "answered": answered},
        status=status,
    )


@project_page
@require_POST
def pause(request: HttpRequest, project: Project, name: str) -> HttpResponse:
    """The second of two steps: the dialog asked for the reason."""
    found = queries.deployment_named(project=project, name=name)
    form = PauseForm(request.POST)

    def act() -> None:
        given = form.cleaned_data
        operations.pause_deployment(
            deployment=found,
            reason=given["reason"],
            expected_version=given["version"],
            by=user_of(request),
            now=now(),
        )

    if takes_effect(form, act):
        messages.info(request, f"{name} is paused: callers get 503.")
        return redirect("models_registry:deployment", key=project.key, name=name)
    context = _whole(request, project, found) | {"pause_form": form}
    return render(request, "models_registry/deployment.html", context, status=status_of(form))


@project_page
@require_POST
def resume(request: HttpRequest, project: Project, name: str) -> HttpResponse:
    found = queries.deployment_named(project=project, name=name)
    operations.resume_deployment(deployment=found, by=user_of(request), now=now())
    messages.success(request, f"{name} answers again.")
    return redirect("models_registry:deployment", key=project.key, name=name)


@project_page
@require_POST
def roll_back(request: HttpRequest, project: Project, name: str) -> HttpResponse:
    found = queries.deployment_named(project=project, name=name)
    rolled = operations.roll_back(deployment=found, by=user_of(request), now=now())
    messages.success(request, f"{rolled.live_version} serves as {name} again.")
    return redirect("models_registry:deployment", key=project.key, name=name)


@project_page
@require_POST
def retire(request: HttpRequest, project: Project, name: str) -> HttpResponse:
    found = queries.deployment_named(project=project, name=name)
    form = RetireForm(request.POST, auto_id="retire-%s")

    def act() -> None:
        operations.retire_deployment(deployment=found, by=user_of(request), now=now(), **form.cleaned_data)

    if not takes_effect(form, act):
        context = _whole(request, project, found) | {"retire_form": form}
        return render(request, "models_registry/deployment.html", context, status=status_of(form))
    messages.info(request, f"{name} is retired.")
    return redirect("models_registry:deployment", key=project.key, name=name)


def _part(project: Project, found: Deployment, part: str) -> dict[str, Any]:
    context: dict[str, Any] = {"project": project, "deployment": found}
    if part == "predictions":
        return context | _traffic(found)
    if part == "history":
        return context | {"history": feed.entries(queries.history(found), project.key)}
    return context | {
        "tone": tables.DEPLOYMENT_TONES[DeploymentState(found.state)],
        "changed_live": " and ".join(approvals.changed_since_approved(found.live_version)),
        "changed_before": _changed_before(found),
    }


def _changed_before(found: Deployment) -> str:
    """What of the version that a roll-back leads to is otherwise than in its approval."""
    return " and ".join(approvals.changed_since_approved(found.previous_version)) if found.previous_version else ""


def _traffic(found: Deployment) -> dict[str, Any]:
    counted = queries.traffic(found, now=now())
    return {
        "predictions": list(queries.predictions(found)[:RECENT]),
        "chart": tables.traffic_chart(counted),
        "traffic_total": sum(n for _, n in counted),
    }


def _whole(request: HttpRequest, project: Project, found: Deployment) -> dict[str, Any]:
    user = user_of(request)
    context: dict[str, Any] = {}
    for part in PARTS:
        context |= _part(project, found, part)
    return context | {
        "row_form": RowForm(signature=queries.signature_of(found.live_version)),
        "pause_form": PauseForm(initial={"version": found.version}),
        "retire_form": RetireForm(auto_id="retire-%s"),
        "curl": tables.curl(found, host=request.build_absolute_uri("/").rstrip("/")),
        "is_live": found.state == DeploymentState.LIVE,
        "is_retired": found.state == DeploymentState.RETIRED,
        "why_not_deploy": rules.why_not_deploy(user, project.pk),
        "why_not_predict": rules.why_not_predict(user, project.pk),
    }
