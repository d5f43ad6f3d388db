"""Setting up a monitor, and changing its policy."""

from datetime import datetime
from typing import Any

from django.db import transaction

from core import events
from core.errors import Conflict, FieldError, Invalid, PreconditionFailed
from core.models import Schedule, User
from core.rules import require
from models_registry.enums import DeploymentState
from models_registry.models import Deployment
from models_registry.queries import reference_of
from monitoring import rules
from monitoring.events import MONITOR_CREATED, MONITOR_UPDATED
from monitoring.models import Monitor
from monitoring.windows.grid import GRACE, ceil, checkable_until, floor

CHECK_DRIFT = "check_drift"

# Least and most of each setting.
LIMITS = {
    "window_seconds": (5, 86_400),
    "min_rows": (20, 1_000_000),
    "confirm_windows": (1, 20),
    "min_labels": (100, 1_000_000),
    "cooldown_seconds": (0, 30 * 86_400),
}
SETTINGS = (*LIMITS, "retrain_on_drift")


@transaction.atomic
def create_monitor(
    *,
    deployment: Deployment,
    by: User | None,
    now: datetime,
    window_seconds: int = 3600,
    min_rows: int = 200,
    confirm_windows: int = 3,
    retrain_on_drift: bool = True,
    min_labels: int = 500,
    cooldown_seconds: int = 3600,
) -> Monitor:
    """Watch a deployment from the window on that is running now, and check each window when it is over.

    Raises NotAllowed, Invalid, Conflict (`taken`; `retired`; `no_reference` when its version was not trained here).
    """
    deployment = Deployment.objects.select_for_update(no_key=True).get(pk=deployment.pk)
    require(rules.why_not_monitor(by, deployment.project_id))
    settings = {
        "window_seconds": window_seconds,
        "min_rows": min_rows,
        "confirm_windows": confirm_windows,
        "retrain_on_drift": retrain_on_drift,
        "min_labels": min_labels,
        "cooldown_seconds": cooldown_seconds,
    }
    _check(settings)
    _refuse_unwatchable(deployment)
    monitor = Monitor.objects.create(
        project_id=deployment.project_id,
        deployment=deployment,
        watermark=floor(now, seconds=window_seconds),
        created_by=by,
        created_at=now,
        **settings,
    )
    monitor.schedule = _make_schedule(monitor)
    monitor.save(update_fields=["schedule"])
    events.record(MONITOR_CREATED, monitor, by=by, deployment=deployment.name, **settings)
    return monitor


@transaction.atomic
def update_monitor(
    *, monitor: Monitor, by: User | None, now: datetime, expected_version: int | None = None, **changes: Any
) -> Monitor:
    """Change settings (any of SETTINGS). A new window length counts from the next boundary of the new grid.

    Raises NotAllowed, Invalid, PreconditionFailed.
    """
    monitor = lock_monitor(monitor)
    require(rules.why_not_monitor(by, monitor.project_id))
    _refuse_stale(monitor, expected_version)
    changed = {name: value for name, value in changes.items() if value != getattr(monitor, name)}
    _check(changed)
    if not changed:
        return monitor
    for name, value in changed.items():
        setattr(monitor, name, value)
    monitor.version += 1
    if "window_seconds" in changed:
        monitor.watermark = ceil(monitor.watermark, seconds=monitor.window_seconds)
        _reschedule(monitor, now=now)
    monitor.save(update_fields=[*changed, "version", "watermark"])
    events.record(MONITOR_UPDATED, monitor, by=by, deployment=monitor.deployment.name, **changed)
    return monitor


def lock_monitor(monitor: Monitor) -> Monitor:
    """The monitor as it stands, locked: everything that happens to its windows, alerts and retrainings takes turns."""
    return (
        Monitor.objects.select_for_update(no_key=True, of=("self",))
        .select_related("deployment__model", "deployment__live_version", "project")
        .get(pk=monitor.pk)
    )


def _check(settings: dict[str, Any]) -> None:
    wrong = [
        FieldError(
            field=name, code="out_of_range", message=f"{_label(name)} is {low:,} to {high:,}: got {settings[name]}."
        )
        for name, (low, high) in LIMITS.items()
        if name in settings and not low <= settings[name] <= high
    ]
    unknown = sorted(set(settings) - set(SETTINGS))
    wrong += [FieldError(field=name, code="unknown_field", message="There is no such setting.") for name in unknown]
    if wrong:
        raise Invalid(wrong[0].message, code=wrong[0].code, errors=wrong)


def _label(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _refuse_unwatchable(deployment: Deployment) -> None:
    if Monitor.objects.filter(deployment=deployment).exists():
        raise Conflict(f"The deployment {deployment.name} is watched already.", field="deployment", code="taken")
    if deployment.state == DeploymentState.RETIRED:
        raise Conflict(f"The deployment {deployment.name} is retired.", field="deployment", code="retired")
    if reference_of(deployment.live_version) is None:
        raise Conflict(
            f"{deployment.live_version} was not trained here and no data were chosen to judge it on, so there is"
            " nothing to compare its inputs with.",
            field="deployment",
            code="no_reference",
        )


def _refuse_stale(monitor: Monitor, expected_version: int | None) -> None:
    if expected_version is not None and expected_version != monitor.version:
        raise PreconditionFailed(
            f"The policy was changed since you read it: you have version {expected_version}, it is {monitor.version}."
        )


def _make_schedule(monitor: Monitor) -> Schedule:
    return Schedule.objects.create(
        kind=CHECK_DRIFT,
        stream_id=monitor.project_id,
        subject_type="monitor",
        subject_id=str(monitor.pk),
        payload={"monitor": monitor.pk},
        every_seconds=monitor.window_seconds,
        next_at=ceil(monitor.created_at, seconds=monitor.window_seconds) + GRACE,
    )


def _reschedule(monitor: Monitor, *, now: datetime) -> None:
    next_at = ceil(checkable_until(now, seconds=1), seconds=monitor.window_seconds) + GRACE
    Schedule.objects.filter(kind=CHECK_DRIFT, subject_type="monitor", subject_id=str(monitor.pk)).update(
        every_seconds=monitor.window_seconds, next_at=next_at
    )
