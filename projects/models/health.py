"""How a project is, as whoever answers for it says."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from projects.enums import Health
from projects.models.project import Project


class HealthNote(models.Model):
    """Each is a row of its own, never changed; the last one counts."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="health_notes")
    light = models.CharField(max_length=5, choices=Health)
    note = models.TextField(blank=True)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(light__in=Health.values), name="projects_healthnote_light"),
            models.CheckConstraint(condition=Q(light="green") | ~Q(note=""), name="projects_healthnote_said"),
        ]
        indexes = [models.Index(fields=["project", "-id"], name="projects_healthnote_last")]

    def __str__(self) -> str:
        return self.get_light_display()
