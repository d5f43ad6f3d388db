"""The studio's page and the fragments of it that live events refresh."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from core.pages import now, user_of
from projects import queries, rules, scoping
from projects import studio as shapes
from projects.enums import Stage
from projects.forms.dossier import NewOptionForm, StudioForm
from projects.models import Project
from projects.pages import part_of
from projects.roles import Permission
from projects.scoping import templates
from projects.views.studio import sections
from projects.views.studio.addressing import option_of, query, section_of
from projects.views.studio.editing import TRIED

PARTS = {
    "sections": "projects/parts/studio_sections.html",
    "body": "projects/parts/studio_body.html",
    "result": "projects/parts/studio_result.html",
    "library": "projects/parts/studio_library_rows.html",
}
LIVE = (
    "dossier. option. precedent. sheet. assumption. ceiling. spike. kill_criterion. objection. outcome. readiness. "
    "dataset_version. gate.passed scope. project.classified project.tier_lowered"
)


def show(
    request: HttpRequest,
    project: Project,
    content: dict[str, Any],
    *,
    section: str,
    number: int | None,
    form: StudioForm | None,
    conflict: list[dict[str, str]] | None = None,
    status: int = 200,
    more: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """The page, or the part of it that htmx asks for."""
    part, option = part_of(request), option_of(section, number)
    if part == "result":
        return result(request, project, content, option=option)
    found, dossier = scoping.studio(content), queries.dossier_of(project)
    context = {
        "dossier": dossier,
        "is_blank": queries.is_blank(dossier),
        "section": section,
        "option": option,
        "form": form.as_asked() if form else None,
        "is_tried": section in TRIED,
        "conflict": conflict,
        "templates": templates.names(),
        "new_option": NewOptionForm(auto_id="new_%s"),
        **_base(request, project, section, number),
        **_shown(project, content, found, option),
        **sections.of_section(section, project, content, number, user_of(request), now(), request.GET),
        **(more or {}),
    }
    return render(request, PARTS.get(part, "projects/studio.html"), context, status=status)


def result(
    request: HttpRequest,
    project: Project,
    content: dict[str, Any],
    *,
    option: int | None,
    trouble: str = "",
    is_trial: bool = False,
) -> HttpResponse:
    """Where the options stand: by what is saved, or with what is being tried."""
    context = {
        "trouble": trouble,
        "is_trial": is_trial,
        **_base(request, project, section_of(request), option),
        **_shown(project, content, scoping.studio(content), option),
    }
    return render(request, PARTS["result"], context)


def _base(request: HttpRequest, project: Project, section: str, number: int | None) -> dict[str, Any]:
    return {
        "project": project,
        "query": query(section, number),
        "result_query": query(section, option_of(section, number)),
        "studio_live": LIVE,
        "why_not": rules.why_not(user_of(request), Permission.EDIT_SCOPE, project.pk),
    }


def _shown(project: Project, content: dict[str, Any], found: scoping.Studio, option: int | None) -> dict[str, Any]:
    card, is_ending = shapes.shown(content, found, option), project.stage in (Stage.PRODUCTION, Stage.RETIRED)
    return {
        "found": found,
        "newer_priors": shapes.newer_priors(content, queries.newest_priors()),
        "currency": content["currency"],
        "sections": shapes.sections(content, found, is_ending=is_ending),
        "options": shapes.options(content, found),
        "card": card,
        "precedents": content["precedents"],
        "quadrants": shapes.drawn(content, found, card.number if card else None),
        "today_value": shapes.amount(found.today_value) if found.today_value is not None else None,
    }
