"""The risk register and the findings."""

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Prefetch, QuerySet

from core.errors import NotFound
from projects.enums import FindingState, RiskState
from projects.models import Control, Finding, Indicator, IndicatorReading, Project, Risk, RiskAcceptance

# How many readings the small line of an indicator shows.
SPARK_READINGS = 30


def risks(project: Project) -> QuerySet[Risk]:
    return Risk.objects.filter(project=project).select_related("owner")


def risks_in_full(project: Project) -> QuerySet[Risk]:
    """With their controls, their indicators and last readings (`watched`), and the acceptance that stands (`standing`).
    Four queries however many there are."""
    return risks(project).prefetch_related(
        Prefetch("controls", queryset=Control.objects.select_related("owner").order_by("number")),
        Prefetch("indicators", queryset=_standing_indicators(), to_attr="watched"),
        Prefetch("acceptances", queryset=_standing_acceptances(), to_attr="standing"),
    )


def register(project: Project) -> list[Risk]:
    """The whole register, the open ones first, the worst first."""
    return sorted(risks_in_full(project), key=lambda one: (one.state != RiskState.OPEN, one.by_weight()))


def risk_in_full(project: Project, number: int) -> Risk:
    """Raises NotFound."""
    found = risks_in_full(project).filter(number=number).first()
    if found is None:
        raise NotFound(f"There is no risk {number} in this project.")
    return found


def control(risk: Risk, number: int) -> Control:
    """Raises NotFound."""
    found = Control.objects.filter(risk=risk, number=number).select_related("owner", "risk").first()
    if found is None:
        raise NotFound(f"There is no control {number} of this risk.")
    return found


def indicator(risk: Risk, number: int) -> Indicator:
    """Raises NotFound."""
    found = Indicator.objects.filter(risk=risk, number=number).select_related("risk").first()
    if found is None:
        raise NotFound(f"There is no indicator {number} of this risk.")
    return found


def acceptance(risk: Risk) -> RiskAcceptance | None:
    """The one that stands, or waits for its second signature."""
    return _standing_acceptances().filter(risk=risk).select_related("risk").first()


def findings(project: Project) -> QuerySet[Finding]:
    return Finding.objects.filter(project=project).select_related("owner", "opened_by", "closed_by", "project")


def blocking_findings(project: Project) -> QuerySet[Finding]:
    """Open, and no gate is passed before they are closed."""
    return findings(project).filter(is_blocking=True, state=FindingState.OPEN).order_by("number")


def finding(project: Project, number: int) -> Finding:
    """Raises NotFound."""
    found = findings(project).filter(number=number).first()
    if found is None:
        raise NotFound(f"There is no finding {number} in this project.")
    return found


def _standing_indicators() -> QuerySet[Indicator]:
    last = IndicatorReading.objects.filter(indicator=OuterRef("pk")).order_by("-at")[:SPARK_READINGS]
    return (
        Indicator.objects.filter(removed_at=None)
        .annotate(spark=ArraySubquery(last.values("value")))
        .order_by("number", "pk")
    )


def _standing_acceptances() -> QuerySet[RiskAcceptance]:
    return RiskAcceptance.objects.filter(ended_because="").select_related("signed_by", "countersigned_by")


def open_risks(project: Project) -> list[Risk]:
    """The worst first."""
    return sorted(risks(project).filter(state=RiskState.OPEN), key=Risk.by_weight)


def risk(project: Project, number: int) -> Risk:
    """Raises NotFound."""
    found = risks(project).filter(number=number).first()
    if found is None:
        raise NotFound(f"There is no risk {number} in this project.")
    return found
