"""The one durable log: audit trail, outbox, timeline and live feed."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from core.enums import DeliveryState


class Stream(models.Model):
    """A chain of events: one for each project, and one for the instance. Its row is the counter and the head.

    A counter row, not a database sequence: with a sequence, a transaction that takes its number early and commits late
    is overtaken by readers, which then never see its event.
    """

    INSTANCE = "instance"

    name = models.CharField(max_length=40, unique=True)
    last_seq = models.BigIntegerField(default=0)
    head = models.CharField(max_length=64, default="0" * 64)

    def __str__(self) -> str:
        return f"{self.name} at {self.last_seq}"


class Event(models.Model):
    """One fact. Append-only, in the database itself; chained by a keyed hash to the one before it."""

    stream = models.ForeignKey(Stream, on_delete=models.PROTECT, related_name="events")
    seq = models.BigIntegerField()
    type = models.CharField(max_length=60)
    subject_type = models.CharField(max_length=60)
    subject_id = models.CharField(max_length=80)
    subject_version = models.IntegerField(null=True)
    subject_label = models.CharField(max_length=200)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    actor_label = models.CharField(max_length=150, help_text="The actor's name at that time.")
    at = models.CharField(max_length=32, help_text="UTC, ISO 8601 to the microsecond, as text: it is part of the hash.")
    data = models.JSONField(default=dict)
    request_id = models.CharField(max_length=64, blank=True)
    salt = models.CharField(
        max_length=32, blank=True, help_text="Random, and part of the hash: an erased word cannot be guessed from it."
    )
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["stream", "seq"], name="core_event_stream_seq")]
        indexes = [models.Index(fields=["stream", "subject_type", "subject_id"], name="core_event_subject")]

    def __str__(self) -> str:
        return f"{self.stream_id}/{self.seq} {self.type}"

    def wire(self) -> dict[str, Any]:
        """What open pages are told: that something happened, not what."""
        subject = {"type": self.subject_type, "id": self.subject_id, "version": self.subject_version}
        return {"seq": self.seq, "type": self.type, "subject": subject, "at": self.at}


class Delivery(models.Model):
    """One handler's share of one event: the outbox. Written with the event, run later, once in effect."""

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="deliveries")
    handler = models.CharField(max_length=120)
    state = models.CharField(max_length=10, choices=DeliveryState, default=DeliveryState.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField()
    error = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["event", "handler"], name="core_delivery_once"),
            models.CheckConstraint(condition=Q(state__in=DeliveryState.values), name="core_delivery_state"),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state=DeliveryState.PENDING), name="core_delivery_due"),
        ]

    def __str__(self) -> str:
        return f"{self.handler} of event {self.event_id}"
