"""What monitoring does when something happened: each hop of a retraining follows from the event before it."""

from datetime import datetime

from core.events import on
from core.models import Event
from experiments.events import RUN_FAILED, RUN_FINISHED, RUN_KILLED
from models_registry.events import (
    COMPARISON_FAILED,
    COMPARISON_FINISHED,
    DEPLOYMENT_REFUSED,
    DEPLOYMENT_ROLLED_BACK,
    DEPLOYMENT_UPDATED,
    PREDICTIONS_LABELLED,
    REVIEW_CHANGES_REQUESTED,
    REVIEW_DISMISSED,
    REVIEW_WITHDRAWN,
)
from models_registry.models import Comparison
from monitoring import operations, queries
from monitoring.enums import RetrainingState
from monitoring.events import ALERT_OPENED, ALERT_RESOLVED, MONITOR_CREATED
from monitoring.models import Alert, Monitor, Retraining
from projects import operations as project_operations
from projects.models import Project


@on(ALERT_OPENED)
def retrain_by_policy(event: Event) -> None:
    alert = Alert.objects.select_related("monitor").get(pk=event.subject_id)
    operations.answer_alert(alert=alert, now=_at(event))


@on(MONITOR_CREATED, ALERT_OPENED, ALERT_RESOLVED)
def settle_gate_findings(event: Event) -> None:
    project_operations.settle_gate_findings(project=Project.objects.get(pk=event.stream_id), now=_at(event))


@on(PREDICTIONS_LABELLED)
def train_on_enough_labels(event: Event) -> None:
    monitor = _monitor_of(event)
    retraining = queries.open_retraining(monitor) if monitor else None
    if retraining is not None:
        operations.train_when_labelled(retraining=retraining)


@on(RUN_FINISHED, when=lambda event: event.actor_id is None)  # only what the product trained can be a retraining
def offer_retrained_model(event: Event) -> None:
    retraining = _retraining(run__run_id=event.subject_id, state=RetrainingState.TRAINING)
    if retraining is not None and retraining.run is not None:
        operations.offer_challenger(retraining=retraining, run=retraining.run, now=_at(event))


@on(RUN_FAILED, RUN_KILLED)
def end_failed_retraining(event: Event) -> None:
    retraining = _retraining(run__run_id=event.subject_id, state=RetrainingState.TRAINING)
    if retraining is not None:
        note = str(event.data.get("reason") or "The training did not finish.")
        operations.fail_retraining(retraining=retraining, note=note, now=_at(event))


@on(COMPARISON_FINISHED)
def keep_the_better_champion(event: Event) -> None:
    """Nobody is asked to review a challenger that is not better than the champion beyond chance."""
    comparison = Comparison.objects.select_related("project").get(pk=event.subject_id)
    retraining = _retraining(model_version=comparison.challenger_id, state=RetrainingState.IN_REVIEW)
    if retraining is None or comparison.champion_id != retraining.monitor.deployment.live_version_id:
        return
    said = queries.judged_by(comparison)
    if said is None or said["better"] != "b":
        operations.keep_champion(retraining=retraining, comparison=comparison, now=_at(event))


@on(COMPARISON_FAILED)
def end_incomparable_retraining(event: Event) -> None:
    comparison = Comparison.objects.get(pk=event.subject_id)
    retraining = _retraining(model_version=comparison.challenger_id, state=RetrainingState.IN_REVIEW)
    if retraining is not None:
        note = f"It could not be compared with the champion: {comparison.error}"
        operations.fail_retraining(retraining=retraining, note=note, now=_at(event))


@on(REVIEW_CHANGES_REQUESTED, REVIEW_WITHDRAWN, REVIEW_DISMISSED)
def end_declined_retraining(event: Event) -> None:
    retraining = _retraining(
        review__project_id=event.stream_id, review__number=event.subject_id, state=RetrainingState.IN_REVIEW
    )
    if retraining is not None:
        note = str(event.data.get("comment") or "Its review ended without approval.")
        operations.decline_retraining(retraining=retraining, note=note, now=_at(event))


@on(DEPLOYMENT_UPDATED, DEPLOYMENT_ROLLED_BACK)
def settle_what_another_version_answers(event: Event) -> None:
    """Another version serves: the alert was about the one before. A retraining whose version it is has arrived."""
    monitor = _monitor_of(event)
    if monitor is None:
        return
    version, now = monitor.deployment.live_version, _at(event)
    retraining = _retraining(model_version=version.pk, state=RetrainingState.IN_REVIEW)
    if retraining is not None:
        operations.mark_deployed(retraining=retraining, now=now)
    alert = queries.open_alert(monitor)
    if alert is not None and alert.window.model_version_id != version.pk:
        operations.resolve_alert(alert=alert, by=None, now=now, because=f"{version} serves now")


@on(DEPLOYMENT_REFUSED)
def end_refused_retraining(event: Event) -> None:
    """Approved, and then it could not be put to work."""
    monitor = _monitor_of(event)
    retraining = queries.open_retraining(monitor) if monitor else None
    version = retraining.model_version if retraining else None
    if retraining is not None and version is not None and version.public_id == event.data.get("version"):
        note = str(event.data.get("reason") or "It could not be deployed.")
        operations.fail_retraining(retraining=retraining, note=note, now=_at(event))


def _monitor_of(event: Event) -> Monitor | None:
    """The monitor of the deployment that the event is about."""
    watched = Monitor.objects.select_related("deployment__live_version__model")
    return watched.filter(project_id=event.stream_id, deployment__name=event.subject_id).first()


def _retraining(**which: object) -> Retraining | None:
    found = Retraining.objects.filter(**which).select_related("monitor__deployment", "run", "review")
    return found.first()


def _at(event: Event) -> datetime:
    return datetime.fromisoformat(event.at)
