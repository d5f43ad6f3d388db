"""Statuses of drift windows, alerts and retrainings."""

from django.db.models import TextChoices

from core.flow import Flow, step


class WindowState(TextChoices):
    STABLE = "stable", "Stable"
    DRIFTED = "drifted", "Drifted"
    INSUFFICIENT_DATA = "insufficient_data", "Too few rows"
    NO_REFERENCE = "no_reference", "No training data to compare with"

    @classmethod
    def judged(cls) -> list["WindowState"]:
        """Those that say something: the others neither confirm nor clear."""
        return [cls.STABLE, cls.DRIFTED]


class AlertKind(TextChoices):
    DRIFT = "drift", "Drift"


class AlertState(TextChoices):
    OPEN = "open", "Open"
    ACKNOWLEDGED = "acknowledged", "Acknowledged"
    RESOLVED = "resolved", "Resolved"

    @classmethod
    def open(cls) -> list["AlertState"]:
        return [cls.OPEN, cls.ACKNOWLEDGED]


_A = AlertState

ALERT_FLOW = Flow(
    AlertState,
    initial=_A.OPEN,
    steps=[
        step("acknowledge", frm=[_A.OPEN], to=_A.ACKNOWLEDGED),
        step("resolve", frm=[_A.OPEN, _A.ACKNOWLEDGED], to=_A.RESOLVED),
    ],
)


class RetrainingState(TextChoices):
    WAITING_FOR_LABELS = "waiting_for_labels", "Waiting for labels"
    TRAINING = "training", "Training"
    IN_REVIEW = "in_review", "In review"
    NOT_BETTER = "not_better", "Not better than the champion"
    DEPLOYED = "deployed", "Deployed"
    DECLINED = "declined", "Declined by review"
    FAILED = "failed", "Failed"

    @classmethod
    def open(cls) -> list["RetrainingState"]:
        return [cls.WAITING_FOR_LABELS, cls.TRAINING, cls.IN_REVIEW]


_T = RetrainingState

RETRAINING_FLOW = Flow(
    RetrainingState,
    initial=_T.WAITING_FOR_LABELS,
    steps=[
        step("train", frm=[_T.WAITING_FOR_LABELS], to=_T.TRAINING),
        step("ask_for_review", frm=[_T.TRAINING], to=_T.IN_REVIEW),
        step("keep_champion", frm=[_T.TRAINING, _T.IN_REVIEW], to=_T.NOT_BETTER),
        step("deploy", frm=[_T.IN_REVIEW], to=_T.DEPLOYED),
        step("decline", frm=[_T.IN_REVIEW], to=_T.DECLINED),
        step("fail", frm=[_T.WAITING_FOR_LABELS, _T.TRAINING, _T.IN_REVIEW], to=_T.FAILED),
    ],
)
