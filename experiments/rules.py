"""Who may add data, train and log: a reason why not, or None."""

from core.models import Job, User
from experiments.enums import Lifecycle, RunSource, RunStatus
from experiments.models import Run, RunComment, Upload
from projects import rules
from projects.roles import Permission


def why_not_add_data(user: User | None, project_id: int) -> str | None:
    return rules.why_not(user, Permission.ADD_DATA, project_id)


def why_not_train(user: User | None, project_id: int) -> str | None:
    """Also who may make experiments and runs, and log to them."""
    return rules.why_not(user, Permission.TRAIN, project_id)


def why_not_log(user: User | None, run: Run) -> str | None:
    """Metrics, params, files and status of a run that was trained here come from its worker alone: its record is
    evidence. Tags are anybody's who may train.
    """
    if user is not None and run.source == RunSource.TRAINING:
        return "This run was trained here: only its worker writes its metrics, params, files and status."
    return why_not_train(user, run.project_id)


def why_not_reproduce(user: User | None, run: Run) -> str | None:
    """Why this run cannot be run again here, by anybody or by this person."""
    if run.source != RunSource.TRAINING:
        return "A client logged this run: its code and its data are elsewhere. Take it as an MLflow Project instead."
    if run.lifecycle != Lifecycle.ACTIVE:
        return "This run is deleted. Restore it first."
    if run.status != RunStatus.FINISHED:
        return f"There is nothing to compare with: this run is {run.get_status_display().lower()}."
    return why_not_train(user, run.project_id)


def why_not_comment(user: User | None, comment: RunComment) -> str | None:
    """Whoever works on the project or decides about its models."""
    works = rules.why_not(user, Permission.PLAN, comment.project_id)
    return works and rules.why_not(user, Permission.REVIEW, comment.project_id)


def why_not_cancel(user: User | None, job: Job) -> str | None:
    """Whoever may train may cancel any job of the project."""
    if job.project_id is None:
        return "This job belongs to no project."
    return rules.why_not(user, Permission.TRAIN, job.project_id)


def why_not_end_upload(user: User, upload: Upload) -> str | None:
    """Whoever began an upload in parts ends it."""
    if user.pk != upload.created_by_id:
        return "Only whoever began an upload may complete or abort it."
    return why_not_train(user, upload.project_id)
