"""What persons say of the data, where the data do not say it themselves."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from projects.enums import DataCheck
from projects.models.project import Project


class ReadinessAnswer(models.Model):
    """Whether one of the eight checks is met, by whom, and why they say so. The newest counts; revisions of the
    dossier keep those before."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="readiness_answers")
    check_id = models.CharField(max_length=10, choices=DataCheck)
    version = models.PositiveIntegerField(default=1)
    is_met = models.BooleanField()
    reason = models.TextField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "check_id"], name="projects_readiness_once"),
            models.CheckConstraint(condition=Q(check_id__in=DataCheck.values), name="projects_readiness_check"),
            models.CheckConstraint(condition=~Q(reason=""), name="projects_readiness_reason"),
        ]

    def __str__(self) -> str:
        return self.get_check_id_display()

    @property
    def public_id(self) -> str:
        return str(self.check_id)
