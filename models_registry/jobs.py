"""The registry's jobs."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from core import outbound, storage
from core.errors import Conflict
from core.jobs import ChildSpec, Failure, JobKind, Report, database_now, job_kind
from core.models import Job
from models_registry import operations, queries
from models_registry.checks import metric_of
from models_registry.enums import WebhookStatus
from models_registry.model_cache import complete_signature, put_files
from models_registry.models import Comparison, Deployment, Evaluation, ModelVersion, ServingMinute, Webhook
from models_registry.serving_counts import METRICS as METRICS_OF_SERVING
from models_registry.serving_counts import READ_SERVING
from projects import operations as projects
from projects.queries import scope_of

METRICS = ("average_precision", "roc_auc", "recall_at_1pct_fpr", "log_loss", "brier", "accuracy", "f1")
SHOWN = METRICS[:5]
# As long as the longest window of an indicator.
KEPT = timedelta(days=91)


@job_kind("compare", queue="quick", timeout_s=300, memory_mb=4096)
class Compare(JobKind):
    """Score champion and challenger on the challenger's frozen holdout, in a child that has no database."""

    def prepare(self, job: Job, scratch: Path) -> ChildSpec | None:
        rows = Comparison.objects.select_related("project", "challenger__model", "champion__model")
        comparison = rows.get(pk=job.payload["comparison"])
        yardstick = queries.yardstick_of(comparison.challenger)
        assert yardstick is not None, "a comparison is made of a version that has a holdout"
        storage.copy_to(comparison.holdout_digest, scratch / "holdout.parquet")
        spec: dict[str, Any] = {
            "holdout_path": "holdout.parquet",
            "target": yardstick.target,
            "metrics": metrics_for(metric_of(scope_of(comparison.project))),
            **_place(comparison.challenger, "challenger", scratch),
            **_place(comparison.champion, "champion", scratch),
        }
        return ChildSpec(module="models_registry.comparison", spec=spec)

    def finish(self, job: Job, result: dict[str, Any], scratch: Path) -> dict[str, Any]:
        operations.finish_comparison(job=job, result=result)
        return {"verdict": result.get("verdict", "alone")}

    def failed(self, job: Job, failure: Failure) -> None:
        operations.fail_comparison(job=job, reason=failure.message)


@job_kind("hold_out", queue="quick", timeout_s=300, memory_mb=4096)
class HoldOut(JobKind):
    """Make what a version that was trained elsewhere is judged by, in a child that has no database."""

    def prepare(self, job: Job, scratch: Path) -> ChildSpec | None:
        rows = Evaluation.objects.select_related("version__project", "dataset_version")
        chosen = rows.filter(pk=job.payload["evaluation"]).first()
        if chosen is None or chosen.job_id != job.pk:
            return None
        storage.copy_to(chosen.dataset_version.table_id, scratch / "table.parquet")
        (scratch / "out").mkdir()
        (scratch / "model").mkdir()
        put_files(chosen.version, scratch / "model")
        spec = {"table_path": "table.parquet", "target": chosen.target, "model": "model", "out": "out"}
        return ChildSpec(module="models_registry.evaluation", spec=spec)

    def finish(self, job: Job, result: dict[str, Any], scratch: Path) -> dict[str, Any]:
        made = {name: storage.put_path(scratch / "out" / file) for name, file in result["files"].items()}
        operations.finish_evaluation(
            job=job, signature=result["signature"], rows=result["rows"], now=datetime.now(UTC), **made
        )
        return {"rows": result["rows"]}

    def failed(self, job: Job, failure: Failure) -> None:
        operations.fail_evaluation(job=job, reason=failure.message)


@job_kind(READ_SERVING, queue="quick", timeout_s=60, is_routine=True)
class ReadServing(JobKind):
    """Measure a deployment for the risks that are bound to its errors and latency; forget what is too old for that."""

    def run(self, job: Job, scratch: Path, report: Report) -> dict[str, Any]:
        now, found = database_now(), Deployment.objects.select_related("project").get(pk=job.payload["deployment"])
        ServingMinute.objects.filter(deployment=found, minute__lt=now - KEPT).delete()
        read = projects.read_indicators(project=found.project, subject=found.name, at=now, metrics=METRICS_OF_SERVING)
        return {"read": read}


@job_kind(operations.DELIVER_WEBHOOK, queue="quick", max_attempts=7, is_routine=True)
class DeliverWebhook(JobKind):
    """Tell one webhook of one event. What was not taken is told again: after 2, 4, 8 ... 64 seconds."""

    def run(self, job: Job, scratch: Path, report: Report) -> dict[str, Any]:
        said = job.payload
        webhook = Webhook.objects.filter(pk=said["webhook"], status=WebhookStatus.ACTIVE).first()
        if webhook is None:
            return {"skipped": "the webhook was deleted or disabled"}
        try:
            answer = operations.send_webhook(
                webhook=webhook, event=said["event"], data=said["data"], at=said["at"], delivery=said["delivery"]
            )
        except outbound.Blocked as error:  # it would be blocked again
            raise Conflict(f"{webhook.url} was not called: {error}.", code="blocked_address") from None
        if not 200 <= answer.status < 300:
            raise outbound.Failed(f"{webhook.url} answered {answer.status}")
        return {"status": answer.status}


def metrics_for(wanted: str) -> list[str]:
    """The scope's metric first, where it is one that can be computed."""
    first = [wanted] if wanted in METRICS else []
    return [*first, *(name for name in SHOWN if name != wanted)]


def _place(version: ModelVersion | None, name: str, scratch: Path) -> dict[str, Any]:
    if version is None:
        return {f"{name}_model": None, f"{name}_signature": None}
    (scratch / name).mkdir()
    put_files(version, scratch / name)
    return {f"{name}_model": name, f"{name}_signature": complete_signature(version)}
