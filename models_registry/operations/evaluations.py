"""Writes about the data on which versions that were trained elsewhere are judged."""

from datetime import datetime
from typing import Any

from django.db import transaction

from core import events, jobs
from core.errors import Conflict, Invalid
from core.models import Blob, Job, User
from core.rules import require
from experiments.models import DatasetVersion
from models_registry import queries, rules
from models_registry.enums import ModelFormat, VersionState
from models_registry.events import EVALUATION_CHOSEN, EVALUATION_FAILED, EVALUATION_PREPARED
from models_registry.models import Evaluation, ModelVersion
from models_registry.operations.comparisons import start_comparison
from models_registry.operations.locking import locked_version

HOLD_OUT_JOB = "hold_out"


@transaction.atomic
def choose_evaluation(
    *, version: ModelVersion, dataset_version: DatasetVersion, target: str, by: User | None, now: datetime
) -> Evaluation:
    """Say on which data a version that was trained elsewhere is judged. A job holds rows out of them, by their content,
    and sees that the model can predict them; a review that is open is compared on them.

    Raises NotAllowed, Invalid (`foreign`, `target_missing`), Conflict (`trained_here`, `not_servable`, `decided` when
    the version is approved or archived, `judged` when an open review rests on data that were chosen before).
    """
    version = locked_version(version)
    require(rules.why_not_evaluate(by, version.project_id))
    _require_open(version)
    _check_data(version, dataset_version, target)
    chosen, _ = Evaluation.objects.update_or_create(
        version=version,
        defaults={
            "project_id": version.project_id,
            "dataset_version": dataset_version,
            "target": target,
            "holdout": None,
            "reference": None,
            "signature": None,
            "rows": {},
            "error": "",
            "created_by": by,
            "created_at": now,
        },
    )
    chosen.job = jobs.submit(
        HOLD_OUT_JOB, project_id=version.project_id, by=by, payload={"evaluation": chosen.pk}, subject=version
    )
    chosen.save(update_fields=["job"])
    events.record(EVALUATION_CHOSEN, version, by=by, data=str(dataset_version), target=target)
    return chosen


@transaction.atomic
def finish_evaluation(
    *, job: Job, holdout: Blob, reference: Blob, signature: dict[str, Any], rows: dict[str, int], now: datetime
) -> Evaluation | None:
    """Keep what the job made, and compare on it if a review waits. None when other data were chosen meanwhile."""
    found = _locked(job)
    if found is None:
        return None
    found.holdout, found.reference, found.signature, found.rows = holdout, reference, signature, rows
    found.save(update_fields=["holdout", "reference", "signature", "rows"])
    events.record(EVALUATION_PREPARED, found.version, by=None, data=str(found.dataset_version), **rows)
    review = queries.open_review(found.version)
    if review is not None:
        champion = queries.champion_for(found.version, review.deployment)
        start_comparison(challenger=found.version, champion=champion, by=None, now=now)
    return found


@transaction.atomic
def fail_evaluation(*, job: Job, reason: str) -> None:
    found = _locked(job)
    if found is None:
        return
    found.error = reason[:500]
    found.save(update_fields=["error"])
    events.record(EVALUATION_FAILED, found.version, by=None, data=str(found.dataset_version), reason=found.error)


def _locked(job: Job) -> Evaluation | None:
    rows = Evaluation.objects.select_for_update(no_key=True, of=("self",))
    rows = rows.select_related("version__model", "version__project", "dataset_version__dataset")
    return rows.filter(pk=job.payload["evaluation"], job=job).first()


def _require_open(version: ModelVersion) -> None:
    if queries.training_of(version) is not None:
        raise Conflict(f"{version} was trained here and is judged on its own holdout.", code="trained_here")
    if version.format != ModelFormat.SKOPS or version.model_blob_id is None:
        raise Conflict(
            f"{version} cannot be judged here: its format is {version.get_format_display()}. Only skops files are"
            " loaded.",
            code="not_servable",
        )
    if version.state in (VersionState.APPROVED, VersionState.ARCHIVED):
        state = version.get_state_display().lower()
        raise Conflict(f"{version} is {state}: what it was judged on stays.", code="decided")
    if version.state == VersionState.IN_REVIEW and queries.yardstick_of(version) is not None:
        raise Conflict(f"The open review of {version} rests on the data chosen before: withdraw it.", code="judged")


def _check_data(version: ModelVersion, data: DatasetVersion, target: str) -> None:
    if data.project_id != version.project_id:
        raise Invalid("This dataset version belongs to another project.", field="dataset", code="foreign")
    names = [column["name"] for column in data.columns]
    if target not in names:
        shown = ", ".join(names[:12]) + (f" and {len(names) - 12} more" if len(names) > 12 else "")
        raise Invalid(f"{data} has no column {target[:80]!r}; it has {shown}.", field="target", code="target_missing")
