"""Training: a run that a worker carries out, from the form to the record of what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from core import events, jobs
from core.errors import Invalid
from core.models import Blob, Job, User
from core.rules import require
from experiments import rules
from experiments.enums import RUN_FLOW, RunSource, RunStatus
from experiments.events import RUN_FAILED, RUN_FINISHED, RUN_KILLED, RUN_STARTED
from experiments.models import Artifact, DatasetVersion, Run, RunInput, Training
from experiments.operations.batches import clear_metrics, log_batch
from experiments.operations.experiments import ensure_experiment
from experiments.operations.points import MetricEntry
from experiments.operations.runs import InputEntry, create_run, log_inputs
from experiments.queries import root_of
from experiments.training import validate_params
from experiments.versioning import code_version
from projects.models import Project

TRAIN_JOB = "train"
MIN_SECONDS, MAX_SECONDS = 10, 7200
# scikit-learn, Arrow and Polars alone take 900 MB of address space.
MIN_MEMORY_MB, MAX_MEMORY_MB = 1024, 16384
MAX_SEED = 2**31 - 1

FAILURE_TAG = "throughline.failure"
FAILURE_CODE_TAG = "throughline.failure_code"


@transaction.atomic
def start_training(
    *,
    project: Project,
    experiment_name: str,
    dataset_version: DatasetVersion,
    target: str,
    estimator: str,
    settings: Mapping[str, Any],
    seed: int,
    by: User | None,
    now: datetime,
    extra_version: DatasetVersion | None = None,
    max_seconds: int = 600,
    max_memory_mb: int = 4096,
    run_name: str | None = None,
    tags: Mapping[str, str] | None = None,
) -> Run:
    """Queue a training and return its run, scheduled. `extra_version` is older data to learn from as well: the holdout
    then comes from `dataset_version` alone.

    Raises NotAllowed, and Invalid with the field, its limit and the value got.
    """
    require(rules.why_not_train(by, project.pk))
    _check_data(project, dataset_version, extra_version, target)
    cleaned = validate_params(estimator, settings)
    _check_range("seed", seed, 0, MAX_SEED)
    _check_range("max_seconds", max_seconds, MIN_SECONDS, MAX_SECONDS)
    _check_range("max_memory_mb", max_memory_mb, MIN_MEMORY_MB, MAX_MEMORY_MB)
    run = create_run(
        experiment=ensure_experiment(project=project, name=experiment_name, by=by, now=now),
        name=run_name or "",
        params=_params(dataset_version, target, estimator, cleaned, seed),
        tags={"throughline.code_version": code_version(), **(tags or {})},
        source=RunSource.TRAINING,
        status=RunStatus.SCHEDULED,
        started_at=now,
        by=by,
    )
    training = Training.objects.create(
        project=project,
        run=run,
        dataset_version=dataset_version,
        extra_version=extra_version,
        target=target,
        estimator=estimator,
        settings=cleaned,
        seed=seed,
        max_seconds=max_seconds,
        max_memory_mb=max_memory_mb,
        code_version=code_version(),
    )
    log_inputs(run=run, inputs=_inputs(dataset_version, extra_version), by=None, now=now)
    training.job = jobs.submit(TRAIN_JOB, project_id=project.pk, by=by, payload={"run": run.run_id}, subject=run)
    training.save(update_fields=["job"])
    return run


@transaction.atomic
def begin_training(*, job: Job, now: datetime) -> Training:
    """A worker that holds the job begins: the run is running, and what a lost attempt measured is forgotten.

    Raises jobs.LostLease.
    """
    jobs.lock_held(job)
    run = _lock(job)
    clear_metrics(run=run)
    if run.status == RunStatus.SCHEDULED:
        run.status, run.started_at = RUN_FLOW.target(run.status, "start"), now
        run.save(update_fields=["status", "started_at"])
        events.record(RUN_STARTED, run, by=None, attempt=job.attempt)
    return Training.objects.select_related("run", "dataset_version", "extra_version").get(run=run)


@transaction.atomic
def measure_training(*, job: Job, metric: MetricEntry, now: datetime) -> None:
    """Keep a value that the child measured. Raises jobs.LostLease."""
    jobs.lock_held(job)
    log_batch(run=_run_of(job), metrics=[metric], by=None, now=now)


@dataclass(frozen=True)
class Outcome:
    """What a training that succeeded left: its files by artifact path, and what it says of itself."""

    files: dict[str, Blob]
    model: str
    holdout: str
    reference: str
    signature: dict[str, Any]
    environment: dict[str, Any]
    metrics: dict[str, float]
    summary: dict[str, Any]


@transaction.atomic
def finish_training(*, job: Job, outcome: Outcome, now: datetime) -> Run:
    """Record the model and its lineage, and end the run as finished. Within the transaction that ends the job."""
    run = _lock(job)
    training = Training.objects.get(run=run)
    _keep_files(run, outcome.files)
    training.model_blob = outcome.files[outcome.model]
    training.holdout = outcome.files[outcome.holdout]
    training.reference = outcome.files[outcome.reference]
    training.signature, training.environment = outcome.signature, outcome.environment
    training.save(update_fields=["model_blob", "holdout", "reference", "signature", "environment"])
    at = int(now.timestamp() * 1000)
    entries = [MetricEntry(key, value, 0, at) for key, value in sorted(outcome.metrics.items())]
    log_batch(run=run, metrics=entries, by=None, now=now)
    _note_holdout(run, training)
    run.status, run.ended_at = RUN_FLOW.target(run.status, "finish"), now
    run.save(update_fields=["status", "ended_at"])
    model = outcome.files[outcome.model].digest
    events.record(RUN_FINISHED, run, by=None, model=model, metrics=outcome.metrics, **outcome.summary)
    return run


@transaction.atomic
def fail_training(*, job: Job, code: str, message: str, now: datetime) -> Run:
    """End the run as failed, or as killed when its job was cancelled, with the reason among its tags."""
    run = _lock(job)
    step, event = ("kill", RUN_KILLED) if code == "cancelled" else ("fail", RUN_FAILED)
    run.status, run.ended_at = RUN_FLOW.target(run.status, step), now
    run.tags = run.tags | {FAILURE_TAG: message, FAILURE_CODE_TAG: code}
    run.save(update_fields=["status", "ended_at", "tags"])
    events.record(event, run, by=None, code=code, reason=message)
    return run


def _run_of(job: Job) -> Run:
    return Run.objects.get(run_id=job.payload["run"])


def _lock(job: Job) -> Run:
    return Run.objects.select_for_update(no_key=True).get(run_id=job.payload["run"])


def _check_data(project: Project, version: DatasetVersion, extra: DatasetVersion | None, target: str) -> None:
    for field, one in (("dataset_version", version), ("extra_version", extra)):
        if one is None:
            continue
        if one.project_id != project.pk:
            raise Invalid("This dataset version belongs to another project.", field=field, code="foreign")
        names = [column["name"] for column in one.columns]
        if target not in names:
            shown = ", ".join(names[:12]) + (f" and {len(names) - 12} more" if len(names) > 12 else "")
            raise Invalid(f"{one} has no column {target!r}; it has {shown}.", field="target", code="target_missing")


def _check_range(field: str, value: int, low: int, high: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise Invalid(f"“{field}” must be a whole number from {low} to {high}: got {value!r}.", field=field)


def _params(
    version: DatasetVersion, target: str, estimator: str, cleaned: Mapping[str, Any], seed: int
) -> dict[str, str]:
    said = {"estimator": estimator, "target": target, "dataset": str(version), "seed": seed}
    return {key: str(value) for key, value in (said | dict(cleaned)).items()}


def _inputs(version: DatasetVersion, extra: DatasetVersion | None) -> list[InputEntry]:
    used = [(version, "training"), (extra, "older training data")]
    return [
        InputEntry(name=str(one), digest=one.digest, context=context, dataset_version=one)
        for one, context in used
        if one is not None
    ]


def _keep_files(run: Run, files: Mapping[str, Blob]) -> None:
    """All files of the run at once; that it finished is their event."""
    root = root_of(run)
    Artifact.objects.filter(root=root).delete()
    Artifact.objects.bulk_create(
        Artifact(project_id=run.project_id, root=root, path=path, blob=blob, size=blob.size)
        for path, blob in sorted(files.items())
    )


def _note_holdout(run: Run, training: Training) -> None:
    assert training.holdout_id is not None
    RunInput.objects.get_or_create(
        run=run,
        name="holdout",
        digest=training.holdout_id,
        context="holdout",
        defaults={"dataset_version": training.dataset_version},
    )
