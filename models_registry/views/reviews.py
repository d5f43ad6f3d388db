"""Reviews: the evidence, and the decision."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from core.pages import now, user_of
from core.refusals import seen_now, status_of
from models_registry import approvals, operations, queries, rules, tables
from models_registry.enums import ReviewState
from models_registry.forms import DecisionForm
from models_registry.models import Approval, Review
from projects import queries as projects
from projects.forms.gates import WithdrawForm
from projects.gates import Check
from projects.models import Project
from projects.pages import part_of, project_page, takes_effect
from projects.roles import Role

PAGE = 50
# Whatever a decision is bound to, and who may decide.
LIVE = "review. member. delegation. comparison. version. scope. risk. gate. project. deployment."
PARTS = {
    "state": "models_registry/parts/review_state.html",
    "checks": "models_registry/parts/review_checks.html",
    "comparison": "models_registry/parts/review_comparison.html",
    "approvals": "models_registry/parts/review_approvals.html",
}


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


@project_page
@require_GET
def since(request: HttpRequest, project: Project, number: int, decision: int) -> HttpResponse:
    """What is otherwise now than in what a decision was about."""
    found = queries.review_numbered(project=project, number=number)
    return _show_since(request, found, queries.approval_numbered(found, decision), WithdrawForm())


def _show_since(request: HttpRequest, review: Review, approval: Approval, form: WithdrawForm) -> HttpResponse:
    context = {
        "project": review.project,
        "review": review,
        "approval": approval,
        "rows": approvals.since(approval, approvals.tally(review, now=now())),
        "why_not": rules.why_not_withdraw_decision(user_of(request), approval),
        "withdraw_form": form,
        "since_live": LIVE,
    }
    return render(request, "models_registry/review_since.html", context, status=status_of(form))


@project_page
@require_POST
def decision_withdraw(request: HttpRequest, project: Project, number: int, decision: int) -> HttpResponse:
    found, form = queries.review_numbered(project=project, number=number), WithdrawForm(request.POST)
    approval = queries.approval_numbered(found, decision)

    def act() -> None:
        operations.withdraw_decision(approval=approval, by=user_of(request), now=now(), **form.cleaned_data)

    if not takes_effect(form, act):
        return _show_since(request, found, approval, form)
    messages.success(request, "Your decision is withdrawn.")
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
            expected_evidence=given["evidence"],
            by=user_of(request),
            now=now(),
        )

    if takes_effect(form, act):
        messages.success(request, _said(queries.review_numbered(project=project, number=number)))
        return redirect("models_registry:review", key=project.key, number=number)
    found = queries.review_numbered(project=project, number=number)
    context = _context(request, project, found)
    seen_now(form, **context["form"].initial)
    return render(request, "models_registry/review.html", context | {"form": form}, status=status_of(form))


def _said(found: Review) -> str:
    lacking = approvals.tally(found, now=now()).lacking if found.state == ReviewState.OPEN else []
    return (
        f"Your decision is recorded. Still missing: {', '.join(lacking)}." if lacking else "Your decision is recorded."
    )


def _context(request: HttpRequest, project: Project, found: Review) -> dict[str, Any]:
    tally, user = approvals.tally(found, now=now()), user_of(request)
    is_open = found.state == ReviewState.OPEN
    evidence = tally.evidence
    stated = tally.checks if is_open else [Check(**each) for each in found.checks]
    version = found.model_version
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
        "found": tally,
        "people": _people(project, tally) if is_open else [],
        "why_not": approvals.why_not_decide(user, tally),
        "can_withdraw": is_open and rules.why_not_withdraw(user, found) is None,
        "user_pk": user.pk,
        "review_live": LIVE,
        "form": DecisionForm(initial={"version": found.version, "evidence": tally.matter.digest}),
    }


def _people(project: Project, found: approvals.Tally) -> list[dict[str, Any]]:
    """Who may decide, and why some of them may not. Who has decided stands above them."""
    review, roles = found.review, approvals.deciding_roles(found)
    members = projects.members(project).filter(user__is_robot=False).order_by("pk")
    decided = {one.approver_id for one in found.approvals}
    return [
        {"user": one.user, "role": Role(one.role).label, "why_not": approvals.why_not_decide(one.user, found)}
        for one in members
        if one.user_id not in decided
        and (one.role in roles or one.user_id in (review.author_id, review.requested_by_id))
    ]
