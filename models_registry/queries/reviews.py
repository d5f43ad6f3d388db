"""Reads of reviews and the comparisons they rest on."""

from django.db.models import QuerySet

from core.errors import NotFound
from core.models import User
from experiments.models import LatestMetric
from models_registry.enums import ReviewState
from models_registry.models import Approval, Comparison, Deployment, ModelVersion, Review
from models_registry.queries.registry import newest_approved
from projects.models import Project
from projects.queries import visible_projects
from projects.roles import Permission, roles_with


def visible_reviews(project: Project) -> QuerySet[Review]:
    return _with_all(Review.objects.filter(project=project))


def review_numbered(*, project: Project, number: int) -> Review:
    """Raises NotFound."""
    found = visible_reviews(project).filter(number=number).first()
    if found is None:
        raise NotFound(f"There is no review {number} in this project.")
    return found


def open_review(version: ModelVersion) -> Review | None:
    return _with_all(Review.objects.filter(model_version=version, state=ReviewState.OPEN)).first()


def reviews_of(version: ModelVersion) -> QuerySet[Review]:
    return _with_all(Review.objects.filter(model_version=version)).order_by("-pk")


def waiting_for(user: User) -> QuerySet[Review]:
    """Open reviews in projects where the user's role may decide, and which are not about the user's own work."""
    may_decide = visible_projects(user).filter(
        memberships__user=user, memberships__role__in=[str(role) for role in roles_with(Permission.REVIEW)]
    )
    waiting = Review.objects.filter(state=ReviewState.OPEN, project__in=may_decide.values("pk"))
    mine = (
        waiting.filter(author=user)
        | waiting.filter(requested_by=user)
        | waiting.filter(model_version__run__created_by=user)
    )
    return _with_all(waiting.exclude(pk__in=mine.values("pk"))).order_by("requested_at", "pk")


def approvals(review: Review) -> QuerySet[Approval]:
    return Approval.objects.filter(review=review).select_related("approver").order_by("pk")


def champion_for(version: ModelVersion, deployment: Deployment | None) -> ModelVersion | None:
    """What the version has to beat: what serves now, else the newest approved version of the model."""
    if deployment is not None and deployment.live_version_id != version.pk:
        return deployment.live_version
    return newest_approved(version.model, other_than=version)


def comparison_of(*, challenger: ModelVersion, champion: ModelVersion | None, holdout_digest: str) -> Comparison | None:
    rows = Comparison.objects.select_related("champion__model", "challenger__model", "job")
    return rows.filter(challenger=challenger, champion=champion, holdout_digest=holdout_digest).first()


def comparison_decided_on(review: Review) -> Comparison | None:
    """The newest comparison that stood when the review was decided."""
    rows = Comparison.objects.select_related("champion__model", "challenger__model", "job")
    rows = rows.filter(challenger=review.model_version, result__isnull=False)
    rows = rows.filter(created_at__lte=review.decided_at) if review.decided_at else rows
    return rows.order_by("-pk").first()


def metrics_of_run(version: ModelVersion) -> list[tuple[str, float]]:
    """What the version's run measured, by name."""
    rows = LatestMetric.objects.filter(run=version.run_id).order_by("key__name")
    return list(rows.values_list("key__name", "value")) if version.run_id else []


def _with_all(rows: QuerySet[Review]) -> QuerySet[Review]:
    return rows.select_related(
        "project",
        "model_version__model",
        "model_version__run__experiment",
        "model_version__logged_model",
        "deployment__live_version__model",
        "author",
        "requested_by",
        "decided_by",
    )
