"""What runs measured: the values that count, histories, charts."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection
from django.db.models import Exists, OuterRef, Prefetch, QuerySet, Subquery

from experiments.enums import Lifecycle, RunStatus
from experiments.metric_names import BESIDE
from experiments.models import (
    Experiment,
    LatestMetric,
    MetricName,
    MetricPoint,
    Run,
)
from projects.models import Project

MAX_BUCKETS = 2000
MAX_STEP = 2**63 - 1
LARGEST = 1e300
SYSTEM = "system/"
PARTS = ("train", "training", "val", "validation", "valid")


@dataclass(frozen=True)
class Latest:
    """A run's value of a metric that counts."""

    key: str
    value: float
    step: int
    timestamp_ms: int


@dataclass(frozen=True)
class Sample:
    """One logged point of a history."""

    step: int
    timestamp_ms: int
    value: float


def latest_metrics(runs: Iterable[Run]) -> dict[int, list[Latest]]:
    """For each run's primary key, the latest value of each metric, by name. One query."""
    pks = [run.pk for run in runs]
    found: dict[int, list[Latest]] = {pk: [] for pk in pks}
    rows = LatestMetric.objects.filter(run__in=pks).order_by("key__name")
    for pk, key, value, step, at in rows.values_list("run_id", "key__name", "value", "step", "timestamp_ms"):
        found[pk].append(Latest(key, value, step, at))
    return found


def best_run(project: Project, *, metric: str, higher: bool) -> tuple[Run, float] | None:
    """The finished run whose latest value of the metric is best, and that value. NaN and infinities do not count.

    Each experiment names its best by the index of values: it costs as much as there are experiments, not runs.
    """
    key, order = Subquery(MetricName.objects.filter(name=metric).values("pk")), "-value" if higher else "value"
    finished = LatestMetric.objects.filter(
        experiment=OuterRef("pk"),
        key=key,
        value__gt=-LARGEST,
        value__lt=LARGEST,
        run__status=RunStatus.FINISHED,
        run__lifecycle=Lifecycle.ACTIVE,
    )
    experiments = Experiment.objects.filter(project=project, lifecycle=Lifecycle.ACTIVE)
    best = experiments.annotate(best=Subquery(finished.order_by(order, "run_id").values("run_id")[:1])).values("best")
    found = LatestMetric.objects.filter(key=key, run__in=best).select_related("run").order_by(order, "run_id").first()
    return (found.run, found.value) if found else None


def with_latest_metrics(runs: QuerySet[Run]) -> QuerySet[Run]:
    """The same runs, each with `latest_metrics` at hand: one query more for all of them."""
    latest = LatestMetric.objects.select_related("key").order_by("key__name")
    return runs.prefetch_related(Prefetch("latest_metrics", queryset=latest))


def metric_history(*, run: Run, key: str, after: tuple[int, int, float] | None = None) -> QuerySet[MetricPoint]:
    """Every point of a metric, always in the same order: step, time, value; or those after the one named so, in one
    range of the index.
    """
    name = MetricName.objects.filter(name=key).first()
    if name is None:
        return MetricPoint.objects.none()
    found = MetricPoint.objects.filter(run=run, key=name).order_by("step", "timestamp_ms", "value")
    return found.filter(pk__gt=(run.pk, name.pk, *after)) if after else found


# Least and greatest as plain numbers first, then the points that have them: as one aggregate of arrays it took 1,300 ms
# of CPU for a million points, so it takes 370, of which 65 are for reading the index at all.
_POINTS = """
SELECT step, timestamp_ms, value FROM experiments_metricpoint
WHERE run_id = %(run)s AND key_id = %(key)s AND step BETWEEN %(low)s AND %(high)s
"""


_DOWNSAMPLED = f"""
WITH edges AS MATERIALIZED (
    SELECT min(step)::float8 AS low, (max(step)::float8 - min(step)::float8 + 1) / %(buckets)s AS width
    FROM ({_POINTS}) AS point
), buckets AS MATERIALIZED (
    SELECT min(step) AS low, max(step) AS high, min(nullif(value, 'NaN')) AS least, max(nullif(value, 'NaN')) AS most
    FROM ({_POINTS}) AS point, edges GROUP BY floor((step - edges.low) / edges.width)
)
SELECT step, timestamp_ms, value FROM buckets, LATERAL (
    ({_POINTS} AND step = buckets.low ORDER BY step, timestamp_ms, value LIMIT 1)
    UNION
    ({_POINTS} AND step = buckets.high ORDER BY step DESC, timestamp_ms DESC, value DESC LIMIT 1)
    UNION
    ({_POINTS} AND step BETWEEN buckets.low AND buckets.high AND value = buckets.least
     ORDER BY step, timestamp_ms LIMIT 1)
    UNION
    ({_POINTS} AND step BETWEEN buckets.low AND buckets.high AND value = buckets.most
     ORDER BY step, timestamp_ms LIMIT 1)
) AS kept ORDER BY step, timestamp_ms, value
"""


def downsampled(*, run: Run, key: str, buckets: int = 320, low: int = -MAX_STEP, high: int = MAX_STEP) -> list[Sample]:
    """A metric's history for a chart, in the order of a history: its steps in `buckets` equal parts (at most
    MAX_BUCKETS), of each part the first, the last, the least and the greatest point, so that no peak is lost. Every
    point is one that was logged; NaN is neither least nor greatest. A history with a point for each
    bucket or less comes whole. Only steps from `low` to `high` are looked at: a zoom.
    """
    name = MetricName.objects.filter(name=key).first()
    if name is None:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            _DOWNSAMPLED,
            {
                "run": run.pk,
                "key": name.pk,
                "buckets": max(1, min(buckets, MAX_BUCKETS)),
                "low": max(low, -MAX_STEP),
                "high": min(high, MAX_STEP),
            },
        )
        return [Sample(*row) for row in cursor.fetchall()]


def charted_keys(run: Run) -> list[str]:
    """The metrics that a run logged at more than one step, by name. Reads no history."""
    return charted_keys_of([run])


def charted_keys_of(runs: Iterable[Run]) -> list[str]:
    """The metrics that any of these runs logged at more than one step, by name. One query, which reads no history."""
    earlier = MetricPoint.objects.filter(run=OuterRef("run"), key=OuterRef("key"), step__lt=OuterRef("step"))
    found = LatestMetric.objects.filter(Exists(earlier), run__in=[run.pk for run in runs])
    return list(found.order_by("key__name").values_list("key__name", flat=True).distinct())


def histories(run: Run) -> list[tuple[str, int, int, float]]:
    """(key, step, timestamp, value) of every point of a run, by key and then in the order of a history."""
    points = MetricPoint.objects.filter(run=run).order_by("key__name", "step", "timestamp_ms", "value")
    return list(points.values_list("key__name", "step", "timestamp_ms", "value"))


def metric_columns(latest: Iterable[Iterable[Latest]], *, first: str = "", at_most: int = 4) -> list[str]:
    """The metrics that are a table's columns: `first` (the scope's) and what most runs have. What was measured while
    training comes after what was measured at the end; ends of intervals, durations and the machine's load not at all.
    """
    counts: dict[str, int] = {}
    for values in latest:
        for one in values:
            counts[one.key] = counts.get(one.key, 0) + 1
    worth = [key for key in counts if not key.endswith(BESIDE) and not key.startswith(SYSTEM)]
    return sorted(worth, key=lambda key: (key != first, is_of_a_part(key), -counts[key], key))[:at_most]


def is_of_a_part(key: str) -> bool:
    """Whether a metric was measured on a part of the training data, e.g. `val_loss`."""
    return re.split(r"[_/.]", key, maxsplit=1)[0].lower() in PARTS
