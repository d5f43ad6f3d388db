"""Statuses of model versions, reviews and deployments."""

from django.db.models import TextChoices

from core.flow import Flow, step


class VersionState(TextChoices):
    CANDIDATE = "candidate", "Candidate"
    IN_REVIEW = "in_review", "In review"
    APPROVED = "approved", "Approved"
    CHANGES_REQUESTED = "changes_requested", "Changes requested"
    ARCHIVED = "archived", "Archived"


_V = VersionState

VERSION_FLOW = Flow(
    VersionState,
    initial=_V.CANDIDATE,
    steps=[
        step("request_review", frm=[_V.CANDIDATE, _V.CHANGES_REQUESTED], to=_V.IN_REVIEW),
        step("approve", frm=[_V.IN_REVIEW], to=_V.APPROVED),
        step("request_changes", frm=[_V.IN_REVIEW], to=_V.CHANGES_REQUESTED),
        step("withdraw", frm=[_V.IN_REVIEW], to=_V.CANDIDATE),
        step("revise", frm=[_V.IN_REVIEW, _V.APPROVED], to=_V.CANDIDATE),
        step("archive", frm=[_V.CANDIDATE, _V.APPROVED, _V.CHANGES_REQUESTED], to=_V.ARCHIVED),
    ],
)


class ReviewState(TextChoices):
    OPEN = "open", "Waiting for approval"
    APPROVED = "approved", "Approved"
    CHANGES_REQUESTED = "changes_requested", "Changes requested"
    WITHDRAWN = "withdrawn", "Withdrawn"
    STALE = "stale", "Dismissed: the version changed"


_R = ReviewState

REVIEW_FLOW = Flow(
    ReviewState,
    initial=_R.OPEN,
    steps=[
        step("approve", frm=[_R.OPEN], to=_R.APPROVED),
        step("request_changes", frm=[_R.OPEN], to=_R.CHANGES_REQUESTED),
        step("withdraw", frm=[_R.OPEN], to=_R.WITHDRAWN),
        step("dismiss", frm=[_R.OPEN, _R.APPROVED], to=_R.STALE),
    ],
)


class DeploymentState(TextChoices):
    LIVE = "live", "Live"
    PAUSED = "paused", "Paused"
    RETIRED = "retired", "Retired"


_D = DeploymentState

DEPLOYMENT_FLOW = Flow(
    DeploymentState,
    initial=_D.LIVE,
    steps=[
        step("pause", frm=[_D.LIVE], to=_D.PAUSED),
        step("resume", frm=[_D.PAUSED], to=_D.LIVE),
        step("retire", frm=[_D.LIVE, _D.PAUSED], to=_D.RETIRED),
    ],
)


class ModelFormat(TextChoices):
    SKOPS = "skops", "skops"
    PICKLE = "pickle", "Pickle (runs code when loaded)"
    OTHER = "other", "Other"


class Decision(TextChoices):
    APPROVE = "approve", "Approved"
    REQUEST_CHANGES = "request_changes", "Requested changes"


class WebhookStatus(TextChoices):
    """MLflow's words."""

    ACTIVE = "ACTIVE", "Active"
    DISABLED = "DISABLED", "Disabled"
