"""What this app knows of a project, for policies to speak of."""

from collections.abc import Callable

from django.db.models import QuerySet
from django.urls import reverse

from projects import dossier_facts, policies, queries
from projects.enums import ItemState, RiskLevel
from projects.exceedance import Exceedance, exceedance
from projects.facts import Reading, fact
from projects.models import GateCondition, Membership, Project, Risk, Scope
from projects.policy import Type

# What the studio computes registers as it is imported.
__all__ = ["dossier_facts"]


@fact("project.tier", Type.TEXT, doc="T1 (low) to T4 (critical), or prohibited; T1 while not classified.")
def _tier(project: Project) -> str:
    return policies.tier_word(project)


@fact("team.roles", Type.TEXTS, doc="The roles that somebody has.")
def _roles(project: Project) -> frozenset[str]:
    return frozenset(Membership.objects.filter(project=project).values_list("role", flat=True))


@fact("dossier.options", Type.TEXTS, doc="The kinds of options that stand: none, simple, ambitious.")
def _options(project: Project) -> frozenset[str]:
    return frozenset(queries.options(project).values_list("kind", flat=True))


@fact("items.open", Type.NUMBER, doc="Work items that are neither done nor dropped.")
def _open_items(project: Project) -> int:
    return queries.items(project).exclude(state__in=[ItemState.DONE, ItemState.DROPPED]).count()


@fact("scope.metric", Type.TEXT, doc="The metric by which the model is judged.")
def _metric(project: Project) -> Reading:
    found = Scope.objects.values_list("metric", flat=True).get(project=project)
    url = reverse("projects:scope", args=[project.key])
    return Reading(found or None, shown=found or "unknown", source="scope", url=url)


def _number_of_scope(field: str, doc: str) -> None:
    def compute(project: Project) -> Reading:
        found = Scope.objects.values_list(field, flat=True).get(project=project)
        value = None if found is None else float(found)
        shown = "unknown" if value is None else f"{value:,.12g}"
        return Reading(value, shown=shown, source="scope", url=reverse("projects:scope", args=[project.key]))

    fact(f"scope.{field}", Type.NUMBER, doc=doc)(compute)


for _field, _what in {
    "baseline": "Today's value of the metric.",
    "minimal_useful": "The value of the metric that is worth having.",
    "benefit_low": "The lowest benefit a year.",
    "benefit_high": "The highest benefit a year.",
    "cost_low": "The lowest cost a year.",
    "cost_high": "The highest cost a year.",
}.items():
    _number_of_scope(_field, _what)


def _count_of_risks(name: str, doc: str, counts: Callable[[Risk], bool]) -> None:
    def compute(project: Project) -> Reading:
        found = sum(counts(risk) for risk in queries.open_risks(project))
        return Reading(found, shown=str(found), source="risks", url=reverse("projects:risks", args=[project.key]))

    fact(f"risks.{name}", Type.NUMBER, doc=doc)(compute)


_count_of_risks("open", "Risks that are open.", lambda risk: True)
_count_of_risks("high", "Open risks of level high or critical.", lambda risk: risk.level >= RiskLevel.HIGH)
_count_of_risks("critical", "Open risks of level critical.", lambda risk: risk.level == RiskLevel.CRITICAL)


def _money_of_risks(name: str, doc: str, figure: Callable[[Exceedance], float]) -> None:
    def compute(project: Project) -> Reading:
        found = exceedance([risk.loss for risk in queries.open_risks(project) if risk.loss is not None])
        value = None if found is None else figure(found)
        shown = "unknown" if value is None else f"{value:,.0f} a year"
        return Reading(value, shown=shown, source="risks", url=reverse("projects:risks", args=[project.key]))

    fact(f"risks.{name}", Type.NUMBER, doc=doc)(compute)


_money_of_risks("expected_loss", "What open risks that are priced cost in a mean year.", lambda found: found.expected)
_money_of_risks("loss_p95", "What they cost less than in nineteen of twenty years.", lambda found: found.high)


@fact("risks.phases", Type.TEXTS, doc="The phases in which risks are known, open or not.")
def _phases(project: Project) -> Reading:
    found = frozenset(queries.risks(project).values_list("phase", flat=True))
    shown = ", ".join(sorted(found)) or "none"
    return Reading(found, shown=shown, source="risks", url=reverse("projects:risks", args=[project.key]))


def _count_of_conditions(name: str, doc: str, found: Callable[[Project], QuerySet[GateCondition]]) -> None:
    def compute(project: Project) -> Reading:
        count = found(project).count()
        return Reading(count, shown=str(count), source="gates", url=reverse("projects:gate", args=[project.key]))

    fact(f"conditions.{name}", Type.NUMBER, doc=doc)(compute)


_count_of_conditions(
    "open",
    "Conditions of approvals that stand, or with which a gate was passed, not met yet.",
    queries.unmet_conditions,
)
_count_of_conditions("missed", "Conditions of gates that were passed, whose day is over.", queries.missed_conditions)
