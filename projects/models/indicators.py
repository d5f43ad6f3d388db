"""Risks bound to live metrics."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from projects.enums import Operator
from projects.models.risks import Risk


class Indicator(models.Model):
    """A metric of `subject`, over the last `window_seconds`: where it compares with the threshold, the risk's
    likelihood is at least `breach_likelihood`. `breached_at` is the reading that began the breach it is in.
    """

    risk = models.ForeignKey(Risk, on_delete=models.CASCADE, related_name="indicators")
    number = models.PositiveIntegerField()
    metric = models.CharField(max_length=60)
    subject = models.CharField(max_length=120)
    operator = models.CharField(max_length=3, choices=Operator)
    threshold = models.FloatField()
    window_seconds = models.PositiveIntegerField()
    breach_likelihood = models.PositiveSmallIntegerField()
    last_value = models.FloatField(null=True)
    last_at = models.DateTimeField(null=True)
    breached_at = models.DateTimeField(null=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["risk", "number"], name="projects_indicator_number"),
            models.CheckConstraint(condition=Q(operator__in=Operator.values), name="projects_indicator_operator"),
            models.CheckConstraint(condition=Q(breach_likelihood__range=(1, 5)), name="projects_indicator_likelihood"),
        ]
        indexes = [models.Index(fields=["metric", "subject"], name="projects_indicator_metric")]

    def __str__(self) -> str:
        return f"{self.metric} of {self.subject} {self.get_operator_display()} {self.threshold:g}"

    @property
    def project_id(self) -> int:
        return self.risk.project_id

    @property
    def public_id(self) -> str:
        return f"{self.risk.number}.{self.number}"

    def is_breached_by(self, value: float) -> bool:
        return {
            Operator.ABOVE: value > self.threshold,
            Operator.AT_LEAST: value >= self.threshold,
            Operator.BELOW: value < self.threshold,
            Operator.AT_MOST: value <= self.threshold,
        }[Operator(self.operator)]


class IndicatorReading(models.Model):
    """What an indicator said at a moment, each moment once."""

    indicator = models.ForeignKey(Indicator, on_delete=models.CASCADE, related_name="readings")
    at = models.DateTimeField()
    value = models.FloatField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["indicator", "at"], name="projects_reading_once")]

    def __str__(self) -> str:
        return f"{self.value:g} at {self.at}"
