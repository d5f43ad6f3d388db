"""What each section of the studio shows beside its form."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from urllib.parse import quote

from core.models import User
from projects import documents, dossier_checks, queries, rules
from projects import studio as shapes
from projects.enums import AssumptionState, DataCheck, Importance, KillDecision, SpikeState, SpikeZone
from projects.forms.assumptions import NewAssumptionForm, SettleForm
from projects.forms.dossier import AnswerForm, CeilingForm, PrecedentForm, SheetForm
from projects.forms.spikes import CriterionForm, DecisionForm, ObjectionForm, StopForm
from projects.models import KillCriterion, Project, Sheet
from projects.tables import SHOWN_FINISHED

ZONE_TONES = {
    SpikeZone.PROCEED: "ok",
    SpikeZone.PIVOT: "warn",
    SpikeZone.KILL: "bad",
    SpikeZone.STOPPED: "warn",
}


READY = {"ok": ("Met", "ok"), "bad": ("Not met", "bad"), "open": ("Open", "")}
STATE_TONES = {AssumptionState.OPEN: "", AssumptionState.SUPPORTED: "ok", AssumptionState.REFUTED: "bad"}


def of_section(
    section: str,
    project: Project,
    content: Mapping[str, Any],
    number: int | None,
    user: User,
    now: datetime,
    asked: Mapping[str, str],
) -> dict[str, Any]:
    """What only this section shows. `asked` is what its address says besides."""
    if section == "spikes":
        return spikes(project, content, number, user)
    if section == "assumptions":
        return assumptions(project, content, number)
    if section == "data":
        return data(project, content, user)
    if section == "kill":
        return kill_criteria(project, user, now.date())
    if section == "objections":
        return objections(project, user)
    if section == "ceiling":
        return ceiling(project, user)
    if section == "outcome":
        return {"finished_at": (content["outcome"] or {}).get("published_at")}
    return precedents(project, content, user, asked) if section == "precedents" else {}


def precedents(project: Project, content: Mapping[str, Any], user: User, asked: Mapping[str, str]) -> dict[str, Any]:
    """The library, and the precedent that the address names, else the first, with its sheet."""
    found = library(content, asked.get("q", "")[:200]) | {"precedent_form": PrecedentForm()}
    numbers = [one["number"] for one in content["precedents"]]
    if not numbers:
        return found
    chosen = asked.get("precedent", "")
    number = int(chosen) if chosen in map(str, numbers) else numbers[0]
    precedent = queries.precedent(project, number)
    mine = next((sheet for sheet in precedent.sheets.all() if sheet.rater_id == user.pk), None)
    return found | {
        "precedent": number,
        "query": f"?section=precedents&precedent={number}",
        "compared": shapes.compared(content, number),
        "mine": mine,
        "sheet_form": SheetForm(initial=_rated(mine) if mine else None),
        "why_not_rate": rules.why_not_rate(user, precedent),
    }


def library(content: Mapping[str, Any], search: str) -> dict[str, Any]:
    """What is found in the library, without what is chosen already."""
    chosen = {one["library"]["key"] for one in content["precedents"] if one.get("library")}
    found = [documents.finished_json(one) for one in queries.finished_projects(search)[: SHOWN_FINISHED + 1]]
    return {
        "q": search,
        "q_quoted": quote(search),
        "finished": [one | {"is_chosen": one["key"] in chosen} for one in found[:SHOWN_FINISHED]],
        "has_more": len(found) > SHOWN_FINISHED,
    }


def _rated(sheet: Sheet) -> dict[str, Any]:
    evidence = {f"{key}_evidence": text for key, text in sheet.evidence.items()}
    return {key: "unknown" if value is None else value for key, value in sheet.ratings.items()} | evidence


def ceiling(project: Project, user: User) -> dict[str, Any]:
    found = queries.ceiling(project)
    return {
        "ceiling": found,
        "ceiling_form": CeilingForm(),
        "why_not_seal": rules.why_not_seal(user, project),
        "why_not_open": rules.why_not_open(user, found) if found else None,
    }


def assumptions(project: Project, content: Mapping[str, Any], number: int | None) -> dict[str, Any]:
    """All that stand, and the chosen one with what was found."""
    rows = [_assumption_row(project, one) for one in content["assumptions"]]
    chosen = next((row for row in rows if row["number"] == number), None)
    return {
        "assumption_rows": rows,
        "assumption": chosen,
        "new_assumption": NewAssumptionForm(auto_id="new_%s"),
        "settle_form": SettleForm(auto_id="settle_%s", initial={"state": chosen["state"]} if chosen else None),
    }


def data(project: Project, content: Mapping[str, Any], user: User) -> dict[str, Any]:
    """The eight checks, each with what was measured and what somebody said."""
    return {
        "data_rows": [_data_row(one) for one in content["readiness"]],
        "why_not_answer": rules.why_not_answer_readiness(user, project),
    }


def _data_row(one: Mapping[str, Any]) -> dict[str, Any]:
    word, tone = READY[one["state"]]
    measured, answer = one["measured"], one["answer"]
    return dict(one) | {
        "label": DataCheck(one["check"]).label,
        "form": AnswerForm(check=one["check"]),
        "mark": "wait" if one["state"] == "open" else one["state"],
        "dialog": f"answer-{one['check']}",
        "word": word,
        "tone": tone,
        "measured_at": datetime.fromisoformat(measured["at"]) if measured else None,
        "answered_at": datetime.fromisoformat(answer["at"]) if answer else None,
        "is_overruled": bool(measured and measured["is_met"] is False and one["state"] == "ok"),
        "version": answer["version"] if answer else 0,
    }


def _assumption_row(project: Project, one: Mapping[str, Any]) -> dict[str, Any]:
    """An assumption with its state as a pill says it, and a sign where it lacks what the gate asks for."""
    is_high = one["importance"] == Importance.HIGH
    lacks = [] if one["owner"] else ["no owner"]
    lacks += [] if dossier_checks.is_tested(one) else ["no test"]
    return dict(one) | {
        "word": AssumptionState(one["state"]).label,
        "tone": STATE_TONES[AssumptionState(one["state"])],
        "weight": Importance(one["importance"]).label,
        "lacks": ", ".join(lacks),
        "is_lacking": is_high and bool(lacks),
        "card": f"{project.key}-{one['item']}" if one["item"] else "",
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
            "dialog": f"decide-{one.number}",
            "form": DecisionForm(number=one.number),
            "state": _criterion_state(one, today),
            "why_not": rules.why_not_decide_kill(user, one),
        }
        for one in queries.kill_criteria(project)
    ]
    return {
        "criteria": rows,
        "criterion_form": CriterionForm(people=queries.people(project)),
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
