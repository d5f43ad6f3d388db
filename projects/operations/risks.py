"""Writes about the risk register."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from core import events
from core.errors import Conflict
from core.models import User
from core.rules import require
from projects import rules
from projects.enums import RISK_FLOW, RiskLevel, RiskPhase, RiskState
from projects.events import RISK_ACCEPTED, RISK_ADDED, RISK_REOPENED, RISK_REVISED, RISK_TREATED
from projects.models import Membership, Project, Risk
from projects.operations.locking import locked_open, require_version
from projects.operations.values import Values, refuse_unknown
from projects.roles import Permission

MOST_TEXT = 4000
FIELDS = ("title", "cause", "consequence", "phase", "likelihood", "impact", "owner", "treatment")


@transaction.atomic
def add_risk(
    *,
    project: Project,
    title: str,
    phase: str,
    likelihood: int,
    impact: int,
    owner: User | None = None,
    cause: str = "",
    consequence: str = "",
    treatment: str = "",
    by: User,
    now: datetime,
) -> Risk:
    """Put a risk into the register. Raises NotAllowed, Invalid, Conflict for a retired project."""
    project = locked_open(project.pk)
    require(rules.why_not(by, Permission.EDIT_RISKS, project.pk))
    given = {
        "title": title,
        "cause": cause,
        "consequence": consequence,
        "phase": phase,
        "likelihood": likelihood,
        "impact": impact,
        "owner": owner,
        "treatment": treatment,
    }
    last = Risk.objects.filter(project=project).aggregate(last=Max("number"))["last"] or 0
    risk = Risk.objects.create(
        project=project, number=last + 1, created_by=by, created_at=now, **_checked(project, given)
    )
    events.record(RISK_ADDED, risk, by=by, **_facts(risk))
    return risk


@transaction.atomic
def revise_risk(*, risk: Risk, values: Mapping[str, Any], by: User | None, expected_version: int | None = None) -> Risk:
    """Change the given fields. A risk that was treated or accepted and is now at a higher level stands open again,
    since the decision was about the lower one. Raises NotAllowed, Invalid, PreconditionFailed."""
    risk = _locked(risk)
    require(rules.why_not(by, Permission.EDIT_RISKS, risk.project_id))
    require_version(f"Risk {risk.number}", risk.version, expected_version)
    after = _checked(risk.project, values)
    changed = [name for name, value in after.items() if getattr(risk, name) != value]
    if not changed:
        return risk
    level, state = risk.level, risk.state
    for name in changed:
        setattr(risk, name, after[name])
    if risk.level > level and risk.state != RiskState.OPEN:
        risk.state = RISK_FLOW.target(risk.state, "reopen")
    _save(risk, *changed, "state")
    events.record(
        RISK_REVISED, risk, by=by, changed=changed, was_level=int(level), reopened=state != risk.state, **_facts(risk)
    )
    return risk


@transaction.atomic
def treat_risk(
    *, risk: Risk, treatment: str, by: User | None, now: datetime, expected_version: int | None = None
) -> Risk:
    """Say what was done about it. Raises NotAllowed, Invalid, IllegalStep, PreconditionFailed."""
    risk = _locked(risk)
    require(rules.why_not(by, Permission.EDIT_RISKS, risk.project_id))
    require_version(f"Risk {risk.number}", risk.version, expected_version)
    risk.state = RISK_FLOW.target(risk.state, "treat")
    risk.treatment = _reason("treatment", treatment)
    _save(risk, "state", "treatment")
    events.record(RISK_TREATED, risk, by=by, treatment=risk.treatment, **_facts(risk))
    return risk


@transaction.atomic
def accept_risk(*, risk: Risk, reason: str, by: User, now: datetime, expected_version: int | None = None) -> Risk:
    """Live with it. Raises NotAllowed, Conflict for a critical risk, Invalid, IllegalStep, PreconditionFailed."""
    risk = _locked(risk)
    require(rules.why_not_accept_risk(by, risk))
    require_version(f"Risk {risk.number}", risk.version, expected_version)
    if risk.level == RiskLevel.CRITICAL:
        raise Conflict("A critical risk cannot be accepted: treat it, or stop.", code="critical")
    risk.state = RISK_FLOW.target(risk.state, "accept")
    risk.treatment = _reason("reason", reason)
    _save(risk, "state", "treatment")
    events.record(RISK_ACCEPTED, risk, by=by, reason=risk.treatment, **_facts(risk))
    return risk


@transaction.atomic
def reopen_risk(*, risk: Risk, by: User | None, now: datetime, expected_version: int | None = None) -> Risk:
    """Treated or accepted, it stands again. Raises NotAllowed, IllegalStep, PreconditionFailed."""
    risk = _locked(risk)
    require(rules.why_not(by, Permission.EDIT_RISKS, risk.project_id))
    require_version(f"Risk {risk.number}", risk.version, expected_version)
    risk.state = RISK_FLOW.target(risk.state, "reopen")
    _save(risk, "state")
    events.record(RISK_REOPENED, risk, by=by, **_facts(risk))
    return risk


def _locked(risk: Risk) -> Risk:
    project = locked_open(risk.project_id)
    risk = Risk.objects.select_for_update(no_key=True, of=("self",)).select_related("owner").get(pk=risk.pk)
    risk.project = project
    return risk


def _save(risk: Risk, *fields: str) -> None:
    risk.version += 1
    risk.save(update_fields=[*fields, "version"])


def _checked(project: Project, given: Mapping[str, Any]) -> dict[str, Any]:
    refuse_unknown(given, FIELDS)
    values, after = Values(), dict(given)
    if "title" in given:
        after["title"] = values.text("title", given["title"], least=1, most=200)
    for name in ("cause", "consequence", "treatment"):
        if name in given:
            after[name] = values.text(name, given[name], most=MOST_TEXT)
    for name in ("likelihood", "impact"):
        if name in given:
            after[name] = values.whole(name, given[name], low=1, high=5)
    if "phase" in given:
        after["phase"] = values.choice("phase", given["phase"], RiskPhase.values)
    if given.get("owner") and not Membership.objects.filter(project=project, user=given["owner"]).exists():
        values.wrong("owner", f"{given['owner']} is not in the project.", code="not_a_member")
    values.refuse_if_wrong()
    return after


def _reason(field: str, text: str) -> str:
    values = Values()
    text = values.text(field, text, least=1, most=MOST_TEXT)
    values.refuse_if_wrong()
    return text


def _facts(risk: Risk) -> dict[str, Any]:
    return {
        "likelihood": risk.likelihood,
        "impact": risk.impact,
        "level": int(risk.level),
        "phase": str(risk.phase),
        "owner": risk.owner.username if risk.owner else None,
    }
