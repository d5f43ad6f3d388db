"""The dossier as one document: what a revision keeps, what is judged, compared and exported."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

import orjson

from projects import queries, readiness, scoping, tiers
from projects.enums import Function
from projects.models import (
    Assumption,
    Ceiling,
    Classification,
    Dossier,
    KillCriterion,
    Objection,
    Outcome,
    Precedent,
    PriorsVersion,
    Project,
    Scope,
    ScopeOption,
    Spike,
)
from projects.models.dossier import OPTION_RANGES, RANGES

DOSSIER_PLAIN = (
    "currency",
    "month_price",
    "years",
    "today_recall",
    "today_false_alarm_rate",
    "today_run_cost",
    "today_source",
    "dataset",
    "dataset_label",
    "dataset_positive",
)
PROMISE_PLAIN = (
    "decision",
    "metric",
    "direction",
    "baseline",
    "baseline_source",
    "minimal_useful",
    "precedent",
    "precedent_difference",
)
PROMISE_MONEY = ("benefit_low", "benefit_high", "cost_low", "cost_high")
SPIKE_PLAIN = (
    "title",
    "hypothesis",
    "days",
    "spending_cap",
    "experiment",
    "dataset",
    "metric",
    "is_higher_better",
    "proceed_at",
    "kill_at",
    "least_runs",
)
KILL_PLAIN = (
    "number",
    "version",
    "text",
    "metric",
    "threshold",
    "is_higher_better",
    "reached_by",
    "decision",
    "reason",
)
FINISHED_PLAIN = (
    "title",
    "summary",
    "planned_effort",
    "actual_effort",
    "months",
    "run_cost",
    "currency",
    "metric",
    "metric_promised",
    "metric_reached",
    "value_promised",
    "value_realised",
    "lessons",
)
ASSUMPTION_PLAIN = ("number", "version", "text", "importance", "test", "experiment", "state", "finding")
OPTION_PLAIN = ("number", "kind", "title", "summary", "estimate", "skills")


def content_of(project: Project) -> dict[str, Any]:
    """All of the dossier as it stands, as plain JSON."""
    dossier = queries.dossier_of(project)
    return judged_of(project, dossier) | {
        "promise": promise_json(queries.scope_of(project), tiers.classification_of(project)),
        "assumptions": [assumption_json(one) for one in queries.assumptions(project)],
        "kill_criteria": [kill_criterion_json(one) for one in queries.kill_criteria(project)],
        "objections": objections_json(queries.objections(project)),
        "readiness": readiness.checks(project, dossier),
        "outcome": outcome_json(queries.outcome(project)),
    }


def judged_of(project: Project, dossier: Dossier) -> dict[str, Any]:
    """What of it is judged, which is all that `scoping.studio` reads."""
    ceiling = queries.ceiling(project)
    return dossier_json(dossier) | {
        "priors": priors_json(dossier.priors),
        "options": [option_json(one) for one in queries.options(project)],
        "precedents": [precedent_json(one) for one in queries.precedents(project)],
        "ceiling": ceiling_json(ceiling) if ceiling and ceiling.opened_at else None,
        "is_sealed": ceiling is not None,
        "spikes": [spike_json(one) for one in queries.spikes(project)],
    }


def dossier_json(dossier: Dossier) -> dict[str, Any]:
    measured = dossier.today_measured_on
    return {name: getattr(dossier, name) for name in (*RANGES, *DOSSIER_PLAIN)} | {
        "today_measured_on": measured.isoformat() if measured else None
    }


def promise_json(scope: Scope, found: Classification | None) -> dict[str, Any]:
    """What is promised, and the class of what it is for. Revisions from before it was part of them have none."""
    money = {name: getattr(scope, name) for name in PROMISE_MONEY}
    return (
        {name: getattr(scope, name) for name in PROMISE_PLAIN}
        | {name: None if value is None else float(value) for name, value in money.items()}
        | {"class": found.regime_class if found else None, "tier": found.tier if found else None}
    )


def option_json(option: ScopeOption) -> dict[str, Any]:
    named = {name: getattr(option, name) for name in (*OPTION_PLAIN, *OPTION_RANGES)}
    return named | {"precedent": option.precedent.number if option.precedent else None}


def precedent_json(precedent: Precedent) -> dict[str, Any]:
    """With the ratings only once both are in: until then nobody sees the other's."""
    sheets = {sheet.is_second: sheet for sheet in precedent.sheets.all()}
    both = [sheets[False], sheets[True]] if len(sheets) == 2 else []
    return {
        "number": precedent.number,
        "title": precedent.title,
        "planned_effort": precedent.planned_effort,
        "actual_effort": precedent.actual_effort,
        "source": precedent.source,
        "library": finished_json(precedent.finished) if precedent.finished else None,
        "rated": len(sheets),
        "team": both[0].ratings if both else None,
        "second": both[1].ratings if both else None,
        "ratings": scoping.agreed(both[0].ratings, both[1].ratings) if both else None,
        "evidence": [sheet.evidence for sheet in both],
    }


def priors_json(priors: PriorsVersion | None) -> dict[str, Any] | None:
    """What the dossier is judged by; None is the default."""
    if priors is None:
        return None
    return {name: getattr(priors, name) for name in ("number", "multipliers", "decay", "finished")}


def finished_json(outcome: Outcome) -> dict[str, Any]:
    """A finished project as everybody sees it."""
    published = outcome.published_at
    return {name: getattr(outcome, name) for name in FINISHED_PLAIN} | {
        "key": outcome.project.key,
        "published_at": published.isoformat() if published else None,
    }


def outcome_json(outcome: Outcome | None) -> dict[str, Any] | None:
    """The project's own: with the option that was built."""
    if outcome is None:
        return None
    named = {name: getattr(outcome, name) for name in FINISHED_PLAIN}
    return named | {
        "version": outcome.version,
        "option": outcome.option.number if outcome.option else None,
        "published_at": outcome.published_at.isoformat() if outcome.published_at else None,
    }


def assumption_json(one: Assumption) -> dict[str, Any]:
    return {name: getattr(one, name) for name in ASSUMPTION_PLAIN} | {
        "owner": one.owner.username if one.owner else None,
        "spike": one.spike.number if one.spike else None,
        "item": one.item.number if one.item else None,
    }


def ceiling_json(ceiling: Ceiling) -> dict[str, Any]:
    return {name: getattr(ceiling, name) for name in ("money", "skills", "run_cost", "latency_ms", "alerts")}


def spike_plan(spike: Spike) -> dict[str, Any]:
    """What is locked."""
    return {"number": spike.number, "option": spike.option.number, "tests": spike.tests} | {
        name: getattr(spike, name) for name in SPIKE_PLAIN
    }


def spike_json(spike: Spike) -> dict[str, Any]:
    """The plan, and what the runs that count say of it."""
    reading = spike_reading(spike)
    return spike_plan(spike) | {
        "version": spike.version,
        "item": spike.item.number,
        "state": spike.state,
        "digest": spike.digest,
        "locked_at": spike.locked_at.isoformat() if spike.locked_at else None,
        "zone": spike.zone,
        "comment": spike.comment,
        "runs": sorted(spike.samples),
        "reading": asdict(reading) | {"sentence": reading.sentence} if reading else None,
    }


def spike_reading(spike: Spike) -> scoping.Reading | None:
    """What the runs that count say; None while there are no zones to read them by."""
    if spike.proceed_at is None or spike.kill_at is None:
        return None
    zones = scoping.Zones(spike.proceed_at, spike.kill_at, spike.is_higher_better)
    samples = [scoping.Sample(*spike.samples[run]) for run in sorted(spike.samples)]
    return scoping.read(samples, zones, least=spike.least_runs)


def kill_criterion_json(one: KillCriterion) -> dict[str, Any]:
    return {name: getattr(one, name) for name in KILL_PLAIN} | {
        "due_date": one.due_date.isoformat(),
        "decider": one.decider.username,
        "reached_at": one.reached_at.isoformat() if one.reached_at else None,
        "decided_at": one.decided_at.isoformat() if one.decided_at else None,
    }


def objections_json(found: Iterable[Objection]) -> list[dict[str, Any]]:
    """Which functions are in; what they say only once all are."""
    listed = list(found)
    are_open = len(listed) == len(Function)
    return [
        {
            "function": one.function,
            "has_none": one.has_none if are_open else None,
            "text": one.text if are_open else None,
            "author": one.author.username,
        }
        for one in listed
    ]


def digest_of(content: Mapping[str, Any]) -> str:
    """SHA-256 of the content as canonical JSON."""
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()
