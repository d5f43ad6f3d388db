"""The tier of a project, and the laws and frameworks by which it is found."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core.errors import Invalid
from core.numbers import whole_of
from core.pages import now, page, user_of
from core.refusals import status_of
from projects import operations, rules, tiering, tiers
from projects.forms.tiers import ClassificationForm
from projects.models import Classification, Project
from projects.pages import project_page, takes_effect
from projects.regimes import Regime
from projects.roles import Permission


@project_page
@require_http_methods(["GET", "POST"])
def tier(request: HttpRequest, project: Project) -> HttpResponse:
    history = list(tiers.classifications(project))
    newest = history[0] if history else None
    last = next((one for one in history if not one.is_waiting), None)
    waiting = newest if newest is not None and newest.is_waiting else None
    form = ClassificationForm(request.POST or None, regime=tiers.classifying_regime(), last=newest)

    made: list[Classification] = []

    def act() -> None:
        made.append(operations.classify_project(project=project, by=user_of(request), now=now(), **form.values()))

    if takes_effect(form, act):
        waits = "It lowers the tier, and counts once a second person agrees."
        messages.success(request, waits if made[0].is_waiting else "Classified.")
        return redirect("projects:tier", key=project.key)
    context = {
        "project": project,
        "form": form,
        "last": last,
        "waiting": waiting,
        "why_not_agree": rules.why_not_confirm_tier(user_of(request), waiting) if waiting else None,
        "tone": tier_tone(last),
        "word": tiering.TIERS.get(last.tier, "") if last and last.tier else "",
        "months": tiering.MONTHS_TO_REVIEW.get(last.tier) if last and last.tier else None,
        "history": history,
        "why_again": tiers.why_again(project, last),
        "obligations": _obligations(project, last),
        "why_not": rules.why_not(user_of(request), Permission.CLASSIFY, project.pk),
    }
    return render(request, "projects/tier.html", context, status=status_of(form))


@project_page
@require_POST
def agree(request: HttpRequest, project: Project) -> HttpResponse:
    """Exactly to what was shown: without its number to nothing."""
    seen = whole_of(request.POST.get("version", ""))
    if seen is None:
        raise Invalid("Say which classification you saw.", field="version")
    found = operations.confirm_tier(project=project, by=user_of(request), now=now(), expected_version=seen)
    messages.success(request, f"{found} counts from now on.")
    return redirect("projects:tier", key=project.key)


@page
@require_GET
def regimes(request: HttpRequest) -> HttpResponse:
    return render(request, "projects/regimes.html", {"regimes": list(tiers.known_regimes().values())})


def tier_tone(found: Classification | None) -> str:
    if found is None:
        return "warn"
    return "bad" if found.tier is None or found.tier >= 3 else ""


def _obligations(project: Project, last: Classification | None) -> list[dict[str, Any]]:
    """What each regime asks of the project's class: its dates, and where the product supports it."""
    if last is None:
        return []
    return [_of_regime(regime, project, str(last.regime_class)) for regime in tiers.known_regimes().values()]


def _of_regime(regime: Regime, project: Project, regime_class: str) -> dict[str, Any]:
    return {
        "regime": regime,
        "dates": [one for one in regime.applies_from if regime_class in one.classes],
        "rows": [(one, _address(one.page, project)) for one in regime.obligations if regime_class in one.classes],
    }


def _address(name: str, project: Project) -> str:
    """Where a page of the project stands; empty for one that there is not."""
    try:
        return reverse(name, args=[project.key]) if name else ""
    except NoReverseMatch:
        return ""
