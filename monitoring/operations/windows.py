"""Keeping what a check found."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from core import events
from monitoring.events import DRIFT_WINDOW_CHECKED, DRIFT_WINDOW_MEASURED
from monitoring.models import DriftWindow, Monitor
from monitoring.operations.alerts import judge_windows
from monitoring.operations.monitors import lock_monitor
from monitoring.queries import Plan, WindowReport, plan_of


@transaction.atomic
def record_windows(
    *, monitor: Monitor, plan: Plan, reports: Sequence[WindowReport], watermark: datetime, now: datetime
) -> list[DriftWindow]:
    """Keep the reports, each once, and judge after each whether drift is confirmed or over.

    When the monitor was changed or checked since the plan was made, nothing is kept: the next check does it again.
    """
    monitor = lock_monitor(monitor)
    if plan_of(monitor) != plan:
        return []
    kept = [_keep(monitor, report, now=now) for report in reports]
    if watermark > monitor.watermark:
        monitor.watermark = watermark
        monitor.save(update_fields=["watermark"])
    return kept


@transaction.atomic
def record_performance(*, found: Sequence[tuple[DriftWindow, dict[str, Any]]]) -> None:
    """Keep how well the model did in these windows of one monitor, the oldest first, as far as the truth has arrived.
    One event tells of all whose performance is another now."""
    grown = [(window, performance) for window, performance in found if performance != window.performance]
    for window, performance in grown:
        DriftWindow.objects.filter(pk=window.pk).update(performance=performance)
    if grown:
        newest, performance = grown[-1]
        name, labelled = newest.monitor.deployment.name, performance["labelled"]
        events.record(DRIFT_WINDOW_MEASURED, newest, by=None, deployment=name, windows=len(grown), labelled=labelled)


def _keep(monitor: Monitor, report: WindowReport, *, now: datetime) -> DriftWindow:
    window = DriftWindow.objects.create(
        project_id=monitor.project_id,
        monitor=monitor,
        model_version_id=report.model_version_id,
        started_at=report.started_at,
        ended_at=report.ended_at,
        rows=report.rows,
        state=report.state,
        features=report.features,
    )
    events.record(
        DRIFT_WINDOW_CHECKED,
        window,
        by=None,
        deployment=monitor.deployment.name,
        state=str(report.state),
        rows=report.rows,
        drifted=window.drifted_features,
        report=report.digest,
    )
    judge_windows(monitor=monitor, window=window, now=now)
    return window
