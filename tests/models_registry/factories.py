"""Builders of versions, reviews and deployments. They call the operations; the model is a real one, fitted once a
process by the code that workers run, and its files are put where a finished training leaves them.
"""

import functools
import io
import json
import tempfile
import uuid
from dataclasses import dataclass
from pathlib import Path

from core import jobs, storage
from core.models import Job
from experiments import operations as experiments
from experiments.models import Run
from experiments.operations import Outcome
from experiments.queries import root_of
from experiments.tabular import read_table, write_canonical
from experiments.training.trainer import train_json
from models_registry import operations
from models_registry.models import Deployment, ModelVersion, Review
from projects import operations as projects
from projects.models import Project
from projects.roles import Role
from tests.experiments.factories import make_csv, make_dataset_version, make_rows, make_scheduled_run
from tests.factories import make_member, make_project, now

GOOD_ROW = {"amount": 12.5, "hour": 3, "merchant": "grocer"}


class _Quiet:
    def progress(self, value, note=""): ...
    def log(self, line): ...
    def metric(self, key, value, step): ...


@dataclass(frozen=True)
class Fitted:
    files: dict[str, bytes]
    result: dict


def fitted(seed: int = 1, estimator: str = "logistic_regression") -> Fitted:
    """What a training leaves, in memory: model, holdout, signature, environment."""
    return _fitted(seed, estimator)


@functools.cache
def _fitted(seed: int, estimator: str) -> Fitted:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        (out / "data.csv").write_bytes(make_csv(make_rows(600, seed=seed)))
        write_canonical(read_table(out / "data.csv", format="csv"), out / "data.parquet")
        spec = {"train_path": str(out / "data.parquet"), "target": "is_fraud", "estimator": estimator, "out": folder}
        result = train_json(spec, _Quiet())
        return Fitted({name: (out / file).read_bytes() for name, file in result["files"].items()}, result)


def make_run(project: Project, *, seed: int = 1, estimator: str = "logistic_regression", by=None) -> Run:
    """A finished training of this project, with a real model."""
    version = project.dataset_versions.first() or make_dataset_version(project)
    run = make_scheduled_run(project, version, estimator=estimator, by=by or project.created_by)
    job = jobs.claim(run.training.job_id)
    experiments.begin_training(job=job, now=now())
    made = fitted(seed, estimator)
    places = {"model": "model/model.skops", "signature": "model/signature.json", "holdout": "holdout/holdout.parquet"}
    files = {places.get(name, name): storage.put_bytes(content) for name, content in made.files.items()}
    outcome = Outcome(
        files=files,
        model="model/model.skops",
        holdout="holdout/holdout.parquet",
        reference="reference",
        signature=json.loads(made.files["signature"]),
        environment=json.loads(made.files["environment"]),
        metrics=made.result["metrics"],
        summary={},
    )
    experiments.finish_training(job=job, outcome=outcome, now=now())
    Job.objects.filter(pk=job.pk).update(state="succeeded", finished_at=now(), lease_until=None, progress=1.0)
    return Run.objects.select_related("project").get(pk=run.pk)


def make_scoped_project(*, baseline: float = 0.2, minimal_useful: float = 0.3) -> Project:
    """A project whose scope says what a model must reach."""
    project = make_project()
    scope = {"metric": "average_precision", "baseline": baseline, "minimal_useful": minimal_useful}
    projects.revise_scope(project=project, values=scope, by=project.created_by, now=now())
    return project


def make_version(
    project: Project | None = None, *, name: str = "fraud-scorer", seed: int = 1, by=None, **given
) -> ModelVersion:
    """A candidate made from a run that was trained here, by its data scientist."""
    project = project or make_scoped_project()
    by = by or make_member(project, Role.DATA_SCIENTIST)
    run = make_run(project, seed=seed, by=by, **given)
    model = operations.ensure_model(project=project, name=name, by=by, now=now())
    return operations.create_version(model=model, run=run, by=by, now=now())


def make_review(version: ModelVersion | None = None, *, compared: bool = True, by=None, **given) -> Review:
    """An open review asked for by the version's author, its comparison told to be won."""
    version = version or make_version()
    review = operations.request_review(
        version=version, reason="Better recall.", by=by or version.created_by, now=now(), **given
    )
    if compared:
        finish_comparisons(review)
    return review


def finish_comparisons(review: Review, *, better: bool = True) -> None:
    """What the comparison's job would write, without its child."""
    for comparison in review.model_version.comparisons.filter(result__isnull=True):
        job = comparison.job
        metric = {"metric": "average_precision", "level": 0.95}
        if comparison.champion_id is None:
            result = {"alone": [metric | {"value": 0.8, "low": 0.7, "high": 0.9}], "n": 150, "positives": 40}
        else:
            sides = {"value_a": 0.7, "value_b": 0.8, "difference": 0.1, "n": 150, "positives": 40}
            interval = {"ci_low": 0.02, "ci_high": 0.18, "better": "b"} if better else {"ci_low": -0.1, "ci_high": 0.2}
            result = {"metrics": [metric | sides | {"better": None} | interval], "verdict": "better"}
        operations.finish_comparison(job=job, result=result)
        Job.objects.filter(pk=job.pk).update(state="succeeded", finished_at=now())


def make_approved(project: Project | None = None, *, validator=None, **given) -> ModelVersion:
    """A version that a validator approved."""
    version = make_version(project, **given)
    review = make_review(version)
    validator = validator or make_member(version.project, Role.VALIDATOR)
    operations.approve_version(review=review, comment="Good evidence.", by=validator, now=now())
    return ModelVersion.objects.select_related("project", "model").get(pk=version.pk)


def make_deployment(project: Project | None = None, *, name: str = "card-fraud", **given) -> Deployment:
    version = make_approved(project, **given)
    return operations.deploy_version(
        project=version.project, name=name, version=version, by=version.project.created_by, now=now()
    )


def make_logged_version(project: Project, files: dict[str, bytes], *, name: str = "logged") -> ModelVersion:
    """A version of a model that an MLflow client logged, made of these files."""
    owner = project.created_by
    experiment = experiments.ensure_experiment(project=project, name="Notebook", by=owner, now=now())
    run = experiments.create_run(experiment=experiment, name="nb", started_at=now(), by=owner)
    logged = experiments.create_logged_model(
        experiment=experiment, name=f"m{uuid.uuid4().hex[:6]}", source_run=run, by=owner, now=now()
    )
    for path, content in files.items():
        experiments.put_artifact(
            project=project, root=root_of(logged), path=path, source=io.BytesIO(content), by=owner, now=now()
        )
    model = operations.ensure_model(project=project, name=name, by=owner, now=now())
    return operations.create_version(model=model, logged_model=logged, by=owner, now=now())
