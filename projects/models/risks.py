"""The risk register: risks, what holds them in check, and who accepts what is left."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from projects import risk_matrix
from projects.enums import (
    AcceptanceSide,
    ControlKind,
    ControlState,
    Knowledge,
    RiskCategory,
    RiskLevel,
    RiskPhase,
    RiskState,
    TreatmentKind,
)
from projects.exceedance import Loss
from projects.models.project import Project

_ONE_TO_FIVE = [MinValueValidator(1), MaxValueValidator(5)]


def _rating(**kwargs: object) -> "models.PositiveSmallIntegerField[int, int]":
    return models.PositiveSmallIntegerField(validators=_ONE_TO_FIVE, **kwargs)  # type: ignore[arg-type]


class Risk(models.Model):
    """Because of `cause`, `event` may happen, and then `consequence`.

    `likelihood` and `impact` are as they stand now; `inherent_*` before anything is done about it, `target_*` where
    it shall end. Its level comes from the table in `projects.risk_matrix`, not from the product. One that costs money
    may be priced: so often a year, and from the lower to the higher loss each time, in nine of ten cases.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="risks")
    number = models.PositiveIntegerField()
    version = models.PositiveIntegerField(default=1)
    title = models.CharField(max_length=200)
    cause = models.TextField(blank=True)
    event = models.TextField(blank=True)
    consequence = models.TextField(blank=True)
    affected = models.TextField(blank=True, help_text="What, and which people, it hits.")
    category = models.CharField(max_length=12, choices=RiskCategory, blank=True)
    phase = models.CharField(max_length=20, choices=RiskPhase)
    inherent_likelihood = _rating()
    inherent_impact = _rating()
    likelihood = _rating()
    impact = _rating()
    target_likelihood = _rating(null=True, blank=True)
    target_impact = _rating(null=True, blank=True)
    knowledge = models.CharField(max_length=6, choices=Knowledge, default=Knowledge.MEDIUM)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    frequency = models.FloatField(null=True, blank=True)
    loss_low = models.FloatField(null=True, blank=True)
    loss_high = models.FloatField(null=True, blank=True)
    treatment_kind = models.CharField(max_length=6, choices=TreatmentKind, blank=True)
    treatment = models.TextField(blank=True)
    next_review_date = models.DateField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=RiskState, default=RiskState.OPEN)
    has_sunk = models.BooleanField(default=False, help_text="It came true, and ended the project.")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "number"], name="projects_risk_number"),
            models.CheckConstraint(condition=Q(state__in=RiskState.values), name="projects_risk_state"),
            models.CheckConstraint(condition=Q(phase__in=RiskPhase.values), name="projects_risk_phase"),
            models.CheckConstraint(condition=Q(likelihood__range=(1, 5)), name="projects_risk_likelihood"),
            models.CheckConstraint(condition=Q(impact__range=(1, 5)), name="projects_risk_impact"),
            models.CheckConstraint(
                condition=Q(inherent_likelihood__range=(1, 5), inherent_impact__range=(1, 5)),
                name="projects_risk_inherent",
            ),
            models.CheckConstraint(
                condition=Q(target_likelihood=None, target_impact=None)
                | Q(target_likelihood__range=(1, 5), target_impact__range=(1, 5)),
                name="projects_risk_target",
            ),
            models.CheckConstraint(
                condition=Q(frequency=None, loss_low=None, loss_high=None)
                | Q(frequency__gt=0, loss_low__gt=0, loss_high__gte=F("loss_low")),
                name="projects_risk_priced",
            ),
            models.CheckConstraint(condition=Q(knowledge__in=Knowledge.values), name="projects_risk_knowledge"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_told(self) -> bool:
        """Whether it says because of what, what may happen, and what then."""
        return all(text.strip() for text in (self.cause, self.event, self.consequence))

    @property
    def public_id(self) -> str:
        return str(self.number)

    @property
    def level(self) -> RiskLevel:
        """As it is shown and decided upon: one higher where the knowledge is weak."""
        is_weak = self.knowledge == Knowledge.WEAK
        return RiskLevel(risk_matrix.shown_level(self.likelihood, self.impact, is_weak=is_weak))

    @property
    def loss(self) -> Loss | None:
        """As it is priced."""
        if self.frequency is None or self.loss_low is None or self.loss_high is None:
            return None
        return Loss(self.frequency, self.loss_low, self.loss_high)

    def by_weight(self) -> tuple[int, ...]:
        """What risks are sorted by, the worst first."""
        return -self.level, -self.likelihood * self.impact, -self.impact, self.number


class Control(models.Model):
    """Something that makes a risk less likely, finds it out, or mends it; `evidence` is where that can be seen."""

    risk = models.ForeignKey(Risk, on_delete=models.CASCADE, related_name="controls")
    number = models.PositiveIntegerField()
    version = models.PositiveIntegerField(default=1)
    title = models.CharField(max_length=200)
    kind = models.CharField(max_length=10, choices=ControlKind)
    state = models.CharField(max_length=8, choices=ControlState, default=ControlState.PLANNED)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    evidence = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["risk", "number"], name="projects_control_number"),
            models.CheckConstraint(condition=Q(kind__in=ControlKind.values), name="projects_control_kind"),
            models.CheckConstraint(condition=Q(state__in=ControlState.values), name="projects_control_state"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def project_id(self) -> int:
        return self.risk.project_id

    @property
    def public_id(self) -> str:
        return f"{self.risk.number}.{self.number}"


class RiskAcceptance(models.Model):
    """That a risk is lived with, until a day. A high one needs two signatures, of different persons and sides; before
    the second it takes no effect. It stands until `ended_because` says otherwise.
    """

    risk = models.ForeignKey(Risk, on_delete=models.CASCADE, related_name="acceptances")
    level = models.PositiveSmallIntegerField(choices=RiskLevel)
    reason = models.TextField()
    until = models.DateField(help_text="The last day on which it holds.")
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    signed_for = models.CharField(max_length=8, choices=AcceptanceSide)
    signed_at = models.DateTimeField()
    countersigned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    countersigned_for = models.CharField(max_length=8, choices=AcceptanceSide, blank=True)
    countersigned_at = models.DateTimeField(null=True)
    ended_because = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["risk"], condition=Q(ended_because=""), name="projects_acceptance_one_standing"
            ),
            models.CheckConstraint(condition=Q(level__range=(1, 3)), name="projects_acceptance_never_critical"),
            models.CheckConstraint(
                condition=Q(countersigned_by=None) | ~Q(countersigned_by=F("signed_by")),
                name="projects_acceptance_two_persons",
            ),
            models.CheckConstraint(
                condition=Q(countersigned_by=None) | ~Q(countersigned_for=F("signed_for")),
                name="projects_acceptance_two_sides",
            ),
            models.CheckConstraint(
                condition=Q(countersigned_by=None, countersigned_at=None)
                | Q(countersigned_by__isnull=False, countersigned_at__isnull=False),
                name="projects_acceptance_signed_when",
            ),
        ]

    def __str__(self) -> str:
        return f"Acceptance until {self.until}"

    @property
    def is_waiting(self) -> bool:
        """Whether the second signature is missing."""
        return self.level == RiskLevel.HIGH and self.countersigned_by_id is None and not self.ended_because
