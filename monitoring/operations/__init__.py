"""Writes about what is watched: one transaction, one verb, one event."""

from monitoring.operations.alerts import acknowledge_alert, judge_windows, resolve_alert
from monitoring.operations.monitors import create_monitor, update_monitor
from monitoring.operations.retrainings import (
    answer_alert,
    begin_training,
    decline_retraining,
    fail_retraining,
    keep_champion,
    mark_deployed,
    offer_challenger,
    start_retraining,
    train_when_labelled,
)
from monitoring.operations.windows import record_performance, record_windows

__all__ = [
    "acknowledge_alert",
    "answer_alert",
    "begin_training",
    "create_monitor",
    "decline_retraining",
    "fail_retraining",
    "judge_windows",
    "keep_champion",
    "mark_deployed",
    "offer_challenger",
    "record_performance",
    "record_windows",
    "resolve_alert",
    "start_retraining",
    "train_when_labelled",
    "update_monitor",
]
