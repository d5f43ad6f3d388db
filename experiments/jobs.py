"""The kinds of jobs: profiling a dataset version and training a run, each in a limited child process; tidying up."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from core import storage
from core.jobs import ChildSpec, Failure, JobKind, Report, job_kind
from core.models import Job
from experiments import operations, recipes
from experiments.models import DatasetVersion, Training
from experiments.operations import MetricEntry, Outcome

OUT = "out"
# Where each file that the child writes lies among the run's artifacts.
PLACES = {
    "model": "model/model.skops",
    "signature": "model/signature.json",
    "environment": "environment.json",
    "holdout": "holdout/holdout.parquet",
    "holdout_scores": "holdout/scores.parquet",
    "reference": "reference.json",
}
SUMMARY = "summary.json"


@job_kind("profile", queue="quick", timeout_s=300, memory_mb=6144)
class Profile(JobKind):
    """Describe a dataset version, column by column."""

    def prepare(self, job: Job, scratch: Path) -> ChildSpec:
        version = DatasetVersion.objects.get(pk=job.payload["version"])
        storage.copy_to(version.table_id, scratch / "table.parquet")
        return ChildSpec("experiments.tabular", {"path": "table.parquet", "format": "parquet"})

    def finish(self, job: Job, result: dict[str, Any], scratch: Path) -> dict[str, Any]:
        version = DatasetVersion.objects.get(pk=job.payload["version"])
        operations.store_profile(version=version, profile=result["profile"])
        return {"warnings": len(result["profile"]["warnings"])}


@job_kind("train", queue="training", timeout_s=600, memory_mb=4096)
class Train(JobKind):
    """Fit one estimator on a dataset version, and record the run."""

    def limits(self, job: Job) -> tuple[float, int]:
        training = Training.objects.get(run__run_id=job.payload["run"])
        return training.max_seconds, training.max_memory_mb

    def prepare(self, job: Job, scratch: Path) -> ChildSpec:
        training = operations.begin_training(job=job, now=_now())
        (scratch / OUT).mkdir()
        return ChildSpec("experiments.training", _spec(training, scratch))

    def message(self, job: Job, message: dict[str, Any]) -> None:
        if message["t"] != "metric":
            return
        value = message["value"]
        metric = MetricEntry(
            key=str(message["key"]),
            value=float("nan") if value is None else float(value),
            step=int(message["step"]),
            timestamp_ms=int(_now().timestamp() * 1000),
        )
        operations.measure_training(job=job, metric=metric, now=_now())

    def finish(self, job: Job, result: dict[str, Any], scratch: Path) -> dict[str, Any]:
        run = operations.finish_training(job=job, outcome=_outcome(result, scratch / OUT), now=_now())
        operations.conclude_reproduction(again=run)
        return {"run": run.run_id, "metrics": result["metrics"]}

    def failed(self, job: Job, failure: Failure) -> None:
        run = operations.fail_training(job=job, code=failure.code, message=failure.message, now=_now())
        operations.conclude_reproduction(again=run)


@job_kind(operations.EXPIRE_UPLOAD, queue="quick", is_routine=True)
class ExpireUpload(JobKind):
    """Forget an upload in parts a day after it began."""

    def run(self, job: Job, scratch: Path, report: Report) -> dict[str, Any]:
        operations.expire_upload(upload_id=job.payload["upload"], token=job.payload["token"])
        return {}


def _now() -> datetime:
    return datetime.now(UTC)


def _spec(training: Training, scratch: Path) -> dict[str, Any]:
    storage.copy_to(training.dataset_version.table_id, scratch / "data.parquet")
    if training.extra_version is not None:
        storage.copy_to(training.extra_version.table_id, scratch / "older.parquet")
    return recipes.spec_of(training) | {"out": OUT}


def _outcome(result: dict[str, Any], out: Path) -> Outcome:
    summary = {key: result[key] for key in ("rows", "features", "dropped", "importance", "interval", "notes")}
    (out / SUMMARY).write_text(json.dumps({"metrics": result["metrics"], **summary}, indent=2))
    files = {PLACES[name]: storage.put_path(out / filename) for name, filename in result["files"].items()}
    files[SUMMARY] = storage.put_path(out / SUMMARY)
    return Outcome(
        files=files,
        model=PLACES["model"],
        holdout=PLACES["holdout"],
        reference=PLACES["reference"],
        signature=json.loads((out / result["files"]["signature"]).read_text()),
        environment=json.loads((out / result["files"]["environment"]).read_text()),
        metrics=_metrics(result),
        summary={"rows": result["rows"]},
    )


def _metrics(result: dict[str, Any]) -> dict[str, float]:
    """The holdout's metrics, and the interval of the first of them as two more."""
    found = {key: float("nan") if value is None else float(value) for key, value in result["metrics"].items()}
    interval = result["interval"]
    if interval is not None:
        found[f"{interval['metric']}_low"] = interval["low"]
        found[f"{interval['metric']}_high"] = interval["high"]
    found["fit_seconds"] = result["fit_seconds"]
    return found
