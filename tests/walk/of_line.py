"""What the operations on runs, versions, deployments and monitors are called with in the walk, by app and name."""

import io
from collections.abc import Callable

from experiments.models import DatasetVersion
from experiments.operations import RUN_TALK
from experiments.queries import root_of
from models_registry.operations import VERSION_TALK
from tests.experiments.factories import make_csv, make_rows
from tests.factories import now
from tests.walk.of_projects import Call
from tests.walk.world import Line


def said(world: Line, step: str, thing: str) -> Call:
    """The same three operations, on a run and on a version."""
    talk, on, comment = {
        "run": (RUN_TALK, world.run, world.comment),
        "version": (VERSION_TALK, world.open_version, world.version_comment),
    }[thing]
    call = {"talk": talk, "by": world.people.scientist}
    call |= {"on": on} if step == "add_comment" else {"comment": comment}
    return call if step == "delete_comment" else call | {"text": "Which data?"}


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
        "dataset_version": DatasetVersion.objects.filter(project=w.project, dataset__name="transactions").first(),
        "target": "is_fraud",
        "estimator": "logistic_regression",
        "settings": {},
        "seed": 3,
        "by": w.people.scientist,
    },
    "reproduce_run": lambda w: {"run": w.trained, "by": w.people.scientist},
}

TALK: dict[str, Callable[[Line], Call]] = {
    f"{step} on a {thing}": lambda w, step=step, thing=thing: said(w, step, thing)
    for step in ("add_comment", "change_comment", "delete_comment")
    for thing in ("run", "version")
}

REGISTRY: dict[str, Callable[[Line], Call]] = {
    "register_model": lambda w: {"project": w.project, "name": "another", "by": w.people.scientist},
    "update_model": lambda w: {"model": w.model, "description": "Scores.", "by": w.people.scientist},
    "create_version": lambda w: {"model": w.model, "run": w.trained, "by": w.people.scientist},
    "update_version": lambda w: {"version": w.open_version, "description": "Deeper.", "by": w.people.scientist},
    "set_version_tags": lambda w: {"version": w.open_version, "tags": {"a": "b"}, "by": w.people.scientist},
    "delete_version_tag": lambda w: {"version": w.open_version, "key": "kind", "by": w.people.scientist},
    "set_alias": lambda w: {"model": w.model, "alias": "new", "version": w.open_version, "by": w.people.scientist},
    "delete_alias": lambda w: {"model": w.model, "alias": "next", "by": w.people.scientist},
    "archive_version": lambda w: {"version": w.candidate, "by": w.people.scientist},
    "request_review": lambda w: {"version": w.candidate, "reason": "Better.", "by": w.people.scientist},
    "approve_version": lambda w: {"review": w.review, "comment": "Good.", "by": w.people.validator},
    "request_changes": lambda w: {"review": w.review, "comment": "Slices.", "by": w.people.validator},
    "withdraw_review": lambda w: {"review": w.review, "by": w.people.scientist},
    "deploy_version": lambda w: {
        "project": w.project,
        "name": "second",
        "version": w.approved,
        "by": w.people.engineer,
    },
    "pause_deployment": lambda w: {"deployment": w.deployment, "reason": "Wrong blocks.", "by": w.people.engineer},
    "retire_deployment": lambda w: {"deployment": w.deployment, "reason": "Replaced.", "by": w.people.engineer},
}

MONITORING: dict[str, Callable[[Line], Call]] = {
    "create_monitor": lambda w: {"deployment": w.deployment, "by": w.people.engineer},
    "update_monitor": lambda w: {"monitor": w.monitor, "min_rows": 120, "by": w.people.engineer},
    "acknowledge_alert": lambda w: {"alert": w.alert, "by": w.people.engineer},
    "resolve_alert": lambda w: {"alert": w.alert, "by": w.people.engineer},
    "start_retraining": lambda w: {"monitor": w.monitor, "alert": w.alert, "by": w.people.engineer},
}
