"""Reads of reviews and the comparisons they rest on."""

from collections.abc import Iterable, Mapping

from django.db.models import Max, Q, QuerySet

from core.errors import NotFound
from core.models import Event, User
from experiments.models import LatestMetric
from models_registry.enums import Decision, ReviewState
from models_registry.events import REVIEW_SHOWN, VERSION_CREATED, VERSION_REVISED, VERSION_UPDATED
from models_registry.models import Approval, Comparison, Deployment, ModelVersion, Review
from models_registry.queries.registry import newest_approved
from projects import policies
from projects.models import Membership, PolicyVersion, Project
from projects.queries import delegated_roles
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
    kept = policies.policies_of(Membership.objects.filter(user=user).values_list("project", flat=True))
    return _with_all(undecided_by(user, kept)).order_by("requested_at", "pk")


def undecided_by(user: User, kept: Mapping[int, PolicyVersion]) -> QuerySet[Review]:
    """The same by who has read the policies of the user's projects already, without what the reviews are about."""
    roles = list(Membership.objects.filter(user=user).values_list("project", "role"))
    roles += delegated_roles(user)
    may_decide = [pk for pk, role in roles if pk in kept and role in _deciding_roles(kept[pk])]
    waiting = Review.objects.filter(state=ReviewState.OPEN, project__in=may_decide)
    mine = Q(author=user) | Q(requested_by=user) | Q(model_version__run__created_by=user)
    return waiting.exclude(pk__in=waiting.filter(mine).values("pk"))


def _deciding_roles(policy: PolicyVersion) -> set[str]:
    """Those that the policy names; else whichever may review."""
    named = {role for rule in policies.read(policy).validation.approvals for role in rule.roles}
    return named or {str(role) for role in roles_with(Permission.REVIEW)}


def approvals(review: Review) -> QuerySet[Approval]:
    found = Approval.objects.filter(review=review).select_related("approver", "delegation__given_by")
    return found.order_by("pk")


def approval_numbered(review: Review, number: int) -> Approval:
    """Raises NotFound."""
    found = approvals(review).filter(pk=number).first()
    if found is None:
        raise NotFound(f"There is no decision {number} in this review.")
    found.review = review
    return found


def changes_of(version: ModelVersion) -> QuerySet[Event]:
    """What was done to a version by somebody."""
    return Event.objects.filter(
        type__in=[VERSION_CREATED, VERSION_REVISED, VERSION_UPDATED],
        stream_id=version.project_id,
        subject_type="modelversion",
        subject_id=version.public_id,
        actor__isnull=False,
    )


def last_approval(review: Review) -> Approval | None:
    """The one with which its version was approved, if it was; also when it was withdrawn since."""
    return Approval.objects.filter(review=review, decision=Decision.APPROVE).order_by("pk").last()


def approvals_of(versions: Iterable[ModelVersion]) -> dict[int, Approval]:
    """By the version's primary key, the last of those with which it was approved, as it stands."""
    rows = Approval.objects.filter(review__model_version__in=versions, review__state=ReviewState.APPROVED)
    rows = rows.filter(decision=Decision.APPROVE, withdrawn_at=None).select_related("review")
    return {one.review.model_version_id: one for one in rows.order_by("pk")}


def contributors_to(version: ModelVersion) -> list[int]:
    """Who trained, logged, made or changed it: users' ids, the last to change it last."""
    changed = changes_of(version).values("actor_id").annotate(last=Max("seq")).order_by("last")
    makers = [one.created_by_id for one in (version.run, version.logged_model, version) if one is not None]
    actors = [row["actor_id"] for row in changed]
    return [one for one in makers if one is not None and one not in actors] + actors


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


def metrics_of_runs(versions: Iterable[ModelVersion]) -> dict[int, dict[str, float]]:
    """What the runs of these versions measured, by the run's primary key and by name."""
    found: dict[int, dict[str, float]] = {}
    rows = LatestMetric.objects.filter(run__in={one.run_id for one in versions if one.run_id})
    for run_id, name, value in rows.values_list("run_id", "key__name", "value"):
        found.setdefault(run_id, {})[name] = value
    return found


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


def evidence_shown(review: Review, to: User) -> str | None:
    """The digest of what this person was last shown of the review where a protocol cannot say what they saw."""
    shown = Event.objects.filter(
        stream_id=review.project_id,
        subject_type="review",
        subject_id=review.public_id,
        type=REVIEW_SHOWN,
        actor_id=to.pk,
    )
    found: str | None = shown.order_by("-seq").values_list("data__evidence", flat=True).first()
    return found
