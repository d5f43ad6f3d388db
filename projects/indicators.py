"""Live metrics that a risk can be bound to: registered from above by the app that measures them.

An app registers its metrics with `live_metric` in its own indicators.py, and calls `operations.read_indicators` when
it has measured anew.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from projects.models import Project

Measure = Callable[[Project, str, datetime, datetime], float | None]
Subjects = Callable[[Project], list[str]]


@dataclass(frozen=True)
class LiveMetric:
    """`measure(project, subject, since, until)` is its value over that time, or None where nothing was measured;
    `subjects(project)` are the names of what it can be measured of."""

    key: str
    label: str
    measure: Measure
    subjects: Subjects


_metrics: dict[str, LiveMetric] = {}


def live_metric(key: str, label: str, *, subjects: Subjects) -> Callable[[Measure], Measure]:
    """Register a metric. Registering the same key again replaces it."""

    def register(measure: Measure) -> Measure:
        _metrics[key] = LiveMetric(key, label, measure, subjects)
        return measure

    return register


def metrics() -> list[LiveMetric]:
    """By key."""
    return [_metrics[key] for key in sorted(_metrics)]


def metric(key: str) -> LiveMetric | None:
    return _metrics.get(key)


def subjects(project: Project) -> list[str]:
    """Everything in the project of which some metric can be measured."""
    return sorted({name for finder in _unique(one.subjects for one in metrics()) for name in finder(project)})


def label_of(key: str) -> str:
    """What a metric is called; its key when nobody measures it any more."""
    found = _metrics.get(key)
    return found.label if found else key


def _unique(finders: Iterable[Subjects]) -> list[Subjects]:
    return list(dict.fromkeys(finders))
