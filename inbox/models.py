"""What a person did with their rows, what they were told, and how they want to be told.

What waits for somebody is not kept: it is computed from the records whenever it is asked for.
"""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from inbox.enums import Channel, Digest, Kind, SendState, Shape
from projects.models import Project


class Mark(models.Model):
    """One person's marks on one row, named by its key.

    `read_print` and `done_print` are what the row was when it was read or done: a row that is another by now stands
    there again, unread. `seen_seq` is the project's last event of that moment, from which changes are counted.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=120)
    read_print = models.CharField(max_length=120, blank=True)
    done_print = models.CharField(max_length=120, blank=True)
    snoozed_until = models.DateTimeField(null=True)
    seen_seq = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="inbox_mark_once")]

    def __str__(self) -> str:
        return f"{self.user} on {self.key}"


class Notification(models.Model):
    """That somebody is told of something, once: `source` names what. Without a user it is the project's channel."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+")
    project = models.ForeignKey(Project, null=True, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind)
    source = models.CharField(max_length=120)
    text = models.CharField(max_length=300, help_text="Without who did it, which stands in `actor`.")
    url = models.CharField(max_length=300)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "project", "kind", "source"], name="inbox_notification_once", nulls_distinct=False
            ),
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="inbox_notification_kind"),
            models.CheckConstraint(
                condition=Q(user__isnull=False) | Q(project__isnull=False), name="inbox_notification_for_somebody"
            ),
        ]
        indexes = [models.Index(fields=["user", "kind", "-at"], name="inbox_notification_of")]

    def __str__(self) -> str:
        return f"{self.actor.name} {self.text}" if self.actor else self.text[:1].upper() + self.text[1:]


class Dispatch(models.Model):
    """One notification by one channel: the row is what makes it go out once."""

    notification = models.ForeignKey(Notification, on_delete=models.CASCADE, related_name="dispatches")
    channel = models.CharField(max_length=8, choices=Channel)
    state = models.CharField(max_length=8, choices=SendState, default=SendState.PENDING)
    due_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["notification", "channel"], name="inbox_dispatch_once"),
            models.CheckConstraint(condition=Q(state__in=SendState.values), name="inbox_dispatch_state"),
            models.CheckConstraint(condition=Q(channel__in=Channel.values), name="inbox_dispatch_channel"),
            models.CheckConstraint(
                condition=Q(state="sent", sent_at__isnull=False) | (~Q(state="sent") & Q(sent_at=None)),
                name="inbox_dispatch_when",
            ),
        ]
        indexes = [models.Index(fields=["due_at"], condition=Q(state="pending"), name="inbox_dispatch_due")]

    def __str__(self) -> str:
        return f"{self.notification_id} by {self.channel}"


def all_by_email() -> dict[str, list[str]]:
    return {kind: [Channel.EMAIL.value] for kind in Kind.values}


class Preferences(models.Model):
    """How one person wants to be told. `channels` is kind to the channels besides the inbox; quiet hours are in the
    person's time zone, and may go over midnight. The chat's address is a secret, and sealed."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, primary_key=True, on_delete=models.CASCADE, related_name="preferences"
    )
    version = models.PositiveIntegerField(default=1)
    channels = models.JSONField(default=all_by_email)
    zone = models.CharField(max_length=60, default="UTC")
    quiet_from = models.TimeField(null=True)
    quiet_until = models.TimeField(null=True)
    digest = models.CharField(max_length=8, choices=Digest, default=Digest.DAILY)
    digest_hour = models.PositiveSmallIntegerField(default=8)
    shape = models.CharField(max_length=8, choices=Shape, default=Shape.SLACK)
    sealed_url = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(digest__in=Digest.values), name="inbox_preferences_digest"),
            models.CheckConstraint(condition=Q(shape__in=Shape.values), name="inbox_preferences_shape"),
            models.CheckConstraint(condition=Q(digest_hour__lte=23), name="inbox_preferences_hour"),
            models.CheckConstraint(
                condition=Q(quiet_from=None, quiet_until=None)
                | (Q(quiet_from__isnull=False, quiet_until__isnull=False) & ~Q(quiet_from=F("quiet_until"))),
                name="inbox_preferences_quiet",
            ),
        ]

    def __str__(self) -> str:
        return f"How {self.user} is told"


class ProjectChannel(models.Model):
    """The chat of a project, and what is said there."""

    project = models.OneToOneField(Project, primary_key=True, on_delete=models.CASCADE, related_name="chat")
    version = models.PositiveIntegerField(default=1)
    shape = models.CharField(max_length=8, choices=Shape)
    sealed_url = models.TextField()
    kinds = ArrayField(models.CharField(max_length=12, choices=Kind), default=list)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(shape__in=Shape.values), name="inbox_channel_shape")]

    def __str__(self) -> str:
        return f"Chat of {self.project}"
