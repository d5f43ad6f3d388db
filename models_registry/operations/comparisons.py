"""Writes about comparisons: begun with a review, filled in by their job."""

from datetime import datetime
from typing import Any

from django.db import transaction

from core import events, jobs
from core.models import Job, User
from models_registry import queries
from models_registry.enums import ReviewState
from models_registry.events import COMPARISON_FAILED, COMPARISON_FINISHED, COMPARISON_STARTED
from models_registry.models import Comparison, ModelVersion, RegisteredModel, Review


@transaction.atomic
def start_comparison(
    *, challenger: ModelVersion, champion: ModelVersion | None, by: User | None, now: datetime
) -> Comparison | None:
    """Compare two versions on the challenger's frozen holdout, in a job; without a champion, measure it alone.

    A comparison that was made already stands; one that failed is tried again. None when the challenger has no holdout.
    """
    yardstick = queries.yardstick_of(challenger)
    if yardstick is None:
        return None
    comparison, _ = Comparison.objects.select_for_update(no_key=True).get_or_create(
        challenger=challenger,
        champion=champion,
        holdout_digest=yardstick.holdout,
        defaults={"project_id": challenger.project_id, "created_at": now},
    )
    if comparison.result is not None or (comparison.job is not None and comparison.job.is_open):
        return comparison
    comparison.job = jobs.submit(
        "compare",
        project_id=challenger.project_id,
        by=by,
        payload={"comparison": comparison.pk},
        subject=comparison,
        unique_key=f"compare:{comparison.pk}",
    )
    comparison.error = ""
    comparison.save(update_fields=["job", "error"])
    events.record(COMPARISON_STARTED, comparison, by=by, **_facts(comparison))
    return comparison


def start_comparisons_of_open_reviews(*, model: RegisteredModel, by: User | None, now: datetime) -> None:
    """Every open review is about today's champion: when there is another, compare with that one too."""
    waiting = Review.objects.select_related("model_version__model", "deployment__live_version__model")
    for review in waiting.filter(model_version__model=model, state=ReviewState.OPEN).order_by("pk"):
        champion = queries.champion_for(review.model_version, review.deployment)
        start_comparison(challenger=review.model_version, champion=champion, by=by, now=now)


@transaction.atomic
def finish_comparison(*, job: Job, result: dict[str, Any]) -> Comparison | None:
    """Keep what the job found. None when the versions were deleted meanwhile."""
    comparison = _locked(job)
    if comparison is None:
        return None
    comparison.result = {key: value for key, value in result.items() if key != "t"}
    comparison.save(update_fields=["result"])
    events.record(
        COMPARISON_FINISHED, comparison, by=None, verdict=result.get("verdict", "alone"), **_facts(comparison)
    )
    return comparison


@transaction.atomic
def fail_comparison(*, job: Job, reason: str) -> None:
    comparison = _locked(job)
    if comparison is None:
        return
    comparison.error = reason[:500]
    comparison.save(update_fields=["error"])
    events.record(COMPARISON_FAILED, comparison, by=None, reason=comparison.error, **_facts(comparison))


def _locked(job: Job) -> Comparison | None:
    rows = Comparison.objects.select_for_update(no_key=True, of=("self",))
    return rows.select_related("challenger__model", "champion__model").filter(pk=job.payload["comparison"]).first()


def _facts(comparison: Comparison) -> dict[str, Any]:
    return {
        "challenger": comparison.challenger.public_id,
        "champion": comparison.champion.public_id if comparison.champion else None,
    }
