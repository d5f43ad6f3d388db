"""Opening an alert when drift is confirmed, acknowledging and resolving it."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from core import events
from core.models import User
from core.rules import require
from monitoring import queries, rules
from monitoring.drift.confirm import confirm
from monitoring.enums import ALERT_FLOW, AlertKind, WindowState
from monitoring.events import ALERT_ACKNOWLEDGED, ALERT_OPENED, ALERT_RESOLVED
from monitoring.models import Alert, DriftWindow, Monitor
from monitoring.operations.monitors import lock_monitor

MAX_NAMED = 3


@transaction.atomic
def judge_windows(*, monitor: Monitor, window: DriftWindow, now: datetime) -> Alert | None:
    """Open an alert when the last `confirm_windows` windows all drifted; resolve it when they are all stable again and
    no retraining is open. `window` is the latest. The monitor is locked. Returns the alert that was opened or resolved.
    """
    streak = queries.streak(monitor)
    standing = queries.open_alert(monitor)
    if standing is None and _all_are(streak, WindowState.DRIFTED, k=monitor.confirm_windows):
        return _open(monitor, streak, window, now=now)
    if standing is None or not _all_are(streak, WindowState.STABLE, k=monitor.confirm_windows):
        return None
    if queries.open_retraining(monitor) is not None:
        return None
    return _resolve(standing, by=None, now=now, because=f"stable again in {monitor.confirm_windows} windows in a row")


@transaction.atomic
def acknowledge_alert(*, alert: Alert, by: User, now: datetime) -> Alert:
    """Somebody has seen it and takes care. Raises NotAllowed, IllegalStep."""
    lock_monitor(alert.monitor)
    alert = _lock(alert)
    require(rules.why_not_monitor(by, alert.project_id))
    alert.state = ALERT_FLOW.target(alert.state, "acknowledge")
    alert.acknowledged_by, alert.version = by, alert.version + 1
    alert.save(update_fields=["state", "acknowledged_by", "version"])
    events.record(ALERT_ACKNOWLEDGED, alert, by=by, deployment=alert.monitor.deployment.name)
    return alert


@transaction.atomic
def resolve_alert(*, alert: Alert, by: User | None, now: datetime, because: str = "") -> Alert:
    """It is settled: windows from here on count anew. Raises NotAllowed, IllegalStep."""
    lock_monitor(alert.monitor)
    alert = _lock(alert)
    require(rules.why_not_monitor(by, alert.project_id))
    return _resolve(alert, by=by, now=now, because=because)


def _lock(alert: Alert) -> Alert:
    return (
        Alert.objects.select_for_update(no_key=True, of=("self",))
        .select_related("monitor__deployment")
        .get(pk=alert.pk)
    )


def _resolve(alert: Alert, *, by: User | None, now: datetime, because: str) -> Alert:
    alert.state = ALERT_FLOW.target(alert.state, "resolve")
    alert.resolved_at, alert.version = now, alert.version + 1
    alert.save(update_fields=["state", "resolved_at", "version"])
    events.record(ALERT_RESOLVED, alert, by=by, deployment=alert.monitor.deployment.name, because=because[:200])
    return alert


def _open(monitor: Monitor, streak: Sequence[DriftWindow], window: DriftWindow, *, now: datetime) -> Alert:
    features = _features_of(streak)
    alert = Alert.objects.create(
        project_id=monitor.project_id,
        monitor=monitor,
        kind=AlertKind.DRIFT,
        summary=_summary(features, windows=len(streak))[:300],
        features=features,
        drifting_since=streak[0].started_at,
        window=window,
        opened_at=now,
    )
    events.record(
        ALERT_OPENED, alert, by=None, deployment=monitor.deployment.name, features=features, windows=len(streak)
    )
    return alert


def _all_are(streak: Sequence[DriftWindow], state: WindowState, *, k: int) -> bool:
    return confirm([window.state == state for window in streak], k=k)


def _features_of(streak: Sequence[DriftWindow]) -> list[str]:
    """What drifted, the most often and the furthest first."""
    often = Counter(name for window in streak for name in window.drifted_features)
    furthest = {name: place for place, name in enumerate(streak[-1].drifted_features)}
    return sorted(often, key=lambda name: (-often[name], furthest.get(name, len(furthest)), name))


def _summary(features: Sequence[str], *, windows: int) -> str:
    named = ", ".join(features[:MAX_NAMED])
    rest = len(features) - MAX_NAMED
    more = f" and {rest} more" if rest > 0 else ""
    times = f"in {windows} windows in a row" if windows > 1 else "in one window"
    return f"{named}{more} moved away from the training data {times}"
