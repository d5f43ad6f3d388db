"""Accepting a risk until a day, with one signature or two, and what happens when that day has passed."""

from datetime import UTC, date, datetime, time, timedelta

from django.db import transaction

from core import events
from core.errors import Conflict, NotFound
from core.models import Schedule, User
from core.rules import require
from projects import risk_matrix, rules
from projects.enums import RISK_FLOW, RiskLevel, RiskState
from projects.events import RISK_ACCEPTANCE_EXPIRED, RISK_ACCEPTANCE_PROPOSED, RISK_ACCEPTED
from projects.models import Risk, RiskAcceptance
from projects.operations.locking import locked, locked_risk, require_version
from projects.operations.values import Values

EXPIRE_ACCEPTANCE = "expire_acceptance"
MOST_TEXT = 4000
DAY_S = 86_400


@transaction.atomic
def accept_risk(
    *,
    risk: Risk,
    reason: str,
    by: User,
    now: datetime,
    until: date | None = None,
    expected_version: int | None = None,
) -> Risk:
    """Live with it until a day (the longest that its level allows, if none is given). A low or medium risk is accepted
    at once; of a high one this is the first of two signatures, and it stays open.

    Raises NotAllowed, Conflict (`critical`; `waiting` when the first signature stands), Invalid, IllegalStep,
    PreconditionFailed.
    """
    risk = locked_risk(risk)
    require(rules.why_not_accept_risk(by, risk))
    require_version(f"Risk {risk.number}", risk.version, expected_version)
    if risk.level == RiskLevel.CRITICAL:
        raise Conflict("A critical risk cannot be accepted: treat it, or stop.", code="critical")
    after = RISK_FLOW.target(risk.state, "accept")
    if _standing(risk) is not None:
        raise Conflict("It is signed once already: the other side signs.", code="waiting")
    reason, until = _checked(risk, reason=reason, until=until, today=now.date())
    made = RiskAcceptance.objects.create(
        risk=risk,
        level=risk.level,
        reason=reason,
        until=until,
        signed_by=by,
        signed_for=rules.signs_for(by, risk),
        signed_at=now,
    )
    if made.is_waiting:
        _tell(RISK_ACCEPTANCE_PROPOSED, risk, made, by=by)
        return risk
    return _accepted(risk, made, after, by=by)


@transaction.atomic
def sign_acceptance(*, risk: Risk, by: User, now: datetime, expected_version: int | None = None) -> Risk:
    """The second signature under a high risk: by another person, for the other side.

    Raises NotAllowed, NotFound when nothing waits for it, IllegalStep, PreconditionFailed.
    """
    risk = locked_risk(risk)
    made = _standing(risk)
    if made is None or not made.is_waiting:
        raise NotFound(f"No acceptance of risk {risk.number} waits for a second signature.")
    require(rules.why_not_sign(by, made))
    require_version(f"Risk {risk.number}", risk.version, expected_version)
    made.countersigned_by, made.countersigned_at = by, now
    made.countersigned_for = rules.signs_for(by, risk)
    made.save(update_fields=["countersigned_by", "countersigned_at", "countersigned_for"])
    return _accepted(risk, made, RISK_FLOW.target(risk.state, "accept"), by=by)


@transaction.atomic
def expire_acceptance(*, risk: Risk, today: date) -> bool:
    """Open the risk again if the last day of its acceptance has passed. True when it did."""
    project = locked(risk.project_id)  # of a retired project too: what was accepted there is over as well
    risk = Risk.objects.select_for_update(no_key=True).get(pk=risk.pk)
    risk.project = project
    made = _standing(risk)
    if made is None or made.until >= today:
        return False
    end_acceptance(risk, because="its time is over")
    if risk.state == RiskState.ACCEPTED:
        risk.state = RISK_FLOW.target(risk.state, "reopen")
        risk.version += 1
        risk.save(update_fields=["state", "version"])
    _tell(RISK_ACCEPTANCE_EXPIRED, risk, made, by=None)
    return True


def end_acceptance(risk: Risk, *, because: str) -> None:
    """What stands, or waits for its second signature, stands no longer. The risk is locked."""
    RiskAcceptance.objects.filter(risk=risk, ended_because="").update(ended_because=because)
    Schedule.objects.filter(kind=EXPIRE_ACCEPTANCE, subject_type="risk", subject_id=str(risk.pk)).update(
        is_active=False
    )


def _accepted(risk: Risk, made: RiskAcceptance, state: str, *, by: User) -> Risk:
    risk.state, risk.version = state, risk.version + 1
    risk.save(update_fields=["state", "version"])
    _schedule(risk, made.until)
    _tell(RISK_ACCEPTED, risk, made, by=by)
    return risk


def _schedule(risk: Risk, until: date) -> None:
    """The day after the last one, at midnight UTC, somebody looks; and every day after, should that be missed."""
    at = datetime.combine(until + timedelta(days=1), time(), tzinfo=UTC)
    Schedule.objects.update_or_create(
        kind=EXPIRE_ACCEPTANCE,
        subject_type="risk",
        subject_id=str(risk.pk),
        defaults={
            "stream_id": risk.project_id,
            "payload": {"risk": risk.pk},
            "every_seconds": DAY_S,
            "next_at": at,
            "is_active": True,
        },
    )


def _tell(event_type: str, risk: Risk, made: RiskAcceptance, *, by: User | None) -> None:
    events.record(
        event_type,
        risk,
        by=by,
        reason=made.reason,
        until=made.until.isoformat(),
        level=made.level,
        signed_for=[str(side) for side in (made.signed_for, made.countersigned_for) if side],
        likelihood=risk.likelihood,
        impact=risk.impact,
        phase=str(risk.phase),
    )


def _checked(risk: Risk, *, reason: str, until: date | None, today: date) -> tuple[str, date]:
    values, days = Values(), risk_matrix.ACCEPTANCE_DAYS[risk.level]
    longest = today + timedelta(days=days)
    until = until or longest
    reason = values.text("reason", reason, least=1, most=MOST_TEXT)
    if not today <= until <= longest:
        level = risk.level.label.lower()
        values.wrong(
            "until", f"A {level} risk is accepted for {days} days at most, until {longest}: got {until}.", code="range"
        )
    values.refuse_if_wrong()
    return reason, until


def _standing(risk: Risk) -> RiskAcceptance | None:
    return RiskAcceptance.objects.filter(risk=risk, ended_because="").first()
