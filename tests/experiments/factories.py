"""Builders of data and runs. They call the operations; `make_trained_run` writes what a worker would have written."""

import csv
import io
import json
import random

from core import jobs, storage
from core.models import Job, User
from experiments import operations, queries
from experiments.models import DatasetVersion, Experiment, Run, Training
from experiments.operations import Outcome
from projects.models import Project
from tests.factories import make_project, now

COLUMNS = ("amount", "hour", "merchant", "is_fraud")


def make_rows(count: int = 240, *, seed: int = 1) -> list[dict]:
    """Transactions of which the large ones at night tend to be fraud."""
    chance = random.Random(seed)
    rows = []
    for _ in range(count):
        amount, hour = round(chance.lognormvariate(3, 1), 2), chance.randrange(24)
        merchant = chance.choice(["grocer", "fuel", "online"])
        odds = 0.05 + 0.5 * (amount > 40) + 0.3 * (hour < 6)
        rows.append({"amount": amount, "hour": hour, "merchant": merchant, "is_fraud": int(chance.random() < odds)})
    return rows


def make_csv(rows: list[dict] | None = None) -> bytes:
    rows = rows if rows is not None else make_rows()
    sink = io.StringIO()
    writer = csv.DictWriter(sink, fieldnames=list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return sink.getvalue().encode()


def make_dataset_version(
    project: Project | None = None,
    rows: list[dict] | None = None,
    *,
    name: str = "transactions",
    by: User | None = None,
) -> DatasetVersion:
    """A version of these rows; its profile job is queued, not run."""
    project = project or make_project()
    return operations.create_dataset_version(
        project=project,
        name=name,
        upload=io.BytesIO(make_csv(rows)),
        filename=f"{name}.csv",
        by=by or project.created_by,
        now=now(),
    )


def make_experiment(project: Project | None = None, *, name: str = "Baselines") -> Experiment:
    project = project or make_project()
    return operations.ensure_experiment(project=project, name=name, by=project.created_by, now=now())


def make_run(project: Project | None = None, *, experiment: Experiment | None = None, name: str = "") -> Run:
    """A run as an MLflow client begins it."""
    experiment = experiment or make_experiment(project)
    return operations.create_run(experiment=experiment, name=name, started_at=now(), by=experiment.project.created_by)


def make_scheduled_run(project: Project | None = None, version: DatasetVersion | None = None, **given) -> Run:
    """A training as the form starts it: scheduled, its job queued."""
    project = project or (version.project if version else make_project())
    asked = {
        "experiment_name": "Baselines",
        "dataset_version": version or make_dataset_version(project),
        "target": "is_fraud",
        "estimator": "logistic_regression",
        "settings": {},
        "seed": 7,
        "by": project.created_by,
    }
    return operations.start_training(project=project, now=now(), **asked | given)


def put(owner, path: str, data: bytes):
    """A file of a run or of a logged model."""
    root, source = queries.root_of(owner), io.BytesIO(data)
    return operations.put_artifact(
        project=owner.project, root=root, path=path, source=source, by=owner.created_by, now=now()
    )


def make_trained_run(
    project: Project | None = None, version: DatasetVersion | None = None, *, average_precision: float = 0.81, **given
) -> Run:
    """A finished training without the child: a worker's record with small stand-ins for the files.

    The model file is no model. For one that predicts, use `train_for_real`.
    """
    run = make_scheduled_run(project, version, **given)
    job = jobs.claim(run.training.job_id)
    operations.begin_training(job=job, now=now())
    table = run.training.dataset_version.table
    files = {
        "model/model.skops": storage.put_bytes(b"stand-in for a model of " + run.run_id.encode()),
        "model/signature.json": storage.put_bytes(json.dumps(signature()).encode()),
        "holdout/holdout.parquet": table,
        "reference.json": storage.put_bytes(b'{"features": null, "score": null}'),
        "environment.json": storage.put_bytes(b'{"python": "3.11"}'),
    }
    outcome = Outcome(
        files=files,
        model="model/model.skops",
        holdout="holdout/holdout.parquet",
        reference="reference.json",
        signature=signature(),
        environment={"python": "3.11", "seed": run.training.seed},
        metrics={"average_precision": average_precision, "roc_auc": 0.9},
        summary={"rows": {"train": 180, "validation": 0, "holdout": 60}},
    )
    operations.finish_training(job=job, outcome=outcome, now=now())
    Job.objects.filter(pk=job.pk).update(state="succeeded", finished_at=now(), lease_until=None, progress=1.0)
    return Run.objects.get(pk=run.pk)


def train_for_real(project: Project | None = None, version: DatasetVersion | None = None, **given) -> Run:
    """A training carried out by a real child process (10 s). Needs `django_db(transaction=True)`."""
    run = make_scheduled_run(project, version, **given)
    jobs.run(Training.objects.get(run=run).job_id)
    return Run.objects.get(pk=run.pk)


def signature() -> dict:
    kinds = {"amount": "numeric", "hour": "integer", "merchant": "categorical"}
    inputs = [
        {"name": name, "kind": kind, "nullable": False, "categories": None, "low": None, "high": None}
        for name, kind in kinds.items()
    ]
    output = {"task": "binary", "classes": [0, 1], "positive": 1}
    return {"version": 1, "inputs": inputs, "target": "is_fraud", "output": output}
