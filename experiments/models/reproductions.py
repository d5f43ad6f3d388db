"""Running a training again, and what came of the comparison."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from experiments.models.runs import Run
from projects.models import Project


class Reproduction(models.Model):
    """`again` is the new run of what `first` did. `result` is there once `again` has ended:
    `{"verdict": "reproduced" | "differs" | "failed", "rows": [...], "environment": [[name, then, now], ...]}`.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="reproductions")
    first = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="reproductions")
    again = models.OneToOneField(Run, on_delete=models.CASCADE, related_name="reproduces")
    relative_tolerance = models.FloatField()
    absolute_tolerance = models.FloatField()
    result = models.JSONField(null=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(relative_tolerance__range=(0, 1), absolute_tolerance__gte=0),
                name="experiments_reproduction_tolerance",
            )
        ]

    def __str__(self) -> str:
        return f"{self.first} again"
