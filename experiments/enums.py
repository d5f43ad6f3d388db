"""Statuses of runs, logged models and dataset versions."""

from django.db.models import TextChoices

from core.flow import Flow, step


class RunStatus(TextChoices):
    """MLflow's own words, so that a client's value is ours."""

    SCHEDULED = "SCHEDULED", "Scheduled"
    RUNNING = "RUNNING", "Running"
    FINISHED = "FINISHED", "Finished"
    FAILED = "FAILED", "Failed"
    KILLED = "KILLED", "Killed"


_ENDED = [RunStatus.FINISHED, RunStatus.FAILED, RunStatus.KILLED]
_OPEN = [RunStatus.SCHEDULED, RunStatus.RUNNING]

# MLflow lets a client resume a run that has ended, and end it again.
RUN_FLOW = Flow(
    RunStatus,
    initial=RunStatus.SCHEDULED,
    steps=[
        step("start", frm=[RunStatus.SCHEDULED, *_ENDED], to=RunStatus.RUNNING),
        step("reschedule", frm=[RunStatus.RUNNING], to=RunStatus.SCHEDULED),
        step("finish", frm=_OPEN, to=RunStatus.FINISHED),
        step("fail", frm=_OPEN, to=RunStatus.FAILED),
        step("kill", frm=_OPEN, to=RunStatus.KILLED),
    ],
)


class RunSource(TextChoices):
    TRAINING = "training", "Trained here"
    MLFLOW = "mlflow", "Logged by an MLflow client"


class Lifecycle(TextChoices):
    ACTIVE = "active", "Active"
    DELETED = "deleted", "Deleted"


LIFECYCLE_FLOW = Flow(
    Lifecycle,
    initial=Lifecycle.ACTIVE,
    steps=[
        step("delete", frm=[Lifecycle.ACTIVE], to=Lifecycle.DELETED),
        step("restore", frm=[Lifecycle.DELETED], to=Lifecycle.ACTIVE),
    ],
)


class LoggedModelStatus(TextChoices):
    PENDING = "LOGGED_MODEL_PENDING", "Pending"
    READY = "LOGGED_MODEL_READY", "Ready"
    UPLOAD_FAILED = "LOGGED_MODEL_UPLOAD_FAILED", "Upload failed"


LOGGED_MODEL_FLOW = Flow(
    LoggedModelStatus,
    initial=LoggedModelStatus.PENDING,
    steps=[
        step("finalize", frm=[LoggedModelStatus.PENDING], to=LoggedModelStatus.READY),
        step("fail", frm=[LoggedModelStatus.PENDING], to=LoggedModelStatus.UPLOAD_FAILED),
    ],
)


class DatasetOrigin(TextChoices):
    UPLOAD = "upload", "Uploaded"
    LABELLED_PREDICTIONS = "labelled_predictions", "Labelled predictions"


class TraceState(TextChoices):
    """MLflow's words."""

    UNKNOWN = "STATE_UNSPECIFIED", "Unknown"
    IN_PROGRESS = "IN_PROGRESS", "In progress"
    OK = "OK", "OK"
    ERROR = "ERROR", "Error"
