"""Are the data ready? Eight checks of the data that the dossier names, measured where an app can, else answered.

The app that holds the data registers what it can say with `provider`, in its own readiness.py: a project knows no data.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from projects.enums import DataCheck
from projects.models import Dossier, Project, ReadinessAnswer


@dataclass(frozen=True)
class Named:
    """What the dossier says of its data: a dataset version like card-transactions@v3, the column that holds the label,
    and which of its values is looked for."""

    version: str
    label: str = ""
    positive: str = ""


@dataclass(frozen=True)
class Measured:
    """What the data themselves say. `is_met` None: they say something, and a person has to judge it."""

    is_met: bool | None
    value: str
    source: str
    url: str
    at: datetime


Measure = Callable[[Project, Named], Mapping[DataCheck, Measured]]
Offer = Callable[[Project], list[str]]

_providers: dict[str, tuple[Measure, Offer]] = {}


def provider(name: str, *, measure: Measure, offer: Offer) -> None:
    """Register what an app can measure of named data, and which versions it has. The same name again replaces it."""
    _providers[name] = (measure, offer)


def offered(project: Project) -> list[str]:
    """The dataset versions that the dossier can name."""
    return [one for _, offer in _providers.values() for one in offer(project)]


def checks(project: Project, dossier: Dossier) -> list[dict[str, Any]]:
    """All eight as they stand, as plain JSON. What was measured counts; a person's answer only where nothing was
    measured, or after they saw it."""
    found: dict[DataCheck, Measured] = {}
    if dossier.dataset:
        for measure, _ in _providers.values():
            found |= measure(project, Named(dossier.dataset, dossier.dataset_label, dossier.dataset_positive))
    answers = ReadinessAnswer.objects.filter(project=project).select_related("author")
    answered = {DataCheck(one.check_id): one for one in answers}
    return [_check(one, found.get(one), answered.get(one)) for one in DataCheck]


def _check(check: DataCheck, measured: Measured | None, answer: ReadinessAnswer | None) -> dict[str, Any]:
    counts = answer is not None and (measured is None or measured.is_met is None or answer.answered_at >= measured.at)
    said = answer.is_met if answer and counts else measured.is_met if measured else None
    return {
        "check": str(check),
        "state": "open" if said is None else "ok" if said else "bad",
        "counts": "answer" if counts else "measured" if said is not None else "",
        "measured": _measured(measured) if measured else None,
        "answer": _answer(answer) if answer else None,
    }


def _measured(one: Measured) -> dict[str, Any]:
    return {
        "is_met": one.is_met,
        "value": one.value,
        "source": one.source,
        "url": one.url,
        "at": one.at.isoformat(),
    }


def _answer(one: ReadinessAnswer) -> dict[str, Any]:
    return {
        "is_met": one.is_met,
        "reason": one.reason,
        "by": one.author.username,
        "at": one.answered_at.isoformat(),
        "version": one.version,
    }
