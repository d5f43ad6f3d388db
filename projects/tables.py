"""What pages show of projects, as plain values for the components."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.urls import reverse

from core import charts
from projects import affordability, indicators, risk_matrix
from projects.attained import MEASURED_LIVE
from projects.delivery import BurnUp
from projects.enums import (
    FINISHED,
    GATE_AFTER,
    LANES,
    ControlState,
    Discipline,
    FindingState,
    Gate,
    GateStatus,
    RiskLevel,
    Severity,
    Stage,
)
from projects.exceedance import exceedance
from projects.gates import Check
from projects.models import Finding, GateDecision, ItemStatus, Membership, Project, Risk, Scope, Sprint, WorkItem
from projects.roles import PERMISSIONS, SAYS, Permission, Role, seats

LEVEL_TONES = {RiskLevel.LOW: "", RiskLevel.MEDIUM: "warn", RiskLevel.HIGH: "bad", RiskLevel.CRITICAL: "bad"}

SHOWN_FINISHED = 20
"""Entries of the library on a page; words find the others."""

GATE_LIVE = (
    "gate. project. member. scope. dossier. option. precedent. sheet. assumption. readiness. ceiling. spike. "
    f"objection. kill_criterion. outcome. risk. control. indicator. finding. dataset. {MEASURED_LIVE} training. "
    "version. model. review. comparison. deployment. monitor. alert. retraining."
)
"""The event types that may change what a gate says."""

GATE_TONES = {
    GateStatus.LOCKED: "",
    GateStatus.COLLECTING: "warn",
    GateStatus.READY: "thread",
    GateStatus.CHANGES_REQUESTED: "bad",
    GateStatus.REJECTED: "bad",
    GateStatus.APPROVED: "ok",
    GateStatus.ON_CONDITIONS: "ok",
    GateStatus.WAIVED: "bad",
    GateStatus.EMERGENCY: "bad",
    GateStatus.EXPIRED: "bad",
}


@dataclass(frozen=True)
class GateState:
    """The next gate in a word: "4 of 6 met"."""

    gate: Gate | None
    checks: Sequence[Check]

    @property
    def met(self) -> int:
        return sum(check.is_met for check in self.checks)

    @property
    def is_met(self) -> bool:
        return self.gate is not None and self.met == len(self.checks)

    @property
    def missing(self) -> list[Check]:
        return [check for check in self.checks if not check.is_met]

    @property
    def word(self) -> str:
        return f"{self.met} of {len(self.checks)} met"

    @property
    def tone(self) -> str:
        return "ok" if self.is_met else "warn"

    @property
    def percent(self) -> int:
        return round(100 * self.met / len(self.checks)) if self.checks else 100


def stage_line(
    project: Project, state: GateState, decisions: Iterable[GateDecision], sprint: Sprint | None
) -> list[dict[str, Any]]:
    """The line of stages: gates passed with their day, and what the next one waits for."""
    passed = {decision.gate: decision.decided_at for decision in decisions}
    stages = list(Stage)
    now = stages.index(Stage(project.stage))
    return [
        {
            "label": stage.label,
            "state": _line_state(index, now, state),
            "note": _line_note(stage, passed, state if index == now else None, sprint),
            "progress": state.percent,
        }
        for index, stage in enumerate(stages)
    ]


def _line_state(index: int, now: int, state: GateState) -> str:
    if index < now or (index == now and state.gate is None):
        return "done"
    return "now" if index == now else "todo"


def _line_note(stage: Stage, passed: dict[str, datetime], state: GateState | None, sprint: Sprint | None) -> str:
    if state is not None and state.gate is not None:
        where = f"sprint {sprint.number}, " if sprint else ""
        return f"{where}{state.gate.label.lower()} {state.met} of {len(state.checks)}"
    at = passed.get(GATE_AFTER.get(stage, ""))
    return f"gate passed {at.day} {at:%b}" if at else ""


# --- scope ----------------------------------------------------------------------------------------------------------


def ranges(scope: Scope) -> dict[str, Any]:
    return {
        "benefit_low": scope.benefit_low,
        "benefit_high": scope.benefit_high,
        "cost_low": scope.cost_low,
        "cost_high": scope.cost_high,
    }


def value_a_year(scope: Scope) -> dict[str, str] | None:
    """What is left in a year: the middle and the range."""
    value = affordability.net_value(**ranges(scope))
    return {"middle": affordability.money(value.middle), "range": str(value)} if value else None


# --- risks ----------------------------------------------------------------------------------------------------------


def heat(risks: Iterable[Risk]) -> list[dict[str, Any]]:
    """The 5 by 5 table, likelihood 5 on top: in each square its level and the open risks that stand in it."""
    standing: dict[tuple[int, int], list[Risk]] = {}
    for risk in risks:
        standing.setdefault((risk.likelihood, risk.impact), []).append(risk)
    return [
        {
            "likelihood": likelihood,
            "said": risk_matrix.LIKELIHOODS[likelihood],
            "cells": [_square(likelihood, impact, standing.get((likelihood, impact), [])) for impact in range(1, 6)],
        }
        for likelihood in range(5, 0, -1)
    ]


def _square(likelihood: int, impact: int, risks: list[Risk]) -> dict[str, Any]:
    level = RiskLevel(risk_matrix.level_of(likelihood, impact))
    return {"at": f"{likelihood}-{impact}", "level": level.label, "tone": LEVEL_TONES[level], "risks": risks}


def losses(risks: Iterable[Risk]) -> dict[str, Any] | None:
    """What a year may cost by the risks that are priced: the curve and its figures; None of none."""
    priced = [risk for risk in risks if risk.loss is not None]
    found = exceedance([risk.loss for risk in priced if risk.loss is not None])
    if found is None:
        return None
    expected, high = (affordability.money(Decimal(round(one))) for one in (found.expected, found.high))
    shares = [100 * chance for _, chance in found.points]
    drawn = charts.curve(
        [charts.Series("Chance that a year costs more, %", shares)],
        x_labels=[affordability.money(Decimal(round(loss))) for loss, _ in found.points],
        from_zero=True,
        summary=f"A mean year costs {expected}; nineteen of twenty years cost less than {high}.",
        x_name="Loss in a year",
    )
    any_loss = charts.number(100 * found.any_loss, 2)
    return {"chart": drawn, "expected": expected, "high": high, "any_loss": any_loss, "priced": priced}


def register_row(risk: Any, *, today: date) -> dict[str, Any]:
    """`risk` as `queries.register` gives it. Places are "likelihood-impact"; no target has none."""
    acceptance = risk.standing[0] if risk.standing else None
    days = (acceptance.until - today).days if acceptance and not acceptance.is_waiting else None
    return {
        "risk": risk,
        "tone": LEVEL_TONES[risk.level],
        "inherent": f"{risk.inherent_likelihood}-{risk.inherent_impact}",
        "at": f"{risk.likelihood}-{risk.impact}",
        "target": f"{risk.target_likelihood}-{risk.target_impact}" if risk.target_likelihood else "",
        "controls": sum(control.state == ControlState.IN_PLACE for control in risk.controls.all()),
        "failing": sum(control.state == ControlState.FAILING for control in risk.controls.all()),
        "indicators": [indicator_row(one) for one in risk.watched],
        "acceptance": acceptance,
        "expires_in": days if days is not None and days <= risk_matrix.EXPIRING_DAYS else None,
        "is_due": risk.next_review_date is not None and risk.next_review_date <= today,
    }


def indicator_row(indicator: Any) -> dict[str, Any]:
    """`indicator` as queries give it, with its last readings."""
    return {
        "indicator": indicator,
        "label": indicators.label_of(indicator.metric),
        "values": indicator.spark[::-1],
        "tone": "bad" if indicator.breached_at else "",
        "said": f"{indicator.get_operator_display()} {indicator.threshold:g}",
    }


# --- findings -------------------------------------------------------------------------------------------------------

SEVERITY_TONES: dict[str, str] = {
    Severity.LOW: "",
    Severity.MEDIUM: "warn",
    Severity.HIGH: "bad",
    Severity.CRITICAL: "bad",
}


def finding_weight(finding: Finding) -> tuple[Any, ...]:
    """What findings are sorted by: the open ones, the worst, the soonest due first."""
    rank = list(Severity.values).index(finding.severity)
    return finding.state != FindingState.OPEN, -rank, finding.due_date or date.max, finding.number


# --- board ----------------------------------------------------------------------------------------------------------


LANE_SHOWN = 20
"""Cards of a lane that a board begins with; the others come as one scrolls."""


def lanes(
    tops: Iterable[WorkItem],
    totals: Mapping[tuple[str, int | None], tuple[int, int]],
    project: Project,
    statuses: Iterable[ItemStatus],
    *,
    groups: Collection[str] = LANES,
) -> list[dict[str, Any]]:
    """The first cards of each lane, with how many there are and their points."""
    found: dict[str, dict[str, Any]] = {}
    for status in statuses:
        if status.group in groups:
            count, points = totals.get((status.group, None if status.is_main else status.pk), (0, 0))
            found[status.key] = {"key": status.key, "name": status.name, "count": count, "points": points, "cards": []}
            found[status.key] |= {
                "limit": status.wip_limit,
                "is_over": bool(status.wip_limit and count > status.wip_limit),
                "is_finished": status.group in FINISHED,
            }
    for card in cards_of(tops, project):
        found[card["lane"]]["cards"].append(card)
    for lane in found.values():
        lane["more"] = len(lane["cards"]) if lane["count"] > len(lane["cards"]) else 0
    return list(found.values())


def cards_of(items: Iterable[WorkItem], project: Project) -> list[dict[str, Any]]:
    """Cards as text: a board has hundreds, and a template is slow with numbers."""
    base = reverse("projects:board", args=[project.key])
    return [_card(item, project.key, base) for item in items]


KIND_ICONS = {
    "story": "bookmark",
    "task": "square",
    "data": "database",
    "experiment": "flask-conical",
    "spike": "timer",
    "risk": "triangle-alert",
    "approval": "clipboard-check",
    "incident": "octagon-alert",
    "release": "rocket",
}
DISCIPLINE_SIGNS: dict[str, str] = {
    Discipline.PRODUCT: "P",
    Discipline.DATA_SCIENCE: "D",
    Discipline.ENGINEERING: "E",
    Discipline.VALIDATION: "V",
}
PRIORITY_SIGNS = {4: ("bad", "zap"), 3: ("warn", "chevron-up"), 2: ("", "minus"), 1: ("", "chevron-down")}


def _card(card: WorkItem, key: str, base: str) -> dict[str, Any]:
    tone, sign = PRIORITY_SIGNS.get(card.priority, ("", ""))
    said = card.estimates
    estimates = ", ".join(f"{Discipline(name).label} {points}" for name, points in said.items())
    return {
        "number": str(card.number),
        "key": f"{key}-{card.number}",
        "version": str(card.version),
        "url": f"{base}items/{card.number}/",
        "title": card.title,
        "kind": card.get_kind_display(),
        "kind_icon": KIND_ICONS[card.kind],
        "lane": card.status.key if card.status else card.state,
        "points": "" if card.points is None else str(card.points),
        "estimates": estimates,
        "split": " ".join(f"{DISCIPLINE_SIGNS[name]}{points}" for name, points in said.items()),
        "who": str(card.assignee) if card.assignee else "",
        "priority": card.get_priority_display() if card.priority else "",
        "priority_tone": tone,
        "priority_icon": sign,
        "labels": card.labels,
        "blocked": card.get_block_cause_display() if card.blocked_at else "",
        "blocked_by": card.block_reason,
        "result": card.get_result_display() if card.result else "",
        "since": card.moved_at or card.created_at,
    }


DAYS_A_DOT = 2
MOST_DOTS = 5


def furnished(
    cards: Iterable[dict[str, Any]], facts: Mapping[int, Sequence[Any]], movers: Mapping[int, str], *, now: datetime
) -> None:
    """Cards of a board say more: what they are linked to, who moved them lately, and in dots how long they have been
    where they are."""
    for card in cards:
        number = int(card["number"])
        card["facts"], card["by"] = facts.get(number, ()), movers.get(number, "")
        days = (now - card["since"]).days
        dots = min(MOST_DOTS, days // DAYS_A_DOT)
        card |= {"dots": "•" * dots, "dots_tone": "bad" if dots == MOST_DOTS else "", "days": days}


def burn_up_chart(burn: BurnUp, *, key: str) -> charts.Chart:
    place = {day: index for index, day in enumerate(burn.days)}
    return charts.burn_up(
        days=[f"{day.day} {day:%b}" for day in burn.days],
        done=burn.done,
        scope=burn.scope,
        target=burn.target,
        marks=[(place[one.day], f"{key}-{one.item} {one.what} ({one.points:+d})") for one in burn.marks],
    )


# --- team -----------------------------------------------------------------------------------------------------------


def empty_seats(memberships: Iterable[Membership], *, tier: int | None) -> list[Role]:
    """The roles that a project of this tier cannot do without, and nobody has."""
    taken = {membership.role for membership in memberships}
    return [role for role in seats(tier) if role not in taken]


def role_matrix() -> dict[str, Any]:
    """Who may do what, as a table: a row for each permission, a column for each role."""
    return {
        "roles": list(Role),
        "rows": [(SAYS[one], [one in PERMISSIONS[role] for role in Role]) for one in Permission],
    }
