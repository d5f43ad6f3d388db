"""Webhooks: who outside is told of what happens in the registry."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from models_registry.enums import WebhookStatus
from projects.models import Project


class Webhook(models.Model):
    """`events` are MLflow's names, as `model_version.created`. Its secret is kept encrypted and never shown."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="webhooks")
    token = models.CharField(max_length=32, unique=True, help_text="Its id for clients.")
    name = models.CharField(max_length=63)
    description = models.CharField(max_length=1000, blank=True)
    url = models.CharField(max_length=500)
    events = models.JSONField(default=list)
    status = models.CharField(max_length=10, choices=WebhookStatus, default=WebhookStatus.ACTIVE)
    sealed_secret = models.TextField(blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "name"], name="models_registry_webhook_name"),
            models.CheckConstraint(condition=Q(status__in=WebhookStatus.values), name="models_registry_webhook_status"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def public_id(self) -> str:
        return self.token
