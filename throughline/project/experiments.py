"""Data, trainings, jobs and runs."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from throughline import answers
from throughline.calls import Calls
from throughline.errors import Failed
from throughline.waiting import each

Told = Callable[[answers.Job | None, answers.WholeRun], None]


class Experiments(Calls):
    def datasets(self) -> Iterator[answers.Dataset]:
        return self._pages(answers.Dataset, "datasets")

    def dataset_versions(self, name: str) -> Iterator[answers.DatasetVersion]:
        return self._pages(answers.DatasetVersion, "datasets", name, "versions")

    def dataset_version(self, name: str, number: int | None = None) -> answers.ProfiledDatasetVersion:
        """One version with its profile, which is None until it is computed; the latest if no number is given."""
        if number is None:
            number = next(self.dataset_versions(name)).number
        return self._get(answers.ProfiledDatasetVersion, "datasets", name, "versions", number)

    def upload(self, file: str | Path, *, name: str | None = None, note: str = "") -> answers.DatasetVersion:
        """A CSV or Parquet file becomes the next version of the dataset `name` (else: of the file's name)."""
        path = Path(file)
        return self._upload(answers.DatasetVersion, path, "datasets", name=name or path.stem, note=note)

    def wait_for_profile(self, name: str, number: int, *, timeout: float = 600.0) -> answers.DatasetVersion:
        """Until its profile is there. Raises TookTooLong."""
        asked = each(
            lambda: self.dataset_version(name, number), timeout=timeout, what=f"The profile of {name}@v{number}"
        )
        return next(version for version in asked if version.is_profiled)

    def download(self, name: str, number: int, to: str | Path) -> Path:
        """The file as it was uploaded, byte for byte."""
        return self._download(Path(to), "datasets", name, "versions", number, "file")

    def train(
        self,
        dataset: str,
        *,
        target: str,
        estimator: str,
        number: int | None = None,
        settings: Mapping[str, Any] | None = None,
        **given: Any,
    ) -> "Training":
        """Queue a training on a version of a dataset (the latest, if no `number` is given).

        Also `experiment`, `run_name`, `seed`, `max_seconds`, `max_memory_mb`. `.wait()` returns its run.
        """
        if number is None:
            number = next(self.dataset_versions(dataset)).number
        asked = {"dataset": dataset, "number": number, "target": target, "estimator": estimator, **given}
        return Training(self, self._post(answers.Training, "training-jobs", settings=dict(settings or {}), **asked))

    def trainings(self) -> Iterator[answers.Training]:
        return self._pages(answers.Training, "training-jobs")

    def jobs(self, *, state: str | None = None, kind: str | None = None) -> Iterator[answers.Job]:
        return self._pages(answers.Job, "jobs", state=state, kind=kind)

    def job(self, id: int) -> answers.Job:
        return self._get(answers.Job, "jobs", id)

    def wait_for_job(
        self, id: int, *, timeout: float | None = None, told: Callable[[answers.Job], None] | None = None
    ) -> answers.Job:
        """Until it has ended; `told` hears of each state on the way. Raises Failed when it did, or was cancelled."""
        for job in each(lambda: self.job(id), timeout=timeout, what=f"Job {id}"):
            if told is not None:
                told(job)
            if job.has_ended:
                return _succeeded(job)
        raise AssertionError("unreachable")

    def cancel_job(self, id: int) -> answers.Job:
        return self._post(answers.Job, "jobs", id, "cancel")

    def job_log(self, id: int) -> Iterator[answers.Log]:
        """What the job said, from its beginning."""
        return self._pages(answers.Log, "jobs", id, "log")

    def runs(
        self, *, experiment: str | None = None, status: str | None = None, filter: str | None = None
    ) -> Iterator[answers.Run]:
        """The runs with the latest value of each metric; `filter` is e.g. `metrics.auc > 0.9 OR params.depth = '3'`."""
        return self._pages(answers.Run, "runs", experiment=experiment, status=status, filter=filter)

    def run(self, run_id: str) -> answers.WholeRun:
        return self._get(answers.WholeRun, "runs", run_id)

    def metric_history(self, run_id: str, key: str) -> Iterator[answers.Metric]:
        """Every point of a metric, by step and time."""
        return self._pages(answers.Metric, "runs", run_id, "metrics", key, limit=1000)

    def artifacts(self, run_id: str) -> Iterator[answers.Artifact]:
        return self._pages(answers.Artifact, "runs", run_id, "artifacts")

    def download_artifact(self, run_id: str, path: str, to: str | Path) -> Path:
        return self._download(Path(to), "runs", run_id, "artifacts", path)


class Training:
    """A training that was queued: what the API told of it, and waiting for its end."""

    def __init__(self, project: Experiments, answer: answers.Training) -> None:
        self._project, self.answer = project, answer
        self.run_id = answer.run_id

    def run(self) -> answers.WholeRun:
        """Its run as it is now."""
        return self._project.run(self.run_id)

    def job(self) -> answers.Job | None:
        return self._project.job(self.answer.job.id) if self.answer.job else None

    def cancel(self) -> None:
        if self.answer.job:
            self._project.cancel_job(self.answer.job.id)

    def wait(self, *, timeout: float | None = None, told: Told | None = None) -> answers.WholeRun:
        """The finished run. `told` hears of the job and the run on the way. Raises Failed, with the reason."""
        for job, run in each(lambda: (self.job(), self.run()), timeout=timeout, what=f"Run {self.run_id}"):
            if told is not None:
                told(job, run)
            if run.has_ended and (job is None or job.has_ended):
                return _finished(run)
        raise AssertionError("unreachable")


def _finished(run: answers.WholeRun) -> answers.WholeRun:
    if run.status == "FINISHED":
        return run
    how = "was cancelled" if run.status == "KILLED" else "failed"
    raise Failed(f"Run {run.run_id}: {run.failure}" if run.failure else f"Run {run.run_id} {how}.", run)


def _succeeded(job: answers.Job) -> answers.Job:
    if job.state == "succeeded":
        return job
    how = "was cancelled" if job.state == "cancelled" else "failed"
    named = f"Job {job.id} ({job.kind})"
    raise Failed(f"{named}: {job.error.message}" if job.error else f"{named} {how}.", job)
