"""What the scoping studio computes, for policies to speak of: of the option that lacks least, as on the scope gate."""

from collections.abc import Callable
from functools import lru_cache

import orjson
from django.urls import reverse

from projects import documents, queries, readiness, scoping
from projects.facts import Reading, fact
from projects.models import Project
from projects.policy import Type
from projects.scoping import Verdict


def _of_best(name: str, doc: str, figure: Callable[[Verdict], float | None], said: str) -> None:
    """`said` is how the figure is shown."""

    def compute(project: Project) -> Reading:
        best = _judged(_content(project)).best
        value = figure(best) if best else None
        shown = "unknown" if value is None else said.format(value)
        return Reading(value, shown=shown, source="studio", url=_studio_url(project))

    fact(f"dossier.{name}", Type.NUMBER, doc=f"{doc}, of the option that lacks least.")(compute)


@lru_cache(maxsize=16)
def _judged(content: bytes) -> scoping.Studio:
    """The same content gives the same verdicts: the draws are made once."""
    return scoping.studio(orjson.loads(content))


def _content(project: Project) -> bytes:
    return orjson.dumps(documents.judged_of(project, queries.dossier_of(project)), option=orjson.OPT_SORT_KEYS)


def _studio_url(project: Project, section: str = "options") -> str:
    return f"{reverse('projects:studio', args=[project.key])}?section={section}"


_of_best(
    "optimism",
    "What its precedent says it takes over what the team says",
    lambda best: best.ratio.central if best.ratio else None,
    "{:.2f}",
)
_of_best(
    "critical_untested",
    "Critical dimensions that are much harder than the precedent's and that no spike settled",
    lambda best: len(best.open_critical) if best.ratio else None,
    "{:g}",
)
_of_best(
    "p_within_ceiling",
    "How likely its scarcest resource suffices",
    lambda best: min((one.probability for one in best.money.resources), default=None),
    "{:.2f}",
)
_of_best("p_pays", "How likely it is worth more than today's way", lambda best: best.money.p_pays, "{:.2f}")
_of_best("recall_needed", "The recall from which it pays", lambda best: best.money.needed.recall, "{:.3f}")


@fact("dossier.ceiling_sealed", Type.BOOLEAN, doc="What it may take at most is set, opened by now or not.")
def _ceiling_sealed(project: Project) -> Reading:
    found = queries.ceiling(project)
    shown = "not set" if found is None else "open" if found.opened_at else "sealed"
    return Reading(found is not None, shown=shown, source="studio", url=_studio_url(project, "ceiling"))


@fact("dossier.ceiling_blind", Type.BOOLEAN, doc="It was set before anything was costed; unknown while it is not set.")
def _ceiling_blind(project: Project) -> Reading:
    found = queries.ceiling(project)
    shown = "not set" if found is None else "yes" if found.is_blind else "no"
    return Reading(found.is_blind if found else None, shown=shown, source="studio", url=_studio_url(project, "ceiling"))


def _count_of_readiness(name: str, doc: str, state: str) -> None:
    def compute(project: Project) -> Reading:
        checks = readiness.checks(project, queries.dossier_of(project))
        found = [one["check"] for one in checks if one["state"] == state]
        shown = f"{len(found)}: {', '.join(found)}" if found else "0"
        return Reading(len(found), shown=shown, source="studio", url=_studio_url(project, "data"))

    fact(f"readiness.{name}", Type.NUMBER, doc=doc)(compute)


_count_of_readiness("failed", "Of the eight checks of the data, those that are not met.", "bad")
_count_of_readiness("unknown", "Of the eight checks of the data, those that nobody can say yet.", "open")
