"""Binding a risk to a live metric, and what a reading of it does.

A breach raises the risk's likelihood to the class it was anchored to and opens one finding, in one transaction with
its event. Recovery is told, and lowers nothing: that a figure is better does not show that the risk is.
"""

import math
from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max

from core import events, live
from core.errors import Conflict
from core.models import User
from core.rules import require
from projects import indicators, rules
from projects.enums import Operator, Severity, Stage
from projects.events import INDICATOR_BOUND, INDICATOR_BREACHED, INDICATOR_RECOVERED, INDICATOR_REMOVED
from projects.models import Finding, Indicator, IndicatorReading, Membership, Project, Risk
from projects.operations.findings import DUE_DAYS, create_finding
from projects.operations.locking import locked, locked_risk
from projects.operations.risks import facts, reconsider, save_risk
from projects.operations.values import Values
from projects.roles import Permission

# Readings that are kept of each indicator: enough for its line, not for an archive.
KEPT_READINGS = 500
MOST_WINDOW_S = 90 * 86_400


@transaction.atomic
def bind_indicator(
    *,
    risk: Risk,
    metric: str,
    subject: str,
    operator: str,
    threshold: float,
    window_seconds: int,
    breach_likelihood: int,
    by: User,
    now: datetime,
) -> Indicator:
    """Watch a metric for the risk. Raises NotAllowed, Invalid, Conflict for a retired project."""
    risk = locked_risk(risk)
    require(rules.why_not(by, Permission.EDIT_RISKS, risk.project_id))
    values = Values()
    values.choice("metric", metric, [one.key for one in indicators.metrics()])
    found = indicators.metric(metric)
    known = found.subjects(risk.project) if found else []
    if found and subject not in known:
        said = ", ".join(known) or "nothing is watched yet"
        values.wrong("subject", f"{found.label} is measured of: {said}; got {subject!r}.", code="choice")
    given = {
        "operator": values.choice("operator", operator, Operator.values),
        "threshold": values.number("threshold", threshold),
        "window_seconds": values.whole("window_seconds", window_seconds, low=5, high=MOST_WINDOW_S),
        "breach_likelihood": values.whole("breach_likelihood", breach_likelihood, low=1, high=5),
    }
    values.refuse_if_wrong()
    last = Indicator.objects.filter(risk=risk).aggregate(last=Max("number"))["last"] or 0
    indicator = Indicator.objects.create(
        risk=risk, number=last + 1, metric=metric, subject=subject, created_by=by, created_at=now, **given
    )
    events.record(INDICATOR_BOUND, indicator, by=by, risk=risk.number, metric=metric, watched=subject, **given)
    return indicator


@transaction.atomic
def remove_indicator(*, indicator: Indicator, by: User | None, now: datetime) -> Indicator:
    """Watch it no longer; its readings and findings stay. Raises NotAllowed, Conflict if it is removed already."""
    risk = locked_risk(indicator.risk)
    require(rules.why_not(by, Permission.EDIT_RISKS, risk.project_id))
    indicator = Indicator.objects.select_for_update(no_key=True).get(pk=indicator.pk)
    indicator.risk = risk
    if indicator.removed_at is not None:
        raise Conflict("This indicator is removed already.", code="removed")
    indicator.removed_at = now
    indicator.save(update_fields=["removed_at"])
    events.record(INDICATOR_REMOVED, indicator, by=by, risk=risk.number)
    return indicator


def read_indicators(*, project: Project, subject: str, at: datetime, metrics: Collection[str] | None = None) -> int:
    """Measure and observe every indicator of this subject, or those of these metrics. Returns how many had a value. May
    run twice for one `at`."""
    standing = Indicator.objects.filter(risk__project=project, subject=subject, removed_at=None)
    if metrics is not None:
        standing = standing.filter(metric__in=metrics)
    read = 0
    for indicator in standing.select_related("risk__project").order_by("pk"):
        found = indicators.metric(indicator.metric)
        since = at - timedelta(seconds=indicator.window_seconds)
        value = found.measure(project, subject, since, at) if found else None
        if value is not None and math.isfinite(value):
            observe_indicator(indicator=indicator, value=value, at=at)
            read += 1
    return read


@transaction.atomic
def observe_indicator(*, indicator: Indicator, value: float, at: datetime) -> Indicator:
    """Keep a reading and do what follows from it. One that is not newer than the last changes nothing; nor does one of
    an indicator that was removed, or of a retired project.
    """
    project = locked(indicator.risk.project_id)
    indicator = Indicator.objects.select_for_update(no_key=True).get(pk=indicator.pk)
    risk = Risk.objects.select_for_update(no_key=True, of=("self",)).select_related("owner").get(pk=indicator.risk_id)
    risk.project, indicator.risk = project, risk
    is_old = indicator.last_at is not None and at <= indicator.last_at
    if is_old or indicator.removed_at is not None or project.stage == Stage.RETIRED:
        return indicator
    _keep(indicator, value=value, at=at)
    is_breached, was_breached = indicator.is_breached_by(value), indicator.breached_at is not None
    indicator.last_value, indicator.last_at = value, at
    if is_breached != was_breached:
        indicator.breached_at = at if is_breached else None
    indicator.save(update_fields=["last_value", "last_at", "breached_at"])
    if is_breached and not was_breached:
        _breach(indicator, risk, value=value, at=at)
    elif was_breached and not is_breached:
        events.record(INDICATOR_RECOVERED, indicator, by=None, risk=risk.number, value=value)
    return indicator


def _breach(indicator: Indicator, risk: Risk, *, value: float, at: datetime) -> Finding:
    level, likelihood = risk.level, risk.likelihood
    risk.likelihood = max(risk.likelihood, indicator.breach_likelihood)
    reconsider(risk, was=level)
    save_risk(risk, "likelihood", "state")
    finding = create_finding(
        project=risk.project,
        title=f"R{risk.number}: {indicators.label_of(indicator.metric)} of {indicator.subject} is {value:.4g}"[:200],
        detail=f"{risk.title}: {indicator.get_operator_display()} {indicator.threshold:g} breaches its indicator.",
        severity=Severity[risk.level.name],
        about_type="risk",
        about_id=str(risk.number),
        owner=risk.owner if _is_member(risk) else None,
        due_date=at.date() + timedelta(days=DUE_DAYS[Severity[risk.level.name]]),
        indicator=indicator,
        breached_at=at,
        by=None,
        now=at,
    )
    events.record(
        INDICATOR_BREACHED,
        indicator,
        by=None,
        value=value,
        threshold=indicator.threshold,
        was_likelihood=likelihood,
        was_level=int(level),
        finding=finding.number,
        risk=risk.number,
        **facts(risk),
    )
    return finding


def _keep(indicator: Indicator, *, value: float, at: datetime) -> None:
    IndicatorReading.objects.create(indicator=indicator, at=at, value=value)
    newest = IndicatorReading.objects.filter(indicator=indicator).order_by("-at")
    oldest_kept = newest.values_list("at", flat=True)[KEPT_READINGS - 1 : KEPT_READINGS].first()
    if oldest_kept is not None:
        IndicatorReading.objects.filter(indicator=indicator, at__lt=oldest_kept).delete()
    stream_id = indicator.risk.project_id
    message = {"type": "indicator.read", "subject": {"type": "risk", "id": str(indicator.risk.number), "version": None}}
    transaction.on_commit(lambda: live.whisper(stream_id, message), robust=True)


def _is_member(risk: Risk) -> bool:
    if risk.owner_id is None:
        return False
    return Membership.objects.filter(project_id=risk.project_id, user_id=risk.owner_id).exists()
