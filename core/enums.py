"""The statuses of core's own things, and their flows."""

from django.db.models import TextChoices

from core.flow import Flow, step


class JobState(TextChoices):
    QUEUED = "queued", "Queued"
    RUNNING = "running", "Running"
    SUCCEEDED = "succeeded", "Succeeded"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"

    @classmethod
    def open(cls) -> list["JobState"]:
        return [cls.QUEUED, cls.RUNNING]


class DeliveryState(TextChoices):
    PENDING = "pending", "Pending"
    DONE = "done", "Done"
    DEAD = "dead", "Gave up"


JOB_FLOW = Flow(
    JobState,
    initial=JobState.QUEUED,
    steps=[
        step("claim", frm=[JobState.QUEUED, JobState.RUNNING], to=JobState.RUNNING),
        step("release", frm=[JobState.RUNNING], to=JobState.QUEUED),
        step("succeed", frm=[JobState.RUNNING], to=JobState.SUCCEEDED),
        step("fail", frm=[JobState.QUEUED, JobState.RUNNING], to=JobState.FAILED),
        step("cancel", frm=[JobState.QUEUED, JobState.RUNNING], to=JobState.CANCELLED),
    ],
)

DELIVERY_FLOW = Flow(
    DeliveryState,
    initial=DeliveryState.PENDING,
    steps=[
        step("deliver", frm=[DeliveryState.PENDING], to=DeliveryState.DONE),
        step("give_up", frm=[DeliveryState.PENDING], to=DeliveryState.DEAD),
        step("redeliver", frm=[DeliveryState.DEAD], to=DeliveryState.PENDING),
    ],
)
