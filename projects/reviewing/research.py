"""The research track: what was to be found out, in how much time, and what was found."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from projects import documents, queries
from projects.delivery import STARTED, History
from projects.enums import HypothesisResult, ItemKind, ItemState, SpikeState, SpikeZone
from projects.models import KillCriterion, Scope, Spike, Sprint, WorkItem
from projects.queries import Span
from projects.reviewing.measured import Measured, measured

RESEARCH = (ItemKind.EXPERIMENT, ItemKind.SPIKE)
RESULTS = {
    SpikeZone.PROCEED: HypothesisResult.CONFIRMED,
    SpikeZone.KILL: HypothesisResult.REFUTED,
    SpikeZone.PIVOT: HypothesisResult.INCONCLUSIVE,
    SpikeZone.STOPPED: HypothesisResult.INCONCLUSIVE,
}


def track(sprint: Sprint, known: Mapping[int, History], span: Span | None, *, now: datetime) -> dict[str, Any]:
    """The hypotheses of the sprint's experiments and spikes, and the kill criteria that fell due or were reached."""
    items = WorkItem.objects.filter(project_id=sprint.project_id, number__in=list(known), kind__in=RESEARCH)
    listed = list(items.order_by("number"))
    scope, came_to = queries.scope_of(sprint.project), measured(sprint.project, listed)
    spikes = {spike.item_id: spike for spike in queries.spikes(sprint.project).filter(item__in=items)}
    since = span.started_at if span else now
    criteria = queries.kill_criteria(sprint.project)
    return {
        "hypotheses": [
            _hypothesis(item, spikes.get(item.pk), known[item.number], now, scope=scope, found=came_to.get(item.number))
            for item in listed
        ],
        "kill_criteria": [_criterion(one, now) for one in criteria if _is_of(one, since, now)],
    }


def said_of(item: WorkItem, spike: Spike | None, scope: Scope) -> dict[str, Any]:
    """What somebody wrote: what was to be found out, by which metric, from which baseline, in how much time, and what
    was found. What an item does not name of metric and baseline, is the scope's. A spike of the dossier knows more: its
    time box comes from its lock, its baseline is where it is to be given up."""
    if spike:
        return {
            "hypothesis": spike.hypothesis or spike.title,
            "metric": spike.metric,
            "baseline": spike.kill_at,
            "result": str(RESULTS[SpikeZone(spike.zone)]) if spike.zone else "",
            "box_days": spike.days,
        }
    metric = item.metric or scope.metric
    return {
        "hypothesis": item.hypothesis or item.title,
        "metric": metric,
        "baseline": scope.baseline if item.baseline is None and metric == scope.metric else item.baseline,
        "result": str(item.result),
        "box_days": item.time_box_days,
    }


def _hypothesis(
    item: WorkItem, spike: Spike | None, history: History, now: datetime, *, scope: Scope, found: Measured | None
) -> dict[str, Any]:
    said = {"item": item.number} | said_of(item, spike, scope)
    if spike:
        return said | _movement(_read(spike), said["baseline"]) | _pace_of_spike(spike, now)
    started = next((one.at for one in history if one.phase in STARTED), None)
    return (
        said
        | _movement(found, said["baseline"])
        | {
            "is_open": item.state not in (ItemState.DONE, ItemState.DROPPED) and not item.result,
            "days": round((min(_ended(history) or now, now) - started).total_seconds() / 86400, 1) if started else 0.0,
        }
    )


def _movement(found: Measured | None, baseline: float | None) -> dict[str, Any]:
    """From the baseline to the best value. The interval is the best run's own where it logged one, else that of the
    mean of the runs where at least three measured it: see `Measured`."""
    if found is None:
        return {"value": None, "change": None, "low": None, "high": None, "mean": None, "runs": 0}
    return {
        "value": _steady(found.value),
        "change": None if baseline is None else _steady(found.value - baseline),
        "low": _steady(found.low),
        "high": _steady(found.high),
        "mean": _steady(found.mean),
        "runs": found.runs,
    }


def _ended(history: History) -> datetime | None:
    return history[-1].at if history[-1].phase in ("done", "dropped") else None


def _read(spike: Spike) -> Measured | None:
    """Its interval comes from the runs that count."""
    reading = documents.spike_reading(spike)
    if reading is None or reading.mean is None:
        return None
    has_interval = reading.low is not None and reading.high is not None
    return Measured(reading.mean, reading.low, reading.high, reading.mean, reading.runs if has_interval else 0)


def _pace_of_spike(spike: Spike, now: datetime) -> dict[str, Any]:
    end = min(spike.ended_at or now, now)
    return {
        "is_open": spike.state != SpikeState.ENDED,
        "days": round((end - spike.locked_at).total_seconds() / 86400, 1) if spike.locked_at else 0.0,
    }


def _steady(value: float | None) -> float | None:
    """As the database gives it back: rounded, and without a minus nought."""
    return None if value is None else round(value, 6) + 0.0


def _is_of(one: KillCriterion, since: datetime, now: datetime) -> bool:
    moments = [at for at in (one.reached_at, one.decided_at) if at]
    return since.date() <= one.due_date <= now.date() or any(since <= at <= now for at in moments)


def _criterion(one: KillCriterion, now: datetime) -> dict[str, Any]:
    state = "reached" if one.reached_at else str(one.decision) or ("stop" if now.date() > one.due_date else "open")
    return {"number": one.number, "text": one.text, "due": one.due_date.isoformat(), "state": state}
