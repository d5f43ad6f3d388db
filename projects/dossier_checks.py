"""What the scope gate asks of a dossier: one check on the gate, its parts in the studio.

A small project passes on its promise alone: the dossier is asked for from a tier on, and once somebody has begun it.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.urls import reverse

from projects import documents, queries, scoping, tiers
from projects.enums import DataCheck, Function, Gate, Importance, KillDecision, OptionKind
from projects.gates import Check, gate_check
from projects.models import Project
from projects.models.library import NEEDED

LEAST_OPTIONS = 3
ALWAYS_FROM_TIER = 3


@dataclass(frozen=True)
class Part:
    """One thing asked of the dossier. `label` is the fact when satisfied, `section` where it is mended."""

    id: str
    label: str
    is_met: bool
    value: str
    section: str


def is_asked(project: Project) -> bool:
    """Whether the gate looks at the dossier of this project at all."""
    return queries.dossier_of(project).version > 0 or (tiers.tier_of(project) or 0) >= ALWAYS_FROM_TIER


@gate_check(Gate.SCOPE, order=70)
def dossier_stands(project: Project) -> Check:
    url = reverse("projects:studio", args=[project.key])
    label = "The dossier stands, where one is asked for"
    if not is_asked(project):
        return Check(
            id="dossier", label=label, state="ok", value="none begun, and not asked for", source="dossier", url=url
        )
    found = parts_of(project, documents.content_of(project))
    missing = [part for part in found if not part.is_met]
    value = f"{len(found) - len(missing)} of {len(found)}"
    if missing:
        value += f"; missing: {', '.join(part.label.lower() for part in missing)}"
        url += f"?section={missing[0].section}"
    return Check(id="dossier", label=label, state="bad" if missing else "ok", value=value, source="dossier", url=url)


def _no_criterion_came_true(project: Project) -> Check:
    """Whoever says nothing by the day of a kill criterion has said stop."""
    criteria = [documents.kill_criterion_json(one) for one in queries.kill_criteria(project)]
    stops = stopping(criteria, _today_is())
    url = f"{reverse('projects:studio', args=[project.key])}?section=kill"
    value = f"stop: {'; '.join(stops)}" if stops else "none"
    label = "No kill criterion has come true"
    return Check(
        id="kill_criteria", label=label, state="bad" if stops else "ok", value=value, source="dossier", url=url
    )


@gate_check(Gate.FEASIBILITY, order=90)
def no_kill_criterion_stops_delivery(project: Project) -> Check:
    return _no_criterion_came_true(project)


@gate_check(Gate.RELEASE, order=95)
def no_kill_criterion_stops_release(project: Project) -> Check:
    return _no_criterion_came_true(project)


def parts(content: Mapping[str, Any], *, is_blind: bool, team: Collection[str]) -> list[Part]:
    """All that the gate asks of a dossier, in reading order. `team` is the user names of who is in the project."""
    studio = scoping.studio(content)
    return [
        _today(content),
        _options(content),
        _precedents(content),
        _ceiling(content, is_blind),
        *_of_best(studio, content),
        _assumptions(content, team),
        _data(content),
        _objections(content),
        _criteria(content),
    ]


def stopping(criteria: Iterable[Mapping[str, Any]], today: date) -> list[str]:
    """The kill criteria that stop the project: decided so, or past their day with nobody's decision."""
    return [
        one["text"]
        for one in criteria
        if not one["reached_at"]
        and (
            one["decision"] == KillDecision.STOP
            or (not one["decision"] and date.fromisoformat(one["due_date"]) < today)
        )
    ]


@gate_check(Gate.RETIREMENT, order=20)
def what_it_took_is_told(project: Project) -> Check:
    """Else nobody learns from it: it becomes a precedent for others."""
    outcome, url = queries.outcome(project), f"{reverse('projects:studio', args=[project.key])}?section=outcome"
    untold = outcome.untold if outcome else [*NEEDED, "lessons"]
    missing = [name.replace("_", " ") for name in untold]
    value = f"no {', '.join(missing)} yet" if missing else f"{outcome.actual_effort:g} person-months" if outcome else ""
    label = "What it took and brought is told, for the library"
    return Check(id="outcome", label=label, state="bad" if missing else "ok", value=value, source="dossier", url=url)


def parts_of(project: Project, content: Mapping[str, Any]) -> list[Part]:
    """The same for a project's dossier as it stands."""
    return parts(content, is_blind=_is_blind(project), team=_team(project))


def _is_blind(project: Project) -> bool:
    ceiling = queries.ceiling(project)
    return ceiling is not None and ceiling.is_blind


def _team(project: Project) -> set[str]:
    return {one.user.username for one in queries.members(project)}


def _today_is() -> date:
    return datetime.now(UTC).date()


def _today(content: Mapping[str, Any]) -> Part:
    needed = ("today_recall", "today_false_alarm_rate", "today_run_cost", "today_source", "today_measured_on")
    is_met = all(content[name] not in (None, "") for name in needed)
    value = f"on {content['today_measured_on']}" if is_met else "not measured"
    return Part("today", "Today's way is measured, with day and source", is_met, value, "today")


def _options(content: Mapping[str, Any]) -> Part:
    kinds = {one["kind"] for one in content["options"]}
    lacking = [kind.label.lower() for kind in (OptionKind.NONE, OptionKind.SIMPLE) if kind not in kinds]
    is_met = len(content["options"]) >= LEAST_OPTIONS and not lacking
    value = f"{len(content['options'])}{'; no ' + ' and no '.join(lacking) if lacking else ''}"
    return Part("options", "Three options, with nothing and the simplest model", is_met, value, "options")


def _precedents(content: Mapping[str, Any]) -> Part:
    """Without any precedent there is only the outside view, and whoever set the ceiling answers for it."""
    label = "A precedent is rated by two, or there is none"
    rated = [one["title"] for one in content["precedents"] if one["ratings"] is not None]
    if rated:
        return Part("precedents", label, True, rated[0], "precedents")
    if content["precedents"]:
        return Part("precedents", label, False, "waits for a rater", "precedents")
    return Part("precedents", label, bool(content["ceiling"]), "the outside view alone, by the sponsor", "precedents")


def _ceiling(content: Mapping[str, Any], is_blind: bool) -> Part:
    is_open = bool(content["ceiling"])
    value = "not set" if not content["is_sealed"] else "sealed" if not is_open else "open" if is_blind else "not blind"
    label = "The ceiling was sealed before costing, and is open"
    return Part("ceiling", label, is_open and is_blind, value, "ceiling")


def _of_best(studio: scoping.Studio, content: Mapping[str, Any]) -> Iterator[Part]:
    """What is asked of an option, of the one that lacks least of it."""
    titles = {str(one["number"]): one["title"] for one in content["options"]}
    best = studio.best
    labels = {
        "needed": "A possible performance pays for it",
        "resources": "Every resource suffices",
        "realism": "It is as hard as it looks, and no spike is owed",
        "gain": "It beats today, and what costs less",
    }
    if best is None:
        yield from (Part(id, label, False, "no option can be judged", "options") for id, label in labels.items())
        return
    title, money = titles[best.key], best.money
    short = [one.name for one in money.resources if not one.suffices]
    pays = money.p_pays >= studio.priors.least_worthwhile and (
        best.marginal is None or best.marginal >= studio.priors.hurdle
    )
    yield Part("needed", labels["needed"], money.needed.is_possible, title, "options")
    yield Part("resources", labels["resources"], not short, ", ".join(short) or title, "options")
    yield Part("realism", labels["realism"], best.is_realistic, title, "spikes")
    yield Part("gain", labels["gain"], pays, title, "options")


def _assumptions(content: Mapping[str, Any], team: Collection[str]) -> Part:
    """Of the important ones: whose owner is still there, and which somebody knows how to test."""
    important = [one for one in content["assumptions"] if one["importance"] == Importance.HIGH]
    lacking = [one["number"] for one in important if one["owner"] not in team or not is_tested(one)]
    value = f"lacking: {', '.join(f'A{number}' for number in lacking)}" if lacking else f"{len(important)} important"
    return Part("assumptions", "Every important assumption has an owner and a test", not lacking, value, "assumptions")


def _data(content: Mapping[str, Any]) -> Part:
    found = content["readiness"]
    lacking = [DataCheck(one["check"]).label.lower() for one in found if one["state"] != "ok"]
    value = f"{len(found) - len(lacking)} of {len(found)}" + (f"; not: {', '.join(lacking)}" if lacking else "")
    return Part("data", "The data are ready", not lacking, value, "data")


def is_tested(assumption: Mapping[str, Any]) -> bool:
    """Whether it is said, or linked, how it will be found out."""
    return any(assumption[name] for name in ("test", "spike", "item", "experiment"))


def _objections(content: Mapping[str, Any]) -> Part:
    lacking = len(Function) - len(content["objections"])
    value = f"{lacking} missing" if lacking else "all in"
    return Part("objections", "Every function was asked", not lacking, value, "objections")


def _criteria(content: Mapping[str, Any]) -> Part:
    """Past or decided ones are looked at too: nobody starts what is to be stopped."""
    label = "What would end it is said, and has not come true"
    stops, count = stopping(content["kill_criteria"], _today_is()), len(content["kill_criteria"])
    value = f"stop: {stops[0]}" if stops else f"{count} set"
    return Part("kill", label, bool(count) and not stops, value, "kill")
