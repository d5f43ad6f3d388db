"""Reads of what is watched and seen. A project is visible already: `projects.queries` saw to it."""

from monitoring.queries.labels import Labels, labelled_rows, labels_since
from monitoring.queries.monitors import (
    alert_by_id,
    alerts_of,
    champion_training,
    judged_by,
    last_retraining,
    monitor_of,
    open_alert,
    open_retraining,
    recent_windows,
    retrainings_of,
    streak,
    unmonitored_deployments,
    visible_alerts,
    visible_monitors,
    visible_retrainings,
)
from monitoring.queries.plans import Plan, WindowReport, plan_of

__all__ = [
    "Labels",
    "Plan",
    "WindowReport",
    "alert_by_id",
    "alerts_of",
    "champion_training",
    "judged_by",
    "labelled_rows",
    "labels_since",
    "last_retraining",
    "monitor_of",
    "open_alert",
    "open_retraining",
    "plan_of",
    "recent_windows",
    "retrainings_of",
    "streak",
    "unmonitored_deployments",
    "visible_alerts",
    "visible_monitors",
    "visible_retrainings",
]
