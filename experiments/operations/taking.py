"""Taking over what another store recorded: with its ids where they are free, its times, and its history.

Taking the same again changes nothing, so that whoever is interrupted begins again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from core import events
from core.errors import Conflict, Invalid
from core.models import Blob, User
from core.rules import require
from experiments import naming, rules
from experiments.enums import Lifecycle, LoggedModelStatus, RunSource, RunStatus
from experiments.events import (
    EXPERIMENT_DELETED,
    LOGGED_MODEL_CREATED,
    LOGGED_MODEL_UPDATED,
    RUN_DELETED,
    RUN_IMPORTED,
    RUN_LOGGED,
)
from experiments.models import Artifact, Experiment, LoggedModel, Run, RunInput
from experiments.operations.artifacts import clean_path
from experiments.operations.experiments import create_experiment
from experiments.operations.limits import MAX_PARAM_VALUE, MAX_TAG_VALUE, check_texts
from experiments.operations.points import MetricEntry, checked, write_points
from experiments.operations.runs import InputEntry, lock_run
from experiments.operations.whispers import measured
from experiments.queries import root_of
from projects.models import Project

MOST_TEXTS = 100_000
MOST_FILES_NAMED = 20


@dataclass(frozen=True)
class TakenRun:
    """A run as its source knows it."""

    run_id: str
    name: str
    status: str
    started_at: datetime
    ended_at: datetime | None
    params: Mapping[str, str]
    tags: Mapping[str, str]
    inputs: Sequence[InputEntry] = ()


@dataclass(frozen=True)
class TakenModel:
    """A logged model as its source knows it."""

    model_id: str
    name: str
    status: str
    created_at: datetime
    updated_at: datetime
    model_type: str = ""
    params: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)


@transaction.atomic
def take_experiment(
    *, project: Project, name: str, tags: Mapping[str, str], created_at: datetime, by: User | None, now: datetime
) -> Experiment:
    """The experiment of this name, made if there is none; a deleted one is taken as it is. Tags that are new are added.

    Raises NotAllowed, Invalid.
    """
    require(rules.why_not_train(by, project.pk))
    found = Experiment.objects.select_for_update(no_key=True).filter(project=project, name=name.strip()).first()
    if found is None:
        made = create_experiment(project=project, name=name, by=by, now=now, tags=tags)
        Experiment.objects.filter(pk=made.pk).update(created_at=created_at)
        return made
    added = {key: value for key, value in tags.items() if key not in found.tags}
    if added:
        check_texts("tag", added, at_most=MOST_TEXTS, value_length=MAX_TAG_VALUE)
        found.tags, found.updated_at = found.tags | added, now
        found.save(update_fields=["tags", "updated_at"])
    return found


@transaction.atomic
def take_run(*, experiment: Experiment, given: TakenRun, known: Run | None, by: User | None) -> Run:
    """The run with everything but its points and files; `known` is what became of it before, and is brought up to date.

    Its id is kept where it is free. Raises NotAllowed, Invalid, Conflict (`deleted` here after it was taken).
    """
    require(rules.why_not_train(by, experiment.project_id))
    check_texts("param", given.params, at_most=MOST_TEXTS, value_length=MAX_PARAM_VALUE)
    check_texts("tag", given.tags, at_most=MOST_TEXTS, value_length=MAX_TAG_VALUE)
    run = _made(experiment, given, by) if known is None else _renewed(known, given)
    rows = [
        RunInput(run=run, name=one.name, digest=one.digest, context=one.context, details=one.details)
        for one in given.inputs
    ]
    RunInput.objects.bulk_create(rows, ignore_conflicts=True)
    events.record(RUN_IMPORTED, run, by=by, original=given.run_id, params=len(given.params), tags=len(given.tags))
    return run


def _made(experiment: Experiment, given: TakenRun, by: User | None) -> Run:
    is_free = not Run.objects.filter(run_id=given.run_id).exists()
    return Run.objects.create(
        project_id=experiment.project_id,
        experiment=experiment,
        run_id=given.run_id if is_free else naming.run_id(),
        name=given.name or naming.run_name(),
        source=RunSource.MLFLOW,
        status=_status(given.status),
        params=dict(given.params),
        tags=dict(given.tags),
        created_by=by,
        started_at=given.started_at,
        ended_at=given.ended_at,
    )


def _renewed(known: Run, given: TakenRun) -> Run:
    run = Run.objects.select_for_update(no_key=True).get(pk=known.pk)
    if run.lifecycle != Lifecycle.ACTIVE:
        raise Conflict(f"The run {run.run_id} was deleted here, and what is new of it was left out.", code="deleted")
    run.status, run.ended_at = _status(given.status), given.ended_at
    run.params, run.tags = run.params | dict(given.params), run.tags | dict(given.tags)
    run.save(update_fields=["status", "ended_at", "params", "tags"])
    return run


@transaction.atomic
def take_model(
    *, experiment: Experiment, given: TakenModel, source_run: Run | None, known: LoggedModel | None, by: User | None
) -> LoggedModel:
    """The logged model without its files. Its id is kept where it is free. Raises NotAllowed, Invalid."""
    require(rules.why_not_train(by, experiment.project_id))
    check_texts("param", given.params, at_most=MOST_TEXTS, value_length=MAX_PARAM_VALUE)
    check_texts("tag", given.tags, at_most=MOST_TEXTS, value_length=MAX_TAG_VALUE)
    if given.status not in LoggedModelStatus.values:
        raise Invalid(f"A model's status {given.status!r} is not known.", field="status")
    facts = {
        "status": given.status,
        "params": dict(given.params),
        "tags": dict(given.tags),
        "updated_at": given.updated_at,
    }
    if known is not None:
        LoggedModel.objects.filter(pk=known.pk).update(**facts)
        events.record(LOGGED_MODEL_UPDATED, known, by=by, original=given.model_id)
        return known
    is_free = not LoggedModel.objects.filter(model_id=given.model_id).exists()
    model = LoggedModel.objects.create(
        project_id=experiment.project_id,
        experiment=experiment,
        model_id=given.model_id if is_free else naming.model_id(),
        name=given.name[:500],
        source_run=source_run,
        model_type=given.model_type[:100],
        created_by=by,
        created_at=given.created_at,
        **facts,
    )
    run_id = source_run.run_id if source_run else None
    events.record(LOGGED_MODEL_CREATED, model, by=by, run_id=run_id, original=given.model_id)
    return model


@transaction.atomic
def take_points(*, run: Run, metrics: Sequence[MetricEntry]) -> None:
    """Values of a run that was taken over, ended or not: they come in many parts, and the end of the whole tells of
    them. Raises Invalid, Conflict (`deleted`).
    """
    run = lock_run(run)
    require(rules.why_not_log(None, run))
    write_points(run, checked(metrics))
    transaction.on_commit(lambda: measured(run.project_id, run.run_id), robust=True)


@transaction.atomic
def take_files(*, owner: Run | LoggedModel, files: Mapping[str, Blob], by: User | None) -> int:
    """Keep files, all at once; those that are there with the same bytes stay. Returns how many are new.

    Raises NotAllowed, Invalid (`bad_path`).
    """
    require(rules.why_not_train(by, owner.project_id))
    root, cleaned = root_of(owner), {clean_path(path): blob for path, blob in files.items()}
    there = dict(Artifact.objects.filter(root=root, path__in=cleaned).values_list("path", "blob_id"))
    new = {path: blob for path, blob in cleaned.items() if there.get(path) != blob.digest}
    if not new:
        return 0
    rows = [
        Artifact(project_id=owner.project_id, root=root, path=path, blob=blob, size=blob.size)
        for path, blob in sorted(new.items())
    ]
    Artifact.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["root", "path"], update_fields=["blob", "size"]
    )
    is_run = isinstance(owner, Run)
    named = sorted(new)[:MOST_FILES_NAMED]
    events.record(RUN_LOGGED if is_run else LOGGED_MODEL_UPDATED, owner, by=by, files=named, count=len(new))
    return len(new)


@transaction.atomic
def take_away(*, owner: Run | Experiment, by: User | None, now: datetime) -> None:
    """Put aside what its source had put aside. One that is deleted already stays so. Raises NotAllowed."""
    require(rules.why_not_train(by, owner.project_id))
    if owner.lifecycle == Lifecycle.DELETED:
        return
    owner.lifecycle = Lifecycle.DELETED
    owner.save(update_fields=["lifecycle"])
    events.record(RUN_DELETED if isinstance(owner, Run) else EXPERIMENT_DELETED, owner, by=by, as_in_source=True)


def rename_parent(*, experiment: Experiment, tag: str, was: str, now_is: str) -> int:
    """Runs that name a run by its old id in `tag` name it by its new one. Part of taking that run over."""
    children = Run.objects.filter(project=experiment.project_id, tags__contains={tag: was})
    for run in children.select_for_update(no_key=True):
        run.tags = run.tags | {tag: now_is}
        run.save(update_fields=["tags"])
    return len(children)


def _status(status: str) -> str:
    if status not in RunStatus.values:
        raise Invalid(f"A run's status is one of {', '.join(RunStatus.values)}: got {status!r}.", field="status")
    return status


def details_of(said: Mapping[str, Any]) -> dict[str, Any]:
    """What a client said about a dataset, without what it left open."""
    return {key: str(value) for key, value in said.items() if value is not None}
