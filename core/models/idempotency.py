"""Answers kept for a day, so that a retried POST gets the first answer and no second effect."""

from django.conf import settings
from django.db import models


class IdempotencyKey(models.Model):
    """`status` is null while the first request is still at work."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    route = models.CharField(max_length=200)
    key = models.CharField(max_length=255)
    request_digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    headers = models.JSONField(default=dict)
    body = models.TextField(blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "route", "key"], name="core_idempotency_once")]

    def __str__(self) -> str:
        return self.key
