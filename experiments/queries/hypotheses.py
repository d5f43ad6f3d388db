"""Experiments of the backlog and the runs that answer them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from experiments.models import (
    LatestMetric,
    Run,
    RunItem,
)
from experiments.queries.runs import visible_runs
from projects.models import Project, Scope, WorkItem


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
