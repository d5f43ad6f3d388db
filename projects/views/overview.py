"""A project at a glance: the line, what blocks the next gate, how near the goal is, the sprint, the risks, the news."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core.pages import now, user_of
from core.refusals import status_of
from projects import delivery, feed, first_steps, gates, operations, queries, rules, tables, tiers
from projects.attained import attained
from projects.forms.gates import PassForm
from projects.forms.project import RenameForm
from projects.goal import GOAL_LIVE, Goal
from projects.latest import LATEST_LIVE, latest
from projects.models import GateDecision, Project
from projects.pages import part_of, project_page, takes_effect
from projects.roles import Permission
from projects.views.tiers import tier_tone

PARTS = {
    "tier": "projects/parts/tier_pill.html",
    "line": "projects/parts/line.html",
    "gate": "projects/parts/gate.html",
    "gate-pill": "projects/parts/gate_pill.html",
    "goal": "projects/parts/goal.html",
    "sprint": "projects/parts/sprint.html",
    "latest": "projects/parts/latest_model.html",
    "risks": "projects/parts/top_risks.html",
    "feed": "projects/parts/feed.html",
    "first-steps": "projects/parts/first_steps.html",
}

# What a check of a gate may depend on, whichever app it is of.
TOP_RISKS = 4
FEED_SHOWN = 9


@project_page
@require_GET
def overview(request: HttpRequest, project: Project) -> HttpResponse:
    part = part_of(request)
    if part in PARTS:
        return render(request, PARTS[part], {"project": project} | _FACTS[part](request, project))
    return _show(request, project, PassForm(auto_id="gate-%s"))


def _show(request: HttpRequest, project: Project, pass_form: PassForm) -> HttpResponse:
    context: dict[str, Any] = {"project": project, "pass_form": pass_form}
    for facts in (_first_steps, _tier, _gate, _goal, _sprint, _latest, _risks, _feed):
        context |= facts(request, project)
    context["stages"] = tables.stage_line(project, context["state"], queries.gate_decisions(project), context["sprint"])
    return render(request, "projects/overview.html", context, status=status_of(pass_form))


@project_page
@require_POST
def gate_pass(request: HttpRequest, project: Project) -> HttpResponse:
    form, passed = PassForm(request.POST, auto_id="gate-%s"), list[GateDecision]()

    def act() -> None:
        passed.append(operations.pass_gate(project=project, by=user_of(request), now=now(), **form.cleaned_data))

    if not takes_effect(form, act):
        return _show(request, project, form)
    messages.success(request, f"{passed[0].get_gate_display()} passed.")
    return redirect("projects:overview", key=project.key)


@project_page
@require_http_methods(["GET", "POST"])
def rename(request: HttpRequest, project: Project) -> HttpResponse:
    initial = {"name": project.name, "purpose": project.purpose, "version": project.version}
    form = RenameForm(request.POST or None, initial=initial)

    def act() -> None:
        values = dict(form.cleaned_data)
        version = values.pop("version")
        operations.rename_project(project=project, by=user_of(request), expected_version=version, **values)

    if takes_effect(form, act):
        return redirect("projects:overview", key=project.key)
    context = {
        "project": project,
        "form": form,
        "why_not": rules.why_not(user_of(request), Permission.EDIT_SCOPE, project.pk),
    }
    return render(request, "projects/rename.html", context, status=status_of(form))


def _state(project: Project) -> tables.GateState:
    return tables.GateState(gates.next_gate(project), gates.evaluate(project))


def _line(request: HttpRequest, project: Project) -> dict[str, Any]:
    sprint, decisions = queries.active_sprint(project), queries.gate_decisions(project)
    stages = tables.stage_line(project, _state(project), decisions, sprint)
    return {"stages": stages, "gate_live": tables.GATE_LIVE}


def _pill(request: HttpRequest, project: Project) -> dict[str, Any]:
    return {"state": _state(project)}


def _gate(request: HttpRequest, project: Project) -> dict[str, Any]:
    state = _state(project)
    return {"state": state, "why_not_pass": _why_not_pass(request, project, state), "gate_live": tables.GATE_LIVE}


def _why_not_pass(request: HttpRequest, project: Project, state: tables.GateState) -> str | None:
    """First what nobody can do, then what this person may not."""
    if state.gate is None:
        return "There is no gate after this stage."
    if not state.is_met:
        return f"{len(state.missing)} of {len(state.checks)} checks are not met."
    return rules.why_not_pass_gate(user_of(request), project, state.gate)


def _goal(request: HttpRequest, project: Project) -> dict[str, Any]:
    scope = queries.scope_of(project)
    return {"goal": Goal(scope, attained(project, scope)), "goal_live": GOAL_LIVE}


def _sprint(request: HttpRequest, project: Project) -> dict[str, Any]:
    sprint = queries.active_sprint(project)
    if sprint is None:
        return {"sprint": None}
    today, (span, known) = now().date(), queries.sprint_story(sprint)
    burn = delivery.burn_up(
        known,
        sprint=sprint.number,
        start=sprint.start_date,
        end=sprint.end_date,
        today=today,
        started=span.started_at.date() if span else None,
        start_seq=span.start_seq if span else 0,
    )
    left = burn.scope[-1] - burn.done[-1] if burn.scope else 0
    return {
        "sprint": sprint,
        "burn": tables.burn_up_chart(burn, key=project.key),
        "left": left,
        "days_left": max(0, (sprint.end_date - today).days),
        "has_cards": any(each[-1].sprint == sprint.number for each in known.values()),
    }


def _latest(request: HttpRequest, project: Project) -> dict[str, Any]:
    return {"latest": latest(project), "latest_live": LATEST_LIVE}


def _risks(request: HttpRequest, project: Project) -> dict[str, Any]:
    open_risks = queries.open_risks(project)
    return {
        "top_risks": [(risk, tables.LEVEL_TONES[risk.level]) for risk in open_risks[:TOP_RISKS]],
        "open_count": len(open_risks),
    }


def _first_steps(request: HttpRequest, project: Project) -> dict[str, Any]:
    return {"first_steps": first_steps.of_project(user_of(request), project)}


def _tier(request: HttpRequest, project: Project) -> dict[str, Any]:
    found = tiers.classification_of(project)
    tier = found.tier if found else None
    return {
        "classification": found,
        "tier_tone": tier_tone(found),
        "seats": tables.empty_seats(queries.members(project), tier=tier),
    }


def _feed(request: HttpRequest, project: Project) -> dict[str, Any]:
    return {"entries": feed.entries(queries.news(project, limit=FEED_SHOWN), project.key), "feed_live": feed.prefixes()}


_FACTS = {
    "tier": _tier,
    "line": _line,
    "gate": _gate,
    "gate-pill": _pill,
    "goal": _goal,
    "sprint": _sprint,
    "latest": _latest,
    "risks": _risks,
    "feed": _feed,
    "first-steps": _first_steps,
}
