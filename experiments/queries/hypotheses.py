"""Experiments of the backlog and the runs that answer them."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from experiments.models import (
    LatestMetric,
    Run,
    RunItem,
)
from experiments.queries.runs import visible_runs
from projects import scoping
from projects.models import Project, Scope, WorkItem

ENOUGH_RUNS = 3
"""Of fewer the mean has no interval that says anything."""


def item_of(run: Run) -> WorkItem | None:
    """The hypothesis that the run tests."""
    link = RunItem.objects.select_related("item").filter(run=run).first()
    return link.item if link else None


def runs_for(item: WorkItem) -> QuerySet[Run]:
    """The active runs that test this hypothesis, newest first."""
    return visible_runs(item.project).filter(tested__item=item).order_by("-started_at", "-id")


@dataclass(frozen=True)
class Movement:
    """The best value of a metric among the runs that test a hypothesis, and from where it moved."""

    metric: str
    run: Run
    value: float
    baseline: float | None

    @property
    def change(self) -> float | None:
        return None if self.baseline is None else self.value - self.baseline


def movement(item: WorkItem) -> Movement | None:
    """By the item's metric and baseline, else the scope's; None while no run measured it."""
    return movements(item.project, [item]).get(item.number)


def movements(project: Project, items: Sequence[WorkItem]) -> dict[int, Movement]:
    """As `movement`, by the items' numbers, for all in one query. What is no number, or has no end, is never the best;
    of equals, the first by id is."""
    scope, wanted = project.scope, {item.pk: item for item in items}
    is_higher = scope.direction == Scope.Direction.HIGHER
    names = {item.metric or scope.metric for item in items}
    measured = LatestMetric.objects.filter(run__in=visible_runs(project), run__tested__item__in=wanted)
    measured = measured.filter(key__name__in=names, value__gt=-math.inf, value__lt=math.inf)
    best: dict[int, Movement] = {}
    rows = measured.select_related("run", "run__tested", "key").order_by("-value" if is_higher else "value", "run_id")
    for one in rows:
        item = wanted[one.run.tested.item_id]
        metric = item.metric or scope.metric
        if one.key.name == metric and item.number not in best:
            baseline = scope.baseline if item.baseline is None and metric == scope.metric else item.baseline
            best[item.number] = Movement(metric, one.run, one.value, baseline)
    return best


@dataclass(frozen=True)
class Interval:
    """An interval of 95%. `runs` is what it rests on: 1 is the best run, which logged it; else it is that of `mean`."""

    low: float
    high: float
    runs: int
    mean: float | None = None


def intervals(project: Project, best: Mapping[int, Movement]) -> dict[int, Interval]:
    """How sure these movements are, by the items' numbers, for all in two queries.

    The best run's own interval, where it logged `<metric>_low` and `<metric>_high`; else Student's interval of the mean
    over the item's runs, where at least three measured it differently: the same value again is no evidence.
    """
    if not best:
        return {}
    logged, over_runs = _logged_bounds(best), _values_of_runs(project, best)
    found = {}
    for number, one in best.items():
        low, high = (logged.get((one.run.pk, f"{one.metric}_{side}")) for side in ("low", "high"))
        values = over_runs.get((number, one.metric), [])
        if low is not None and high is not None and low <= high:
            found[number] = Interval(low, high, runs=1)
        elif len(values) >= ENOUGH_RUNS:
            low, mean, high = scoping.interval_of_mean(values)
            found[number] = Interval(low, high, len(values), mean)
    return found


def _logged_bounds(best: Mapping[int, Movement]) -> dict[tuple[int, str], float]:
    names = {f"{one.metric}_{side}" for one in best.values() for side in ("low", "high")}
    rows = LatestMetric.objects.filter(run__in=[one.run.pk for one in best.values()], key__name__in=names)
    rows = rows.filter(value__gt=-math.inf, value__lt=math.inf)
    return {(run, name): value for run, name, value in rows.values_list("run_id", "key__name", "value")}


def _values_of_runs(project: Project, best: Mapping[int, Movement]) -> dict[tuple[int, str], list[float]]:
    """The different values that an item's runs have of a metric, in order."""
    rows = LatestMetric.objects.filter(
        run__in=visible_runs(project),
        run__tested__item__number__in=list(best),
        key__name__in={one.metric for one in best.values()},
        value__gt=-math.inf,
        value__lt=math.inf,
    )
    found: dict[tuple[int, str], list[float]] = {}
    listed = rows.values_list("run__tested__item__number", "key__name", "value").distinct().order_by("value")
    for number, name, value in listed:
        found.setdefault((number, name), []).append(value)
    return found
