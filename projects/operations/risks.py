"""Writes about the risks themselves; controls, acceptances and indicators have modules of their own."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from core import events
from core.errors import Conflict, Invalid
from core.models import User
from core.rules import require
from projects import rules
from projects.enums import RISK_FLOW, Knowledge, RiskCategory, RiskPhase, RiskState, Stage, TreatmentKind
from projects.events import RISK_ADDED, RISK_REOPENED, RISK_REVISED, RISK_SANK, RISK_TREATED
from projects.exceedance import MOST_FREQUENT, MOST_MONEY, WIDEST
from projects.models import Membership, Project, Risk
from projects.operations.acceptances import end_acceptance
from projects.operations.locking import locked, locked_open, locked_risk, require_version
from projects.operations.values import Values, refuse_unknown
from projects.roles import Permission

MOST_TEXT = 4000
TEXTS = ("cause", "event", "consequence", "affected", "treatment")
RATINGS = ("likelihood", "impact", "inherent_likelihood", "inherent_impact")
TARGETS = ("target_likelihood", "target_impact")
PRICE = ("frequency", "loss_low", "loss_high")
FIELDS = (
    "title",
    *TEXTS,
    *RATINGS,
    *TARGETS,
    *PRICE,
    "phase",
    "category",
    "knowledge",
    "owner",
    "treatment_kind",
    "next_review_date",
)


@transaction.atomic
def add_risk(
    *, project: Project, title: str, phase: str, likelihood: int, impact: int, by: User, now: datetime, **more: Any
) -> Risk:
    """Put a risk into the register; `more` are any of FIELDS. What it is inherently is what it is now, unless given.

    Raises NotAllowed, Invalid, Conflict for a retired project.
    """
    project = locked_open(project.pk)
    require(rules.why_not(by, Permission.EDIT_RISKS, project.pk))
    given = {"title": title, "phase": phase, "likelihood": likelihood, "impact": impact} | more
    values = _checked(project, given, before=Risk())
    values.setdefault("inherent_likelihood", values["likelihood"])
    values.setdefault("inherent_impact", values["impact"])
    last = Risk.objects.filter(project=project).aggregate(last=Max("number"))["last"] or 0
    risk = Risk.objects.create(project=project, number=last + 1, created_by=by, created_at=now, **values)
    events.record(RISK_ADDED, risk, by=by, **facts(risk))
    return risk


@transaction.atomic
def revise_risk(*, risk: Risk, values: Mapping[str, Any], by: User | None, expected_version: int | None = None) -> Risk:
    """Change the given fields. A risk that was treated or accepted and is now at a higher level stands open again,
    since the decision was about the lower one. Raises NotAllowed, Invalid, PreconditionFailed."""
    risk = locked_risk(risk)
    require(rules.why_not(by, Permission.EDIT_RISKS, risk.project_id))
    require_version(f"Risk {risk.number}", risk.version, expected_version)
    after = _checked(risk.project, values, before=risk)
    changed = {name: value for name, value in after.items() if getattr(risk, name) != value}
    if not changed:
        return risk
    level, was_state = risk.level, risk.state
    for name, value in changed.items():
        setattr(risk, name, value)
    reconsider(risk, was=level)
    save_risk(risk, *changed, "state")
    events.record(
        RISK_REVISED,
        risk,
        by=by,
        changed=sorted(changed),
        was_level=int(level),
        reopened=was_state != risk.state,
        **facts(risk),
    )
    return risk


@transaction.atomic
def treat_risk(
    *, risk: Risk, treatment: str, by: User | None, now: datetime, expected_version: int | None = None
) -> Risk:
    """Say what was done about it. Raises NotAllowed, Invalid, IllegalStep, PreconditionFailed."""
    risk = locked_risk(risk)
    require(rules.why_not(by, Permission.EDIT_RISKS, risk.project_id))
    require_version(f"Risk {risk.number}", risk.version, expected_version)
    risk.state = RISK_FLOW.target(risk.state, "treat")
    values = Values()
    risk.treatment = values.text("treatment", treatment, least=1, most=MOST_TEXT)
    values.refuse_if_wrong()
    end_acceptance(risk, because="it was treated")
    save_risk(risk, "state", "treatment")
    events.record(RISK_TREATED, risk, by=by, treatment=risk.treatment, **facts(risk))
    return risk


@transaction.atomic
def reopen_risk(*, risk: Risk, by: User | None, now: datetime, expected_version: int | None = None) -> Risk:
    """Treated or accepted, it stands again. Raises NotAllowed, IllegalStep, PreconditionFailed."""
    risk = locked_risk(risk)
    require(rules.why_not(by, Permission.EDIT_RISKS, risk.project_id))
    require_version(f"Risk {risk.number}", risk.version, expected_version)
    risk.state = RISK_FLOW.target(risk.state, "reopen")
    end_acceptance(risk, because="the risk was opened again")
    save_risk(risk, "state")
    events.record(RISK_REOPENED, risk, by=by, **facts(risk))
    return risk


@transaction.atomic
def name_what_sank(*, project: Project, numbers: Sequence[int], by: User | None) -> list[Risk]:
    """Say of a retired project which of its risks ended it: these and no others. Raises NotAllowed, Invalid for a
    risk that there is not, Conflict (`not_retired`)."""
    project = locked(project.pk)
    require(rules.why_not(by, Permission.PASS_GATE, project.pk))
    if project.stage != Stage.RETIRED:
        raise Conflict("What sank a project is named when it is retired.", code="not_retired")
    found = list(Risk.objects.filter(project=project).order_by("number"))
    unknown = sorted(set(numbers) - {risk.number for risk in found})
    if unknown:
        raise Invalid(f"There is no risk {', '.join(map(str, unknown))} in this project.", field="risks")
    sank = [risk for risk in found if risk.number in set(numbers)]
    Risk.objects.filter(project=project).update(has_sunk=False)
    Risk.objects.filter(pk__in=[risk.pk for risk in sank]).update(has_sunk=True)
    events.record(RISK_SANK, project, by=by, risks=[risk.number for risk in sank])
    return sank


def reconsider(risk: Risk, *, was: int) -> None:
    """After its level changed from `was`: what was decided about a lower one is void, and what is half signed too."""
    if risk.level == was:
        return
    if risk.level > was and risk.state != RiskState.OPEN:
        risk.state = RISK_FLOW.target(risk.state, "reopen")
    if risk.state == RiskState.OPEN:
        end_acceptance(risk, because="the risk's level changed")


def save_risk(risk: Risk, *fields: str) -> None:
    risk.version += 1
    risk.save(update_fields=[*fields, "version"])


def facts(risk: Risk) -> dict[str, Any]:
    """What every event of a risk says of it."""
    return {
        "likelihood": risk.likelihood,
        "impact": risk.impact,
        "level": int(risk.level),
        "phase": str(risk.phase),
        "owner": risk.owner.username if risk.owner else None,
    }


def check_owner(values: Values, project: Project, owner: User | None) -> None:
    """Whoever owns something of a project is in it."""
    if owner is not None and not Membership.objects.filter(project=project, user=owner).exists():
        values.wrong("owner", f"{owner} is not in the project.", code="not_a_member")


def _checked(project: Project, given: Mapping[str, Any], *, before: Risk) -> dict[str, Any]:
    refuse_unknown(given, FIELDS)
    values, after = Values(), dict(given)
    if "title" in given:
        after["title"] = values.text("title", given["title"], least=1, most=200)
    for name in TEXTS:
        if name in given:
            after[name] = values.text(name, given[name], most=MOST_TEXT)
    for name in RATINGS:
        if name in given:
            after[name] = values.whole(name, given[name], low=1, high=5)
    _check_target(values, given, after, before)
    _check_price(values, given, after, before)
    _check_choices(values, given, after)
    if given.get("next_review_date") is not None:
        values.day("next_review_date", given["next_review_date"])
    check_owner(values, project, given.get("owner"))
    values.refuse_if_wrong()
    return after


def _check_target(values: Values, given: Mapping[str, Any], after: dict[str, Any], before: Risk) -> None:
    """Both or neither."""
    for name in TARGETS:
        if given.get(name) is not None:
            after[name] = values.whole(name, given[name], low=1, high=5)
    ends = {name: after.get(name, getattr(before, name)) for name in TARGETS}
    missing = [name for name, value in ends.items() if value is None]
    if len(missing) == 1:
        values.wrong(missing[0], "A target has a likelihood and an impact: give both, or neither.", code="pair")


def _check_price(values: Values, given: Mapping[str, Any], after: dict[str, Any], before: Risk) -> None:
    """All three or none."""
    wrong = len(values.errors)
    for name in PRICE:
        if given.get(name) is not None:
            low, high = (0.001, MOST_FREQUENT) if name == "frequency" else (0.01, MOST_MONEY)
            after[name] = values.between(name, given[name], low=low, high=high)
    price = {name: after.get(name, getattr(before, name)) for name in PRICE}
    missing = [name for name, value in price.items() if value is None]
    if 0 < len(missing) < len(PRICE):
        values.wrong(
            missing[0], "A price is a frequency, a loss from and a loss to: give all three, or none.", code="pair"
        )
    elif not missing and len(values.errors) == wrong:
        _check_interval(values, price["loss_low"], price["loss_high"])


def _check_interval(values: Values, low: float, high: float) -> None:
    if not low <= high <= WIDEST * low:
        most = f"{WIDEST:,.0f} times its low end"
        values.wrong("loss_high", f"The loss goes up, at most to {most}: got {low:g} to {high:g}.", code="range")


def _check_choices(values: Values, given: Mapping[str, Any], after: dict[str, Any]) -> None:
    if "phase" in given:
        after["phase"] = values.choice("phase", given["phase"], RiskPhase.values)
    if "knowledge" in given:
        after["knowledge"] = values.choice("knowledge", given["knowledge"], Knowledge.values)
    if given.get("category"):
        after["category"] = values.choice("category", given["category"], RiskCategory.values)
    if given.get("treatment_kind"):
        after["treatment_kind"] = values.choice("treatment_kind", given["treatment_kind"], TreatmentKind.values)
