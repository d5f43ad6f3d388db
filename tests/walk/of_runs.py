"""What the operations on data, runs, logged models and traces are called with in the walk, by their names."""

import io
from collections.abc import Callable

from core.models import Job
from experiments import operations
from experiments.models import Artifact, DatasetVersion, LoggedModel, Run, Trace, Training, Upload
from experiments.operations import RUN_TALK, InputEntry, MetricEntry, TakenModel, TakenRun, TraceEntry
from experiments.queries import root_of
from models_registry.operations import VERSION_TALK
from tests.experiments.factories import make_csv, make_rows
from tests.factories import now
from tests.walk.of_projects import Call
from tests.walk.world import Line, Planned


def said(world: Line, step: str, thing: str) -> Call:
    """The same three operations, on a run and on a version."""
    talk, on, comment = {
        "run": (RUN_TALK, world.run, world.comment),
        "version": (VERSION_TALK, world.open_version, world.version_comment),
    }[thing]
    call = {"talk": talk, "by": world.people.scientist}
    call |= {"on": on} if step == "add_comment" else {"comment": comment}
    return call if step == "delete_comment" else call | {"text": "Which data?"}


def data(world: Line) -> DatasetVersion:
    return DatasetVersion.objects.get(project=world.project, dataset__name="transactions", number=1)


def scheduled_job(world: Line) -> Job:
    operations.reproduce_run(run=world.trained, by=world.people.scientist, now=now())
    return Training.objects.latest("pk").job


def logged_model(world: Line) -> LoggedModel:
    """What a notebook begins to log."""
    return operations.create_logged_model(
        experiment=world.experiment,
        name="scorer",
        by=world.people.scientist,
        now=now(),
        source_run=world.run,
        tags={"stage": "try"},
    )


def tagged_experiment(world: Line):
    by = world.people.scientist
    return operations.set_experiment_tags(experiment=world.experiment, tags={"team": "fraud"}, by=by, now=now())


def put_aside_experiment(world: Line):
    return operations.delete_experiment(experiment=world.experiment, by=world.people.scientist, now=now())


def upload(world: Line) -> Upload:
    """A file of two parts, which are both there."""
    begun = operations.begin_upload(
        project=world.project,
        root=root_of(world.run),
        path="plots/large.txt",
        part_count=2,
        by=world.people.scientist,
        now=now(),
    )
    for number in (1, 2):
        operations.put_part(upload=begun, number=number, source=io.BytesIO(b"x" * 9), now=now())
    return begun


def entry(world: Line, trace_id: str = "tr-1") -> TraceEntry:
    return TraceEntry(
        trace_id=trace_id,
        request_time_ms=1_700_000_000_000,
        state="OK",
        duration_ms=1500,
        metadata={"mlflow.sourceRun": world.run.run_id},
        tags={"mlflow.traceName": "predict"},
    )


def trace(world: Line) -> Trace:
    by = world.people.scientist
    return operations.log_trace(experiment=world.experiment, entry=entry(world), by=by, now=now())


def finished_run(world: Planned) -> Run:
    """One that measured what the goal is measured by, for a card of the board."""
    by = world.people.scientist
    experiment = operations.ensure_experiment(project=world.project, name="Notebook", by=by, now=now())
    run = operations.create_run(experiment=experiment, name="first", started_at=now(), by=by)
    measured = [MetricEntry("average_precision", 0.5, 0, 1_700_000_000_000)]
    operations.log_batch(run=run, metrics=measured, by=by, now=now())
    operations.link_run(run=run, item=world.item, by=by, now=now())
    return operations.end_run(run=run, status="FINISHED", ended_at=now(), by=by)


EXPERIMENTS: dict[str, Callable[[Line], Call]] = {
    "create_dataset_version": lambda w: {
        "project": w.project,
        "name": "transactions",
        "upload": io.BytesIO(make_csv(make_rows(60, seed=5))),
        "filename": "more.csv",
        "by": w.people.engineer,
    },
    "create_experiment": lambda w: {"project": w.project, "name": "Another", "by": w.people.scientist},
    "rename_experiment": lambda w: {"experiment": w.experiment, "name": "Renamed", "by": w.people.scientist},
    "create_run": lambda w: {
        "experiment": w.experiment,
        "name": "fourth",
        "started_at": now(),
        "by": w.people.scientist,
    },
    "update_run": lambda w: {"run": w.run, "name": "Renamed", "by": w.people.scientist},
    "end_run": lambda w: {"run": w.run, "status": "FAILED", "ended_at": now(), "by": w.people.scientist},
    "delete_run_tag": lambda w: {"run": w.run, "key": "stage", "by": w.people.scientist},
    "delete_run": lambda w: {"run": w.ended_run, "by": w.people.scientist},
    "restore_run": lambda w: {"run": w.deleted_run, "by": w.people.scientist},
    "link_run": lambda w: {"run": w.run, "item": w.item, "by": w.people.scientist},
    "put_artifact": lambda w: {
        "project": w.project,
        "root": root_of(w.run),
        "path": "plots/roc.txt",
        "source": io.BytesIO(b"curve"),
        "by": w.people.scientist,
    },
    "delete_artifact": lambda w: {
        "project": w.project,
        "root": root_of(w.run),
        "path": "notes.md",
        "by": w.people.scientist,
    },
    "start_training": lambda w: {
        "project": w.project,
        "experiment_name": "Baselines",
        "dataset_version": data(w),
        "target": "is_fraud",
        "estimator": "logistic_regression",
        "settings": {},
        "seed": 3,
        "by": w.people.scientist,
    },
    "reproduce_run": lambda w: {"run": w.trained, "by": w.people.scientist},
    "ensure_experiment": lambda w: {"project": w.project, "name": "Ensured", "by": w.people.scientist},
    "set_experiment_tags": lambda w: {
        "experiment": w.experiment,
        "tags": {"team": "fraud"},
        "by": w.people.scientist,
    },
    "delete_experiment_tag": lambda w: {"experiment": tagged_experiment(w), "key": "team", "by": w.people.scientist},
    "delete_experiment": lambda w: {"experiment": w.experiment, "by": w.people.scientist},
    "restore_experiment": lambda w: {"experiment": put_aside_experiment(w), "by": w.people.scientist},
    # What is logged to a run
    "log_batch a metric": lambda w: {
        "run": w.run,
        "metrics": [MetricEntry("loss", 0.1, 4, 1_700_000_000_004)],
        "by": w.people.scientist,
    },
    "log_batch a param": lambda w: {"run": w.run, "params": {"depth": "3"}, "by": w.people.scientist},
    "log_batch afterwards": lambda w: {"run": w.ended_run, "tags": {"kept": "yes"}, "by": w.people.scientist},
    "log_inputs": lambda w: {
        "run": w.run,
        "inputs": [InputEntry("rows", "a" * 8, dataset_version=data(w))],
        "by": w.people.scientist,
    },
    "describe_run": lambda w: {"run": w.run, "text": "A first **try**.", "by": w.people.scientist},
    "log_trace": lambda w: {"experiment": w.experiment, "entry": entry(w), "by": w.people.scientist},
    "change_trace_tags": lambda w: {"trace": trace(w), "set_tags": {"rated": "good"}, "by": w.people.scientist},
    "delete_traces": lambda w: {
        "experiment": w.experiment,
        "trace_ids": [trace(w).trace_id],
        "by": w.people.scientist,
    },
    # Logged models and files
    "create_logged_model": lambda w: {
        "experiment": w.experiment,
        "name": "scorer",
        "source_run": w.run,
        "by": w.people.scientist,
    },
    "finalize_logged_model": lambda w: {
        "model": logged_model(w),
        "status": "LOGGED_MODEL_READY",
        "by": w.people.scientist,
    },
    "log_model_params": lambda w: {"model": logged_model(w), "params": {"depth": "3"}, "by": w.people.scientist},
    "set_logged_model_tags": lambda w: {"model": logged_model(w), "tags": {"a": "b"}, "by": w.people.scientist},
    "delete_logged_model_tag": lambda w: {"model": logged_model(w), "key": "stage", "by": w.people.scientist},
    "delete_logged_model": lambda w: {"model": logged_model(w), "by": w.people.scientist},
    "begin_upload": lambda w: {
        "project": w.project,
        "root": root_of(w.run),
        "path": "plots/large.txt",
        "part_count": 2,
        "by": w.people.scientist,
    },
    "complete_upload": lambda w: {"upload": upload(w), "digests": {}, "by": w.people.scientist},
    "abort_upload": lambda w: {"upload": upload(w), "by": w.people.scientist},
    "put_blob": lambda w: {
        "project": w.project,
        "root": root_of(w.run),
        "path": "plots/again.txt",
        "blob": Artifact.objects.filter(project=w.project).first().blob,
        "by": w.people.scientist,
    },
    # What an import takes over
    "take_experiment": lambda w: {
        "project": w.project,
        "name": "Taken",
        "tags": {"from": "elsewhere"},
        "created_at": now(),
        "by": w.people.scientist,
    },
    "take_run": lambda w: {
        "experiment": w.experiment,
        "given": TakenRun("a" * 32, "taken", "FINISHED", now(), now(), {"depth": "3"}, {"from": "elsewhere"}),
        "known": None,
        "by": w.people.scientist,
    },
    "take_model": lambda w: {
        "experiment": w.experiment,
        "given": TakenModel("m-" + "a" * 32, "taken", "LOGGED_MODEL_READY", now(), now()),
        "source_run": w.run,
        "known": None,
        "by": w.people.scientist,
    },
    "take_files": lambda w: {
        "owner": w.run,
        "files": {"plots/taken.txt": Artifact.objects.filter(project=w.project).first().blob},
        "by": w.people.scientist,
    },
    "take_away": lambda w: {"owner": w.ended_run, "by": w.people.scientist},
    "cancel_job": lambda w: {"job": scheduled_job(w), "by": w.people.scientist},
}

MEASURED: dict[str, Callable[[Planned], Call]] = {
    "log_batch the goal's metric": lambda w: {
        "run": finished_run(w),
        "metrics": [MetricEntry("average_precision", 0.7, 1, 1_700_000_000_001)],
        "by": w.people.scientist,
    },
    "link_run to what is planned": lambda w: {
        "run": finished_run(w),
        "item": w.second,
        "by": w.people.scientist,
    },
    "delete_run of what is planned": lambda w: {"run": finished_run(w), "by": w.people.scientist},
}

TALK: dict[str, Callable[[Line], Call]] = {
    f"{step} on a {thing}": lambda w, step=step, thing=thing: said(w, step, thing)
    for step in ("add_comment", "change_comment", "delete_comment")
    for thing in ("run", "version")
}
