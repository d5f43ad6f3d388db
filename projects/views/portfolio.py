"""All projects, how one of them is, and a new one."""

import json
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from core import files
from core.errors import BadRequest, Invalid
from core.pages import now, page, user_of, whole_asked
from core.refusals import status_of
from projects import first_steps, health, operations, portfolio, queries, rules
from projects.affordability import money
from projects.enums import Health, Stage
from projects.forms.health import HealthForm
from projects.forms.project import ProjectForm
from projects.models import Project
from projects.pages import part_of, project_page, takes_effect
from projects.portfolio import TONES, Asked, Row
from projects.roles import Permission

PAGE = 50
MOST_ROWS = 1_000_000
FORMS = ("csv", "json")


@page
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """Each gate's state is fetched by its own row: checks may ask every app, and a list must not. `?part=body`: picture
    and table alone, as they were asked for."""
    moment, status = now(), 200
    try:
        asked, wrong = Asked.of(request.GET.dict(), today=moment.date()), ""
        first, form = whole_asked(request, "from", most=MOST_ROWS) or 0, _form(request)
    except (Invalid, BadRequest) as exc:
        asked, wrong, first, form, status = Asked(), exc.message, 0, "", exc.status
    found = portfolio.rows(user_of(request), asked, now=moment)
    if form:
        return _export(found, form)
    context = {
        "first_steps": first_steps.of_user(user_of(request)),
        "rows": [_shown(row) for row in found[first : first + PAGE]],
        "count": len(found),
        "unknown": sum(row.value is None for row in found),
        "chart": portfolio.bubbles(found, asked),
        "asked": asked,
        "is_asked": asked != Asked(),
        "is_past": asked.day is not None and asked.day < moment.date(),
        "wrong": wrong,
        "stages": Stage.choices,
        "lights": Health.choices,
        "query": asked.query(),
        "next_url": f"?{asked.query()}&from={first + PAGE}" if len(found) > first + PAGE else "",
        "body_url": f"?{asked.query()}&from={first}&part=body",
    }
    template = "projects/parts/portfolio_body.html" if part_of(request) == "body" else "projects/portfolio.html"
    return render(request, template, context, status=status)


@page
@require_http_methods(["GET", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    form = ProjectForm(request.POST or None)
    made: list[Project] = []

    def act() -> None:
        made.append(operations.create_project(by=user_of(request), now=now(), **form.cleaned_data))

    if takes_effect(form, act):
        return redirect("projects:overview", key=made[0].key)
    return render(request, "projects/create.html", {"form": form}, status=status_of(form))


@project_page
@require_http_methods(["GET", "POST"])
def one_health(request: HttpRequest, project: Project) -> HttpResponse:
    """What was found, beside what whoever answers for it says."""
    form = HealthForm(request.POST or None)
    by, moment = user_of(request), now()
    if takes_effect(form, lambda: operations.set_health(project=project, by=by, now=moment, **form.cleaned_data)):
        return redirect("projects:health", key=project.key)
    computed = health.computed([project.pk], now=moment)[project.pk]
    last = queries.last_health_note(project)
    context = {
        "project": project,
        "form": form,
        "last": last,
        "last_tone": TONES[Health(last.light)] if last else "",
        "computed": computed,
        "computed_tone": TONES[computed.light],
        "findings": [(finding, TONES[finding.light]) for finding in computed.findings],
        "why_not": rules.why_not(by, Permission.PASS_GATE, project.pk),
    }
    return render(request, "projects/health.html", context, status=status_of(form))


def _form(request: HttpRequest) -> str:
    form = request.GET.get("format", "")
    if form and form not in FORMS:
        raise Invalid(f"format is one of {', '.join(FORMS)}: got {form[:40]!r}.", field="format", code="choice")
    return form


def _export(found: list[Row], form: str) -> HttpResponse:
    name = f"portfolio.{form}"
    if form == "csv":
        return files.download(portfolio.as_csv(found), name=name, media_type="text/csv; charset=utf-8")
    said = json.dumps([portfolio.plain(row) for row in found], ensure_ascii=False, indent=1)
    return files.download(said, name=name, media_type="application/json")


def _shown(row: Row) -> dict[str, Any]:
    return {
        "row": row,
        "url": reverse("projects:overview", args=[row.key]),
        "health_url": reverse("projects:health", args=[row.key]),
        "risk_url": reverse("projects:risk", args=[row.key, row.risk_number]) if row.risk_number else "",
        "tone": TONES[Health(row.light)] if row.light else "",
        "light": Health(row.light).label if row.light else "",
        "reasons": "; ".join(row.reasons),
        "waits": "; ".join(row.waits),
        "value": row.value and str(row.value),
        "realised": "" if row.value_realised is None else money(Decimal(str(row.value_realised))),
        "sank": ", ".join(row.sank),
        "is_open": row.stage != Stage.RETIRED,
    }
