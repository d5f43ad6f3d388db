"""Core's tables."""

from core.models.among import Among
from core.models.blobs import Blob
from core.models.events import Delivery, Event, Stream
from core.models.idempotency import IdempotencyKey
from core.models.identity import FailedSignIn, SetupLink, Token, User
from core.models.jobs import Job, JobLog, Schedule, ScheduleFire
from core.models.words import TitleWord

__all__ = [
    "Among",
    "Blob",
    "Delivery",
    "Event",
    "FailedSignIn",
    "IdempotencyKey",
    "Job",
    "JobLog",
    "Schedule",
    "ScheduleFire",
    "SetupLink",
    "Stream",
    "TitleWord",
    "Token",
    "User",
]
