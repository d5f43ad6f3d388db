"""Retraining: from an alert, or from a person, to a challenger in review. It never approves itself."""

import hashlib
from datetime import datetime, timedelta
from pathlib import Path

from django.db import transaction

from core import events, jobs
from core.errors import Conflict, Invalid
from core.models import Job, User
from core.rules import require
from experiments import operations as experiments
from experiments.enums import DatasetOrigin
from experiments.models import DatasetVersion, Run, Training
from models_registry import operations as registry
from models_registry.enums import ReviewState
from models_registry.models import Comparison, ModelVersion, Review
from monitoring import queries, rules
from monitoring.enums import RETRAINING_FLOW, AlertState
from monitoring.events import (
    RETRAINING_DEPLOYED,
    RETRAINING_ENDED,
    RETRAINING_IN_REVIEW,
    RETRAINING_STARTED,
    RETRAINING_TRAINING,
)
from monitoring.models import Alert, Monitor, Retraining
from monitoring.operations.monitors import lock_monitor

GATHER_LABELS = "gather_labels"
MAX_REASON = 300


@transaction.atomic
def start_retraining(
    *, monitor: Monitor, alert: Alert | None, by: User | None, now: datetime, reason: str = ""
) -> Retraining:
    """Begin a retraining; it trains as soon as there are enough labels since the drift began (without drift, since the
    version was deployed). One at a time: by lock, and by a constraint.

    Raises NotAllowed, Invalid, Conflict (`retraining_open`, `not_retrainable`).
    """
    monitor = lock_monitor(monitor)
    require(rules.why_not_retrain(by, monitor.project_id))
    if len(reason) > MAX_REASON:
        raise Invalid(f"A reason has at most {MAX_REASON} characters: got {len(reason)}.", field="reason")
    _refuse_second(monitor)
    _training_of(monitor.deployment.live_version)
    standing = alert or queries.open_alert(monitor)
    retraining = Retraining.objects.create(
        project_id=monitor.project_id,
        monitor=monitor,
        alert=_unanswered(standing),
        labels_since=standing.drifting_since if standing else monitor.deployment.deployed_at,
        reason=reason.strip(),
        started_by=by,
        started_at=now,
    )
    events.record(
        RETRAINING_STARTED,
        retraining,
        by=by,
        deployment=monitor.deployment.name,
        alert=standing.pk if standing else None,
        reason=retraining.reason,
    )
    train_when_labelled(retraining=retraining)
    return retraining


@transaction.atomic
def answer_alert(*, alert: Alert, now: datetime) -> Retraining | None:
    """Start a retraining, if the policy says so, none has answered this alert, none is open and the last is long enough
    ago. However often it is called, an alert is answered once."""
    monitor = lock_monitor(alert.monitor)
    alert.refresh_from_db()
    if alert.state not in AlertState.open() or not monitor.retrain_on_drift:
        return None
    if Retraining.objects.filter(alert=alert).exists() or queries.open_retraining(monitor) is not None:
        return None
    if _cools_down(monitor, now=now) or queries.champion_training(monitor.deployment.live_version) is None:
        return None
    return start_retraining(monitor=monitor, alert=alert, by=None, now=now)


@transaction.atomic
def train_when_labelled(*, retraining: Retraining) -> Job | None:
    """Queue the job that builds the new data, once there are labels enough; it is never queued twice at a time."""
    if retraining.state != RETRAINING_FLOW.initial:
        return None
    monitor = retraining.monitor
    labels = queries.labels_since(monitor.deployment, retraining.labels_since)
    if not labels.are_enough(at_least=monitor.min_labels):
        return None
    return jobs.submit(
        GATHER_LABELS,
        project_id=retraining.project_id,
        by=None,
        payload={"retraining": retraining.pk},
        subject=retraining,
        unique_key=f"retraining:{retraining.pk}",
    )


@transaction.atomic
def begin_training(*, retraining: Retraining, table: Path, rows: int, now: datetime) -> Retraining:
    """Make the labelled rows (a Parquet file) the next version of the champion's data, and train on both as the
    champion was trained. The holdout comes from the new rows alone: it asks how good a model is on what comes in now.
    """
    retraining = _lock(retraining)
    retraining.state = RETRAINING_FLOW.target(retraining.state, "train")
    deployment = retraining.monitor.deployment
    champion = _training_of(deployment.live_version)
    retraining.dataset_version = _new_data(retraining, champion, table, rows=rows, now=now)
    retraining.run = experiments.start_training(
        project=retraining.monitor.project,
        experiment_name=champion.run.experiment.name,
        dataset_version=retraining.dataset_version,
        extra_version=champion.dataset_version,
        target=champion.target,
        estimator=champion.estimator,
        settings=champion.settings,
        seed=champion.seed,
        max_seconds=champion.max_seconds,
        max_memory_mb=champion.max_memory_mb,
        run_name=f"retraining {retraining.pk} of {deployment.name}",
        by=None,
        now=now,
    )
    _save(retraining, "dataset_version", "run")
    events.record(
        RETRAINING_TRAINING, retraining, by=None, deployment=deployment.name, run=retraining.run.run_id, rows=rows
    )
    return retraining


@transaction.atomic
def offer_challenger(*, retraining: Retraining, run: Run, now: datetime) -> Retraining:
    """Register what was trained as a version, and ask for its review: a person decides whether it serves."""
    retraining = _lock(retraining)
    retraining.state = RETRAINING_FLOW.target(retraining.state, "ask_for_review")
    deployment = retraining.monitor.deployment
    why = _why(retraining)
    retraining.model_version = registry.create_version(
        model=deployment.model, run=run, by=None, now=now, description=why
    )
    retraining.review = registry.request_review(
        version=retraining.model_version,
        deployment=deployment,
        reason=why,
        by=None,
        on_behalf_of=retraining.monitor.created_by,
        now=now,
    )
    _save(retraining, "model_version", "review")
    events.record(
        RETRAINING_IN_REVIEW,
        retraining,
        by=None,
        deployment=deployment.name,
        version=retraining.model_version.number,
        review=retraining.review.number,
    )
    return retraining


@transaction.atomic
def keep_champion(*, retraining: Retraining, comparison: Comparison, now: datetime) -> Retraining:
    """The challenger is not better beyond chance: take its review back, nobody's time is asked for."""
    retraining = _lock(retraining)
    said = queries.judged_by(comparison)
    note = "Not better than the champion beyond chance"
    if said is not None:
        note += f": {said['metric']} {said['difference']:+.3f} ({said['ci_low']:+.3f} to {said['ci_high']:+.3f})"
    review = retraining.review
    retraining = _end(retraining, "keep_champion", note=note, now=now)
    if review is not None:
        _take_back(review, now=now)
    return retraining


@transaction.atomic
def mark_deployed(*, retraining: Retraining, now: datetime) -> Retraining:
    """Its version serves: the alert is settled, and inputs are compared with the new training data from here on."""
    retraining = _lock(retraining)
    retraining.state = RETRAINING_FLOW.target(retraining.state, "deploy")
    retraining.ended_at = now
    _save(retraining, "ended_at")
    events.record(RETRAINING_DEPLOYED, retraining, by=None, deployment=retraining.monitor.deployment.name)
    return retraining


@transaction.atomic
def decline_retraining(*, retraining: Retraining, note: str, now: datetime) -> Retraining:
    """Its review ended without approval. Raises IllegalStep."""
    return _end(_lock(retraining), "decline", note=note, now=now)


@transaction.atomic
def fail_retraining(*, retraining: Retraining, note: str, now: datetime) -> Retraining:
    """Something on the way failed, and the note says what. A review that is open is taken back. Raises IllegalStep."""
    retraining = _lock(retraining)
    review = retraining.review
    retraining = _end(retraining, "fail", note=note, now=now)
    if review is not None:
        _take_back(review, now=now)
    return retraining


def _new_data(retraining: Retraining, champion: Training, table: Path, *, rows: int, now: datetime) -> DatasetVersion:
    """The rows as a dataset version; the one that has exactly these bytes already, if there is one."""
    deployment, dataset = retraining.monitor.deployment, champion.dataset_version.dataset
    try:
        with table.open("rb") as upload:
            return experiments.create_dataset_version(
                project=retraining.monitor.project,
                name=dataset.name,
                upload=upload,
                filename=f"{deployment.name}-labelled.parquet",
                by=None,
                now=now,
                origin=DatasetOrigin.LABELLED_PREDICTIONS,
                note=f"{rows:,} labelled predictions of {deployment.name} since "
                f"{retraining.labels_since:%d %b %Y, %H:%M} UTC",
            )
    except Conflict as refusal:
        if refusal.code != "same_bytes":
            raise
    digest = hashlib.sha256(table.read_bytes()).hexdigest()
    return DatasetVersion.objects.get(dataset=dataset, original=digest)


def _lock(retraining: Retraining) -> Retraining:
    """The retraining as it stands, locked, its monitor first: always in this order."""
    monitor = lock_monitor(retraining.monitor)
    locked = Retraining.objects.select_for_update(no_key=True, of=("self",)).get(pk=retraining.pk)
    locked.monitor = monitor
    return locked


def _save(retraining: Retraining, *fields: str) -> None:
    retraining.version += 1
    retraining.save(update_fields=["state", "version", *fields])


def _end(retraining: Retraining, step: str, *, note: str, now: datetime) -> Retraining:
    retraining.state = RETRAINING_FLOW.target(retraining.state, step)
    retraining.note, retraining.ended_at = note[:300], now
    _save(retraining, "note", "ended_at")
    events.record(
        RETRAINING_ENDED,
        retraining,
        by=None,
        deployment=retraining.monitor.deployment.name,
        state=str(retraining.state),
        note=retraining.note,
    )
    return retraining


def _take_back(review: Review, *, now: datetime) -> None:
    review.refresh_from_db()
    if review.state == ReviewState.OPEN:
        registry.withdraw_review(review=review, by=None, now=now)


def _refuse_second(monitor: Monitor) -> None:
    if queries.open_retraining(monitor) is not None:
        raise Conflict(
            f"A retraining of {monitor.deployment.name} is under way already: one at a time.", code="retraining_open"
        )


def _training_of(version: ModelVersion) -> Training:
    training = queries.champion_training(version)
    if training is None:
        raise Conflict(f"{version} was not trained here, so it cannot be retrained here.", code="not_retrainable")
    return training


def _unanswered(alert: Alert | None) -> Alert | None:
    """The alert, unless a retraining has answered it already: each is answered once."""
    if alert is None or Retraining.objects.filter(alert=alert).exists():
        return None
    return alert


def _cools_down(monitor: Monitor, *, now: datetime) -> bool:
    latest = queries.last_retraining(monitor)
    return latest is not None and now < latest.started_at + timedelta(seconds=monitor.cooldown_seconds)


def _why(retraining: Retraining) -> str:
    """What the reviewer reads: why it was retrained, and on what."""
    data = retraining.dataset_version
    rows = f"{data.rows:,} newer labelled predictions ({data})" if data else "newer labelled predictions"
    cause = f"{retraining.alert.summary}." if retraining.alert else (retraining.reason or "A person asked for it.")
    return f"Retrained on {rows} together with the champion's data. {cause}"
