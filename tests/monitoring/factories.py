"""Builders of what monitoring starts from: a deployment whose version was trained here, and predictions of it."""

import itertools
import uuid
from datetime import UTC, datetime, timedelta

import numpy as np
import orjson
import pandas as pd

from core import storage
from experiments.enums import RunSource, RunStatus
from experiments.models import Dataset, DatasetVersion, Experiment, Run, Training
from experiments.tabular import Table, schema, write_canonical
from experiments.tabular.bins import build_reference
from models_registry.enums import ModelFormat, VersionState
from models_registry.models import Deployment, ModelVersion, PredictionLog, RegisteredModel
from monitoring import operations
from projects.models import Project
from projects.roles import Role
from tests.factories import make_member, make_project

TARGET = "is_fraud"
# A boundary of every window length that the tests use.
START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SIGNATURE = {
    "version": 1,
    "inputs": [
        {"name": "amount", "kind": "numeric", "nullable": False, "categories": None},
        {"name": "category", "kind": "categorical", "nullable": False, "categories": ["a", "b"]},
    ],
    "target": TARGET,
    "output": {"task": "binary", "classes": [0, 1], "positive": 1},
}
_numbers = itertools.count(1)


def transactions(n: int, *, seed: int, shift: float = 0.0) -> pd.DataFrame:
    """Amounts and categories; with shift, more of the second category and of large amounts. One in five is fraud."""
    rng = np.random.default_rng(seed)
    category = np.where(rng.random(n) < 0.2 + 0.6 * shift, "b", "a")
    amount = np.round(rng.lognormal(3 + shift, 0.5, n), 2)
    fraud = (rng.random(n) < np.where(category == "b", 0.5, 0.12)).astype(np.int64)
    return pd.DataFrame({"amount": amount, "category": category, TARGET: fraud})


def make_dataset(project: Project, tmp_path, *, name: str = "transactions") -> DatasetVersion:
    table = Table.from_pandas(transactions(2000, seed=1))
    path = tmp_path / f"{next(_numbers)}.parquet"
    write_canonical(table, path)
    blob = storage.put_path(path)
    dataset = Dataset.objects.create(project=project, name=name, created_at=START)
    return DatasetVersion.objects.create(
        project=project,
        dataset=dataset,
        number=1,
        filename="transactions.parquet",
        original=blob,
        table=blob,
        rows=table.rows,
        columns=[column.as_json() for column in schema(table)],
        created_at=START,
    )


def make_training(project: Project, tmp_path, *, data: DatasetVersion | None = None, seed: int = 0) -> Training:
    """A finished run, with the reference of its training rows; its model file is only a name."""
    data = data or make_dataset(project, tmp_path, name=f"transactions-{next(_numbers)}")
    experiment, _ = Experiment.objects.get_or_create(
        project=project, name="Fraud", defaults={"created_at": START, "updated_at": START}
    )
    run = Run.objects.create(
        project=project,
        experiment=experiment,
        run_id=uuid.uuid4().hex,
        name="boosting",
        source=RunSource.TRAINING,
        status=RunStatus.FINISHED,
        started_at=START,
        ended_at=START,
    )
    rows = Table.from_pandas(transactions(2000, seed=1))
    bins = {"features": build_reference(rows, ["amount", "category"]).as_json(), "score": None}
    return Training.objects.create(
        project=project,
        run=run,
        dataset_version=data,
        target=TARGET,
        estimator="logistic_regression",
        seed=seed,
        signature=SIGNATURE,
        reference=storage.put_bytes(orjson.dumps(bins)),
    )


def make_version(project: Project, tmp_path, *, model: RegisteredModel | None = None, run: Run | None = None):
    """An approved version of a run that was trained here."""
    model = model or RegisteredModel.objects.create(
        project=project, name=f"scorer-{next(_numbers)}", created_at=START, updated_at=START
    )
    return ModelVersion.objects.create(
        project=project,
        model=model,
        number=model.versions.count() + 1,
        state=VersionState.APPROVED,
        run=run or make_training(project, tmp_path).run,
        format=ModelFormat.SKOPS,
        digest="0" * 64,
        signature=SIGNATURE,
        created_at=START,
        updated_at=START,
    )


def make_deployment(project: Project | None = None, *, tmp_path, version: ModelVersion | None = None, name: str = ""):
    project = project or make_project()
    version = version or make_version(project, tmp_path)
    return Deployment.objects.create(
        project=project,
        name=name or f"fraud-{next(_numbers)}",
        model=version.model,
        live_version=version,
        deployed_at=START - timedelta(hours=1),
        created_at=START - timedelta(hours=1),
    )


def make_monitor(*, tmp_path, project: Project | None = None, now: datetime = START, by=None, **settings):
    """Watched from START on, in windows of ten seconds, by an engineer."""
    deployment = make_deployment(project, tmp_path=tmp_path)
    settings = {"window_seconds": 10, "min_rows": 100, "confirm_windows": 3, "min_labels": 300} | settings
    by = by or make_member(deployment.project, Role.ENGINEER)
    return operations.create_monitor(deployment=deployment, by=by, now=now, **settings)


def predict(
    deployment: Deployment,
    *,
    at: datetime,
    n: int = 200,
    shift: float = 0.0,
    seed: int | None = None,
    labelled: bool = False,
    version: ModelVersion | None = None,
    over: float = 9.0,
) -> list[PredictionLog]:
    """Predictions logged evenly over the seconds from `at` on, with their truth if `labelled`."""
    seed = int(at.timestamp()) % 100_000 if seed is None else seed
    frame = transactions(n, seed=seed, shift=shift)
    rng = np.random.default_rng(seed)
    rows = []
    for i, row in enumerate(frame.to_dict("records")):
        truth = int(row.pop(TARGET))
        moment = at + timedelta(seconds=over * i / n)
        score = float(np.clip(0.3 * truth + rng.random() * 0.7, 0, 1))
        rows.append(
            PredictionLog(
                deployment=deployment,
                model_version=version or deployment.live_version,
                prediction_id=uuid.uuid4(),
                at=moment,
                features=row,
                label=int(score > 0.5),
                score=score,
                truth=truth if labelled else None,
                truth_at=moment + timedelta(seconds=1) if labelled else None,
            )
        )
    return PredictionLog.objects.bulk_create(rows)


def windows_of(deployment: Deployment, shifts, *, start: datetime = START, seconds: int = 10, **options) -> None:
    """One window of predictions for each shift, one after the other."""
    for number, shift in enumerate(shifts):
        predict(deployment, at=start + timedelta(seconds=seconds * number), shift=shift, **options)
