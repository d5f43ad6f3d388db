"""Writes about runs: their beginning, end, tags and what data they used. What they log is in `batches`."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from core import events
from core.errors import Conflict, Invalid
from core.models import User
from core.rules import require
from experiments import naming, rules
from experiments.enums import LIFECYCLE_FLOW, RUN_FLOW, Lifecycle, RunSource, RunStatus
from experiments.events import (
    RUN_DELETED,
    RUN_FAILED,
    RUN_FINISHED,
    RUN_KILLED,
    RUN_LOGGED,
    RUN_RESTORED,
    RUN_SCHEDULED,
    RUN_STARTED,
    RUN_UPDATED,
)
from experiments.models import DatasetVersion, Experiment, Run, RunInput
from experiments.operations.experiments import lock_active
from experiments.operations.limits import MAX_TAG_VALUE, MAX_TAGS, check_key, check_texts

MAX_NAME = 250
MAX_INPUTS = 1000

_STEPS = {
    RunStatus.RUNNING: "start",
    RunStatus.SCHEDULED: "reschedule",
    RunStatus.FINISHED: "finish",
    RunStatus.FAILED: "fail",
    RunStatus.KILLED: "kill",
}
EVENTS = {
    RunStatus.RUNNING: RUN_STARTED,
    RunStatus.SCHEDULED: RUN_SCHEDULED,
    RunStatus.FINISHED: RUN_FINISHED,
    RunStatus.FAILED: RUN_FAILED,
    RunStatus.KILLED: RUN_KILLED,
}
ENDED = frozenset({RunStatus.FINISHED, RunStatus.FAILED, RunStatus.KILLED})


@dataclass(frozen=True)
class InputEntry:
    """Data that a run used. `digest` is at most 64 characters; `details` is what a client said about it."""

    name: str
    digest: str
    context: str = ""
    dataset_version: DatasetVersion | None = None
    details: dict[str, Any] = field(default_factory=dict)


@transaction.atomic
def create_run(
    *,
    experiment: Experiment,
    started_at: datetime,
    by: User | None,
    name: str = "",
    tags: Mapping[str, str] | None = None,
    params: Mapping[str, str] | None = None,
    source: str = RunSource.MLFLOW,
    status: str = RunStatus.RUNNING,
) -> Run:
    """Begin a run; without a name it gets one like `swift-heron-41`.

    Raises NotAllowed, Invalid, Conflict (`deleted`) when the experiment is deleted.
    """
    name, tags = clean_name(name or naming.run_name()), dict(tags or {})
    check_texts("tag", tags, at_most=MAX_TAGS, value_length=MAX_TAG_VALUE)
    experiment = lock_active(experiment, by=by)
    run = Run.objects.create(
        project_id=experiment.project_id,
        experiment=experiment,
        run_id=naming.run_id(),
        name=name,
        source=source,
        status=status,
        params=dict(params or {}),
        tags=tags,
        created_by=by,
        started_at=started_at,
    )
    events.record(EVENTS[RunStatus(status)], run, by=by, experiment=experiment.name)
    return run


@transaction.atomic
def update_run(
    *,
    run: Run,
    by: User | None,
    status: str | None = None,
    ended_at: datetime | None = None,
    name: str | None = None,
    reason: str = "",
) -> Run:
    """Change a run's status, end or name. Ending it with the status it has already changes its end alone.

    A run that has ended may be resumed (RUNNING), and ended in another way, as MLflow allows. `reason` goes into the
    event. Raises NotAllowed, Invalid (unknown status), IllegalStep, Conflict (`deleted`).
    """
    run = lock_run(run)
    require(rules.why_not_log(by, run) if status or ended_at else rules.why_not_train(by, run.project_id))
    before = run.status
    if status is not None and status != before:
        run.status = _target(before, status)
        run.ended_at = None
    if ended_at is not None and run.status in ENDED:
        run.ended_at = ended_at
    if name is not None:
        run.name = clean_name(name)
    run.save(update_fields=["status", "ended_at", "name"])
    changed = run.status != before
    data: dict[str, Any] = {"reason": reason} if reason else {}
    if changed and run.status in ENDED:
        data["logged"] = summary(run.params, run.tags, metrics=run.latest_metrics.count())
    events.record(EVENTS[RunStatus(run.status)] if changed else RUN_UPDATED, run, by=by, **data)
    return run


def end_run(*, run: Run, status: str, ended_at: datetime, by: User | None, reason: str = "") -> Run:
    """End a run as FINISHED, FAILED or KILLED. Raises as `update_run`."""
    if status not in ENDED:
        raise Invalid(f"A run ends as {', '.join(sorted(ENDED))}: got {status!r}.", field="status")
    return update_run(run=run, by=by, status=status, ended_at=ended_at, reason=reason)


@transaction.atomic
def delete_run(*, run: Run, by: User | None, now: datetime) -> Run:
    """Put it aside; it can be restored. Raises NotAllowed, IllegalStep when it is deleted already, Conflict
    (`still_running`) while it is being trained here.
    """
    if run.source == RunSource.TRAINING and Run.objects.get(pk=run.pk).status not in ENDED:
        raise Conflict("It is still being trained. Cancel its job first.", code="still_running")
    return _turn(run, "delete", RUN_DELETED, by=by)


@transaction.atomic
def restore_run(*, run: Run, by: User | None, now: datetime) -> Run:
    """Raises NotAllowed, IllegalStep when it is not deleted."""
    return _turn(run, "restore", RUN_RESTORED, by=by)


@transaction.atomic
def delete_run_tag(*, run: Run, key: str, by: User | None, now: datetime) -> Run:
    """Raises NotAllowed, Invalid (`no_such_tag`), Conflict (`deleted`)."""
    check_key("tag", key)
    run = lock_run(run)
    require(rules.why_not_train(by, run.project_id))
    if key not in run.tags:
        raise Invalid(f"The run {run.run_id} has no tag {key!r}.", field="key", code="no_such_tag")
    del run.tags[key]
    run.save(update_fields=["tags"])
    events.record(RUN_LOGGED, run, by=by, untagged=[key])
    return run


@transaction.atomic
def log_inputs(*, run: Run, inputs: Iterable[InputEntry], by: User | None, now: datetime) -> list[RunInput]:
    """Note which data a run used; the same input again changes nothing. Raises NotAllowed, Invalid, Conflict."""
    entries = list(inputs)
    if len(entries) > MAX_INPUTS:
        raise Invalid(f"At most {MAX_INPUTS} inputs a call: got {len(entries)}.", field="inputs", code="too_many")
    for entry in entries:
        _check_input(entry)
    run = lock_run(run)
    require(rules.why_not_log(by, run))
    rows = [
        RunInput(
            run=run,
            dataset_version=entry.dataset_version,
            name=entry.name,
            digest=entry.digest,
            context=entry.context,
            details=entry.details,
        )
        for entry in entries
    ]
    RunInput.objects.bulk_create(rows, ignore_conflicts=True)
    events.record(RUN_LOGGED, run, by=by, inputs=[entry.name for entry in entries])
    return list(run.inputs.order_by("pk"))


def summary(params: Mapping[str, str], tags: Mapping[str, str], *, metrics: int) -> dict[str, Any]:
    """What the event of a run's end says of what was logged to it: how many keys, and a digest by which it can be
    seen later whether params or tags were changed past the log.
    """
    digest = hashlib.sha256(events.canonical([dict(params), dict(tags)])).hexdigest()
    return {"metrics": metrics, "params": len(params), "tags": len(tags), "digest": digest}


def lock_run(run: Run) -> Run:
    """Lock it for a change. Raises Conflict (`deleted`)."""
    run = Run.objects.select_for_update(no_key=True).get(pk=run.pk)
    if run.lifecycle != Lifecycle.ACTIVE:
        raise Conflict(f"The run {run.run_id} must be in the 'active' state. Current state is deleted.", code="deleted")
    return run


def _target(before: str, wanted: str) -> str:
    """The status to go to; from one end to another the way leads through RUNNING."""
    if wanted not in RunStatus.values:
        raise Invalid(f"A run's status is one of {', '.join(RunStatus.values)}: got {wanted!r}.", field="status")
    if before in ENDED and wanted in ENDED:
        before = RUN_FLOW.target(before, "start")
    return RUN_FLOW.target(before, _STEPS[RunStatus(wanted)])


def _turn(run: Run, step: str, event: str, *, by: User | None) -> Run:
    run = Run.objects.select_for_update(no_key=True).get(pk=run.pk)
    require(rules.why_not_train(by, run.project_id))
    run.lifecycle = LIFECYCLE_FLOW.target(run.lifecycle, step)
    run.save(update_fields=["lifecycle"])
    events.record(event, run, by=by)
    return run


def clean_name(name: str) -> str:
    """A run's name as it is kept. Raises Invalid."""
    name = name.strip()
    if not 1 <= len(name) <= MAX_NAME or "\0" in name:
        raise Invalid(f"A run's name has 1 to {MAX_NAME} characters: got {len(name)}.", field="run_name")
    return name


def _check_input(entry: InputEntry) -> None:
    for field_name, limit in (("name", 500), ("digest", 64)):
        length = len(getattr(entry, field_name))
        if not 1 <= length <= limit:
            raise Invalid(f"A dataset's {field_name} has 1 to {limit} characters: got {length}.", field=field_name)
    if len(entry.context) > 40:
        raise Invalid(f"A context has at most 40 characters: got {len(entry.context)}.", field="context")
