"""Who has how much room in a sprint."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from projects.enums import Discipline
from projects.models.board import Sprint


class SprintCapacity(models.Model):
    """A person's points in one discipline, if they were there every working day of the sprint, and their days off."""

    sprint = models.ForeignKey(Sprint, on_delete=models.CASCADE, related_name="capacities")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    discipline = models.CharField(max_length=16, choices=Discipline)
    points = models.PositiveSmallIntegerField()
    days_off = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sprint", "user", "discipline"], name="projects_capacity_once"),
            models.CheckConstraint(condition=Q(discipline__in=Discipline.values), name="projects_capacity_discipline"),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.points} points of {self.get_discipline_display().lower()}"
