"""Reviews: the evidence, and the decision."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from core.pages import now, page, user_of
from models_registry import checks, operations, queries, rules, tables
from models_registry.enums import ReviewState
from models_registry.forms import DecisionForm
from models_registry.models import Review
from projects import queries as projects
from projects.gates import Check
from projects.models import Project
from projects.pages import part_of, project_page, takes_effect
from projects.roles import PERMISSIONS, Permission, Role

PAGE = 50
PARTS = {
    "state": "models_registry/parts/review_state.html",
    "checks": "models_registry/parts/review_checks.html",
    "comparison": "models_registry/parts/review_comparison.html",
    "approvals": "models_registry/parts/review_approvals.html",
}


@page
@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """What waits for me, in every project."""
    rows = [tables.review_row(review) for review in queries.waiting_for(user_of(request))[:PAGE]]
    return render(request, "models_registry/my_reviews.html", {"rows": rows})


@project_page
@require_GET
def reviews(request: HttpRequest, project: Project) -> HttpResponse:
    found = queries.visible_reviews(project).order_by("-number")[:PAGE]
    context = {"project": project, "rows": [tables.review_row(review) for review in found]}
    template = "parts/reviews.html" if part_of(request) == "reviews" else "reviews.html"
    return render(request, f"models_registry/{template}", context)


@project_page
@require_GET
def review(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    found = queries.review_numbered(project=project, number=number)
    template = PARTS.get(part_of(request), "models_registry/review.html")
    return render(request, template, _context(request, project, found))


@project_page
@require_POST
def approve(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    return _decide(request, project, number, operations.approve_version)


@project_page
@require_POST
def request_changes(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    return _decide(request, project, number, operations.request_changes)


@project_page
@require_POST
def withdraw(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    found = queries.review_numbered(project=project, number=number)
    operations.withdraw_review(review=found, by=user_of(request), now=now())
    messages.info(request, f"Review {number} is withdrawn.")
    return redirect("models_registry:review", key=project.key, number=number)


def _decide(request: HttpRequest, project: Project, number: int, operation: Callable[..., Review]) -> HttpResponse:
    found = queries.review_numbered(project=project, number=number)
    form = DecisionForm(request.POST)

    def act() -> None:
        given = form.cleaned_data
        operation(
            review=found,
            comment=given["comment"],
            expected_version=given["version"],
            by=user_of(request),
            now=now(),
        )

    if takes_effect(form, act):
        messages.success(request, "Your decision is recorded.")
        return redirect("models_registry:review", key=project.key, number=number)
    found = queries.review_numbered(project=project, number=number)
    context = _context(request, project, found) | {"form": form}
    return render(request, "models_registry/review.html", context, status=422)


def _context(request: HttpRequest, project: Project, found: Review) -> dict[str, Any]:
    evidence = checks.evidence_for(found)
    is_open = found.state == ReviewState.OPEN
    stated = checks.review_checks(found, evidence) if is_open else [Check(**each) for each in found.checks]
    version, user = found.model_version, user_of(request)
    return {
        "project": project,
        "review": found,
        "version": version,
        "tone": tables.REVIEW_TONES[ReviewState(found.state)],
        "is_open": is_open,
        "line": tables.lineage(project, version, queries.training_of(version), queries.serving(version)),
        "checks": stated,
        "tally": tables.tally(stated),
        "comparison": evidence.comparison,
        "champion": evidence.champion,
        "rows": tables.compared(evidence.result),
        "result": evidence.result,
        "approvals": list(queries.approvals(found)),
        "people": _people(project, found) if is_open else [],
        "why_not": rules.why_not_decide(user, found),
        "can_withdraw": is_open and rules.why_not_withdraw(user, found) is None,
        "form": DecisionForm(initial={"version": found.version}),
    }


def _people(project: Project, found: Review) -> list[dict[str, Any]]:
    """Who may decide, and why some of them may not."""
    members = projects.members(project).filter(user__is_robot=False).order_by("pk")
    return [
        {"user": one.user, "role": Role(one.role).label, "why_not": rules.why_not_decide(one.user, found)}
        for one in members
        if Permission.REVIEW in PERMISSIONS[Role(one.role)] or one.user_id in (found.author_id, found.requested_by_id)
    ]
