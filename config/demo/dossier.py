"""The scoping dossier of a project of the demo: sealed, costed, compared, objected to, and a spike that runs end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from config.demo.stage import Cast
from core.pages import now
from projects import queries, readiness
from projects.models import Outcome, Precedent, Project
from projects.operations import (
    add_assumption,
    add_kill_criterion,
    add_precedent,
    answer_readiness,
    choose_precedent,
    hand_in_objection,
    lock_spike,
    open_ceiling,
    plan_spike,
    rate_precedent,
    revise_assumption,
    revise_dossier,
    revise_option,
    seal_ceiling,
    settle_assumption,
    start_from_template,
)

BUILT = 2
"""The number of the option that is built: the simplest model, in every template."""


@dataclass(frozen=True)
class Told:
    """What a project's dossier says. Persons are named by their place in the cast.

    `assumptions`: the spike settles the first, somebody found out `finding` about the last. `answers`: what the data do
    not say themselves, by check. `objections`: who, what they have against it, whether it is nothing.
    """

    template: str
    limits: Mapping[str, Any]
    today: Mapping[str, Any]
    estimate: float
    precedent: Mapping[str, Any]
    ratings: Mapping[str, int]
    objections: Sequence[tuple[str, str, bool]]
    assumptions: Sequence[tuple[str, Mapping[str, str]]]
    finding: str
    data: Mapping[str, str]
    answers: Mapping[str, tuple[str, str]]
    criterion: Mapping[str, Any]
    spike: Mapping[str, Any]


def tell(project: Project, people: Cast, told: Told, *, finished: Outcome | None = None) -> None:
    """Fill it up to what the scope gate asks for, or what is missing of it. `finished`: the project of the library that
    it compares itself with; without it, the precedent that `told` names."""
    if not queries.dossier_of(project).version:
        start_from_template(project=project, template=told.template, by=people.scientist, now=now())
    if queries.ceiling(project) is None:
        seal_ceiling(project=project, values=told.limits, by=people.sponsor, now=now())
    _measure_and_cost(project, people, told)
    _compare(project, people, told, finished)
    _ask(project, people, told)
    ceiling = queries.ceiling(project)
    if ceiling is not None and ceiling.opened_at is None:
        open_ceiling(ceiling=ceiling, by=people.sponsor, now=now())
    _spike(project, people, told)
    _assume(project, people, told)
    _ready(project, people, told)


def _measure_and_cost(project: Project, people: Cast, told: Told) -> None:
    if queries.dossier_of(project).today_measured_on is None:
        measured = {**told.today, "today_measured_on": now().date() - timedelta(days=30)}
        revise_dossier(project=project, values=measured, by=people.scientist, now=now())
    option = queries.option(project, BUILT)
    if option.costed_by_id is None:
        revise_option(option=option, values={"estimate": told.estimate}, by=people.scientist, now=now())


def _compare(project: Project, people: Cast, told: Told, finished: Outcome | None) -> None:
    precedent = queries.precedents(project).first() or _precedent(project, people, told, finished)
    for by in (people.scientist, people.validator):
        if not precedent.sheets.filter(rater=by).exists():
            rate_precedent(precedent=precedent, ratings=told.ratings, evidence={}, by=by, now=now())
    option = queries.option(project, BUILT)
    if option.precedent_id is None:
        revise_option(option=option, values={"precedent": precedent}, by=people.scientist, now=now())


def _precedent(project: Project, people: Cast, told: Told, finished: Outcome | None) -> Precedent:
    if finished is not None:
        return choose_precedent(project=project, finished=finished, by=people.scientist, now=now())
    return add_precedent(project=project, values=told.precedent, by=people.scientist, now=now())


def _ask(project: Project, people: Cast, told: Told) -> None:
    said = {one.author_id for one in queries.objections(project)}
    for who, text, has_none in told.objections:
        by = getattr(people, who)
        if by.pk not in said:
            hand_in_objection(project=project, text=text, has_none=has_none, by=by, now=now())


def _assume(project: Project, people: Cast, told: Told) -> None:
    if queries.assumptions(project).exists():
        return
    for who, values in told.assumptions:
        owned = {**values, "owner": getattr(people, who)}
        add_assumption(project=project, values=owned, by=people.scientist, now=now())
    first, *_, last = queries.assumptions(project)
    spike = queries.spikes(project).first()
    revise_assumption(assumption=first, values={"spike": spike}, by=people.scientist, now=now())
    settle_assumption(assumption=last, state="supported", finding=told.finding, by=people.scientist, now=now())


def _ready(project: Project, people: Cast, told: Told) -> None:
    """What the profile does not tell, persons answer."""
    if not queries.dossier_of(project).dataset:
        revise_dossier(project=project, values=told.data, by=people.scientist, now=now())
    for one in readiness.checks(project, queries.dossier_of(project)):
        if one["state"] != "ok":
            who, reason = told.answers[one["check"]]
            by = getattr(people, who)
            answer_readiness(project=project, check=one["check"], is_met=True, reason=reason, by=by, now=now())


def _spike(project: Project, people: Cast, told: Told) -> None:
    """Locked before the first run: the demo's runs end it, and reach the kill criterion."""
    if not queries.kill_criteria(project).exists():
        values = {**told.criterion, "due_date": now().date() + timedelta(days=90)}
        add_kill_criterion(project=project, values=values, decider=people.owner, by=people.product, now=now())
    if queries.spikes(project).exists():
        return
    option = queries.option(project, BUILT)
    spike = plan_spike(option=option, tests="recall", values=told.spike, by=people.scientist, now=now())
    lock_spike(spike=spike, by=people.scientist, now=now())
