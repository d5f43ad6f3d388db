"""What the later sections of the studio show beside its form."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from core.models import User
from projects import queries, rules
from projects.enums import KillDecision, SpikeState, SpikeZone
from projects.forms.spikes import CriterionForm, DecisionForm, ObjectionForm, StopForm
from projects.models import KillCriterion, Project

ZONE_TONES = {
    SpikeZone.PROCEED: "ok",
    SpikeZone.PIVOT: "warn",
    SpikeZone.KILL: "bad",
    SpikeZone.STOPPED: "warn",
}


def spikes(project: Project, content: Mapping[str, Any], number: int | None, user: User) -> dict[str, Any]:
    """All spikes, and the chosen one with what its runs say."""
    titles = {option["number"]: option["title"] for option in content["options"]}
    rows = [_spike_row(one, titles) for one in content["spikes"]]
    if number is None:
        return {"spike_rows": rows}
    spike = queries.spike(project, number)
    return {
        "spike_rows": rows,
        "spike": spike,
        "spiked": next(row for row in rows if row["number"] == number),
        "why_not_lock": rules.why_not_lock_spike(user, spike),
        "is_planned": spike.state == SpikeState.PLANNED,
        "is_locked": spike.state == SpikeState.LOCKED,
        "stop_form": StopForm(),
    }


def kill_criteria(project: Project, user: User, today: date) -> dict[str, Any]:
    rows = [
        {
            "one": one,
            "dialog": str(one.number),
            "state": _criterion_state(one, today),
            "why_not": rules.why_not_decide_kill(user, one),
        }
        for one in queries.kill_criteria(project)
    ]
    return {
        "criteria": rows,
        "criterion_form": CriterionForm(people=queries.people(project)),
        "decision_form": DecisionForm(),
    }


def objections(project: Project, user: User) -> dict[str, Any]:
    """Who is in; everybody's words once all are, before that only one's own."""
    found = {one.function: one for one in queries.objections(project)}
    are_open = len(found) == len(rules.SPEAKS_FOR)
    mine = next((one for one in found.values() if one.author_id == user.pk), None)
    speaks = rules.function_of(user, project)
    return {
        "functions": [
            {"label": function.label, "one": found.get(function), "roles": _roles(function)}
            for function in rules.SPEAKS_FOR
        ],
        "are_open": are_open,
        "mine": mine,
        "speaks_for": speaks.label if speaks else "",
        "why_not_object": rules.why_not_object(user, project),
        "objection_form": ObjectionForm(initial={"text": mine.text, "has_none": mine.has_none} if mine else None),
    }


def _roles(function: Any) -> str:
    return " or ".join(role.label.lower() for role in rules.SPEAKS_FOR[function])


def _spike_row(spike: Mapping[str, Any], titles: Mapping[int, str]) -> dict[str, Any]:
    """A spike with its state as a pill says it."""
    word = SpikeZone(spike["zone"]).label if spike["zone"] else SpikeState(spike["state"]).label
    tone = ZONE_TONES[spike["zone"]] if spike["zone"] else "thread" if spike["state"] == SpikeState.LOCKED else ""
    return dict(spike) | {
        "word": word,
        "tone": tone,
        "option_title": titles.get(spike["option"], "an option taken out"),
    }


def _criterion_state(one: KillCriterion, today: date) -> tuple[str, str]:
    """In a word and a tone. Nobody's decision after the day is a decision to stop."""
    if one.reached_at:
        return "Reached", "ok"
    if one.decision:
        return (KillDecision(one.decision).label, "bad" if one.decision == KillDecision.STOP else "ok")
    return ("Due: stop", "bad") if today > one.due_date else ("Open", "")
