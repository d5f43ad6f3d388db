"""The kinds of jobs: checking the windows that are over, and gathering labelled rows to retrain on.

Neither loads a model or reads a file that somebody sent, so both work in the worker's own thread.
"""

from datetime import datetime
from pathlib import Path
from typing import Any

from core import storage
from core.errors import Conflict
from core.jobs import Failure, JobKind, Report, database_now, job_kind, submit
from core.models import Job
from monitoring import operations, queries
from monitoring.models import Monitor, Retraining
from monitoring.operations.monitors import CHECK_DRIFT
from monitoring.operations.retrainings import GATHER_LABELS
from projects import operations as projects

READ_INDICATORS = "read_indicators"

# The newest labelled predictions that a retraining learns from, at most.
MAX_LABELLED_ROWS = 50_000
TABLE = "labelled.parquet"


@job_kind(CHECK_DRIFT, queue="quick", timeout_s=300, is_routine=True)
class CheckDrift(JobKind):
    """Check each window since the watermark that is over, and act on what they say together.

    A worker that dies in it has kept nothing; its successor computes the same reports from the same rows.
    """

    def run(self, job: Job, scratch: Path, report: Report) -> dict[str, Any]:
        from monitoring.checking import window_reports  # noqa: PLC0415 (NumPy and SciPy, only where they compute)

        monitor = _monitor(job)
        found, watermark = window_reports(monitor, now=database_now())
        report.progress(0.9, f"{len(found)} windows checked")
        return {"plan": queries.plan_of(monitor), "reports": found, "watermark": watermark}

    def finish(self, job: Job, result: dict[str, Any], scratch: Path) -> dict[str, Any]:
        from monitoring.checking import performance_due  # noqa: PLC0415 (as above)

        monitor, now = _monitor(job), database_now()
        windows = operations.record_windows(
            monitor=monitor,
            plan=result["plan"],
            reports=result["reports"],
            watermark=result["watermark"],
            now=now,
        )
        operations.record_performance(found=performance_due(monitor))
        _go_on(monitor)
        _read_indicators(monitor, at=result["watermark"])
        return {"windows": {window.started_at.isoformat(): window.state for window in windows}}


@job_kind(READ_INDICATORS, queue="quick", timeout_s=60, is_routine=True)
class ReadIndicators(JobKind):
    """Measure for the risks that are bound to a deployment, after a check has kept what it found."""

    def run(self, job: Job, scratch: Path, report: Report) -> dict[str, Any]:
        monitor = _monitor(job)
        at = datetime.fromisoformat(job.payload["at"])
        read = projects.read_indicators(project=monitor.project, subject=monitor.deployment.name, at=at)
        return {"read": read}


@job_kind(GATHER_LABELS, queue="quick", timeout_s=300)
class GatherLabels(JobKind):
    """Write the newest labelled predictions as a table like the champion's data, and begin the training on it."""

    def run(self, job: Job, scratch: Path, report: Report) -> dict[str, Any]:
        from monitoring.windows.labelled import write_like  # noqa: PLC0415 (Polars, only where it writes)

        retraining = _retraining(job)
        deployment = retraining.monitor.deployment
        champion = queries.champion_training(deployment.live_version)
        if champion is None:
            raise Conflict(f"{deployment.live_version} was not trained here.", code="not_retrainable")
        rows = queries.labelled_rows(deployment, retraining.labels_since, limit=MAX_LABELLED_ROWS)
        report.progress(0.5, f"{len(rows):,} labelled predictions")
        with storage.local_path(champion.dataset_version.table_id) as like:
            write_like(like, rows, target=champion.target, out=scratch / TABLE)
        return {"rows": len(rows)}

    def finish(self, job: Job, result: dict[str, Any], scratch: Path) -> dict[str, Any]:
        retraining = operations.begin_training(
            retraining=_retraining(job), table=scratch / TABLE, rows=result["rows"], now=database_now()
        )
        assert retraining.run is not None
        return {"rows": result["rows"], "run": retraining.run.run_id}

    def failed(self, job: Job, failure: Failure) -> None:
        retraining = _retraining(job)
        if retraining.is_open:
            operations.fail_retraining(retraining=retraining, note=failure.message, now=database_now())


def _go_on(monitor: Monitor) -> None:
    """What an event may have been too early for: an alert inside the cool-down, labels that came one by one."""
    alert, retraining = queries.open_alert(monitor), queries.open_retraining(monitor)
    if retraining is not None:
        operations.train_when_labelled(retraining=retraining)
    elif alert is not None:
        operations.answer_alert(alert=alert, now=database_now())


def _read_indicators(monitor: Monitor, *, at: datetime) -> None:
    """A job of its own: what a reading locks must not be locked under the windows of a check."""
    payload = {"monitor": monitor.pk, "at": at.isoformat()}
    key = f"read_indicators:{monitor.pk}:{payload['at']}"
    submit(READ_INDICATORS, project_id=monitor.project_id, by=None, payload=payload, unique_key=key)


def _monitor(job: Job) -> Monitor:
    return Monitor.objects.select_related("deployment__live_version", "project").get(pk=job.payload["monitor"])


def _retraining(job: Job) -> Retraining:
    return Retraining.objects.select_related("monitor__deployment__live_version").get(pk=job.payload["retraining"])
