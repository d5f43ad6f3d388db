"""Who somebody is: people, the tokens of their programs, and the one-time link that makes the first administrator."""

import re
from datetime import datetime

from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.db import models

SKIPPED_WORDS = {"the", "a", "an", "of", "and"}


def initials_of(name: str) -> str:
    """Two letters, on every face: "The data scientist" is DS, "Validator" is VA."""
    words = [word for word in re.split(r"[\W_]+", name) if word and word.lower() not in SKIPPED_WORDS]
    if not words:
        return name[:2].upper()
    return (words[0][:2] if len(words) == 1 else words[0][0] + words[-1][0]).upper()


class User(AbstractUser):
    """A person, or a program of the house (`is_robot`), which can never sign in or approve."""

    name = models.CharField(max_length=120, help_text="How people see this person.")
    is_robot = models.BooleanField(default=False)
    letter_keys = models.BooleanField(default=True, help_text="Whether keys of one letter act, away from fields.")
    shows_first_steps = models.BooleanField(default=True, help_text="Until it is put away.")

    REQUIRED_FIELDS = ["email", "name"]

    def __str__(self) -> str:
        return self.name or self.username

    @property
    def initials(self) -> str:
        return initials_of(str(self))


class TokenQuerySet(models.QuerySet["Token"]):
    def usable(self, *, now: datetime) -> "TokenQuerySet":
        return self.filter(revoked_at=None, expires_at__gt=now, user__is_active=True)


class Token(models.Model):
    """A program's credential. Only its SHA-256 is stored; the text is shown once."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    label = models.CharField(max_length=120)
    prefix = models.CharField(max_length=12, help_text="The first characters, to recognise it by.")
    digest = models.CharField(max_length=64, unique=True)
    scopes = ArrayField(models.CharField(max_length=20), default=list)
    stream = models.ForeignKey(
        "core.Stream", null=True, blank=True, on_delete=models.CASCADE, related_name="+", help_text="Its only project."
    )
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = TokenQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.prefix}… {self.label}"


class SetupLink(models.Model):
    """The one-time door for the first administrator. Only the digest of its secret is stored."""

    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return "used" if self.used_at else "open"


class FailedSignIn(models.Model):
    """Failed sign-ins of a name from an address, counted exactly: too many lock that pair for a while."""

    username = models.CharField(max_length=150)
    address = models.GenericIPAddressField()
    count = models.PositiveIntegerField(default=0)
    first_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["username", "address"], name="core_failedsignin_once")]

    def __str__(self) -> str:
        return f"{self.username}: {self.count}"
