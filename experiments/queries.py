"""Reads of data, runs and what they logged. A project is visible already: `projects.queries` saw to it."""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import connection
from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet, Subquery, Sum

from core.errors import NotFound
from core.models import Job
from experiments.enums import Lifecycle, RunStatus
from experiments.models import (
    Artifact,
    Dataset,
    DatasetVersion,
    Experiment,
    LatestMetric,
    LoggedModel,
    MetricName,
    MetricPoint,
    Reproduction,
    Run,
    RunItem,
    Trace,
    TraceSpan,
    Training,
    Upload,
)
from projects.models import Project, Scope, WorkItem

MAX_NUMBER = 2**31 - 1
MAX_BUCKETS = 2000
MAX_STEP = 2**63 - 1
LARGEST = 1e300
SYSTEM = "system/"
PARTS = ("train", "training", "val", "validation", "valid")

_ROOT = re.compile(r"(?P<experiment>\d{1,18})/(?:(?P<run>[0-9a-f]{32})|models/(?P<model>m-[0-9a-f]{32}))")


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


def visible_experiments(project: Project, *, deleted: bool = False) -> QuerySet[Experiment]:
    lifecycle = Lifecycle.DELETED if deleted else Lifecycle.ACTIVE
    return Experiment.objects.filter(project=project, lifecycle=lifecycle)


def experiment_by_id(*, project: Project, experiment_id: int) -> Experiment:
    """Also a deleted one. Raises NotFound, with the same words whether it is missing or foreign."""
    found = Experiment.objects.filter(project=project, pk=experiment_id).first()
    if found is None:
        raise NotFound(f"No Experiment with id={experiment_id} exists.")
    return found


def experiments_with_counts(project: Project) -> list[tuple[Experiment, int]]:
    """Active experiments by name, each with how many active runs it has."""
    active = Count("runs", filter=Q(runs__lifecycle=Lifecycle.ACTIVE))
    rows = visible_experiments(project).annotate(run_count=active).order_by("name", "pk")
    return [(one, one.run_count) for one in rows]


def visible_runs(project: Project) -> QuerySet[Run]:
    """Active runs of active experiments, with their experiment. Order them by `-started_at, -id`: that is indexed."""
    return Run.objects.filter(
        project=project, lifecycle=Lifecycle.ACTIVE, experiment__lifecycle=Lifecycle.ACTIVE
    ).select_related("experiment", "created_by")


def run_by_id(*, project: Project, run_id: str) -> Run:
    """Also a deleted one. Raises NotFound, with the same words whether it is missing or foreign."""
    found = Run.objects.select_related("experiment", "created_by").filter(project=project, run_id=run_id).first()
    if found is None:
        raise NotFound(f"Run with id={run_id} not found.")
    return found


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


def root_of(owner: Run | LoggedModel) -> str:
    """Where an owner's files lie."""
    if isinstance(owner, Run):
        return f"{owner.experiment_id}/{owner.run_id}"
    return f"{owner.experiment_id}/models/{owner.model_id}"


def owner_of(*, project: Project, root: str) -> Run | LoggedModel:
    """The run or logged model whose files lie there. Raises NotFound."""
    match = _ROOT.fullmatch(root)
    owner: Run | LoggedModel | None = None
    if match and match["run"]:
        owner = Run.objects.filter(project=project, run_id=match["run"], experiment=int(match["experiment"])).first()
    elif match:
        owner = (
            LoggedModel.objects.select_related("source_run")
            .filter(project=project, model_id=match["model"], experiment=int(match["experiment"]))
            .first()
        )
    if owner is None:
        raise NotFound(f"There is no run or model {root[:120]!r}.")
    return owner


def artifacts(*, project: Project, root: str, prefix: str = "") -> QuerySet[Artifact]:
    """The files under a root; with a prefix, the file of that path or all files in that folder. By path."""
    found = Artifact.objects.filter(project=project, root=root).order_by("path")
    if not prefix:
        return found
    return found.filter(Q(path=prefix) | Q(path__startswith=prefix.rstrip("/") + "/"))


def artifact(*, project: Project, root: str, path: str) -> Artifact:
    """Raises NotFound."""
    found = Artifact.objects.filter(project=project, root=root, path=path).first()
    if found is None:
        raise NotFound(f"There is no file {path[:200]!r}.")
    return found


def files_of(project: Project, owners: Iterable[Run | LoggedModel]) -> QuerySet[Artifact]:
    """The files of all of these, by owner and path."""
    roots = [root_of(owner) for owner in owners]
    return Artifact.objects.filter(project=project, root__in=roots).order_by("root", "path")


def size_of_files(project: Project, owners: Iterable[Run | LoggedModel]) -> tuple[int, int]:
    """How many files all of these have, and how many bytes."""
    found = files_of(project, owners).order_by().aggregate(count=Count("pk"), size=Sum("size"))
    return found["count"], found["size"] or 0


def logged_models_of(run: Run) -> QuerySet[LoggedModel]:
    """The models that the run logged and nobody deleted, in the order in which they came."""
    return run.logged_models.filter(lifecycle=Lifecycle.ACTIVE).order_by("pk")


def logged_model_by_id(*, project: Project, model_id: str) -> LoggedModel:
    """Also a deleted one. Raises NotFound."""
    found = (
        LoggedModel.objects.select_related("experiment", "source_run")
        .filter(project=project, model_id=model_id)
        .first()
    )
    if found is None:
        raise NotFound(f"Logged model with ID {model_id!r} not found.")
    return found


def visible_trainings(project: Project) -> QuerySet[Training]:
    return Training.objects.filter(project=project).select_related("run", "dataset_version__dataset", "job")


def reproductions_of(run: Run) -> QuerySet[Reproduction]:
    """Of this run, newest first, with their new runs."""
    return Reproduction.objects.filter(first=run).select_related("again", "created_by").order_by("-pk")


def reproduction_by_id(*, run: Run, reproduction_id: int) -> Reproduction:
    """Raises NotFound."""
    found = reproductions_of(run).filter(pk=reproduction_id).first() if reproduction_id < 2**63 else None
    if found is None:
        raise NotFound(f"The run {run.run_id} has no reproduction {reproduction_id}.")
    return found


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


def visible_jobs(project: Project) -> QuerySet[Job]:
    return Job.objects.filter(stream_id=project.pk)


def job_by_id(*, project: Project, job_id: int) -> Job:
    """Raises NotFound."""
    jobs = visible_jobs(project).select_related("created_by")
    found = jobs.filter(pk=job_id).first() if job_id < 2**63 else None
    if found is None:
        raise NotFound(f"There is no job {job_id}.")
    return found


def subject_of_job(job: Job) -> Run | DatasetVersion | None:
    """What the job is for, if it is a run or a dataset version."""
    if not job.subject_id.isdigit():
        return None
    if job.subject_type == "run":
        return Run.objects.filter(project=job.project_id, pk=job.subject_id).first()
    if job.subject_type == "datasetversion":
        versions = DatasetVersion.objects.filter(project=job.project_id, pk=job.subject_id)
        return versions.select_related("dataset").defer("profile").first()
    return None


def visible_datasets(project: Project) -> QuerySet[Dataset]:
    return Dataset.objects.filter(project=project)


def dataset(*, project: Project, name: str) -> Dataset:
    """Raises NotFound."""
    found = visible_datasets(project).filter(name=name).first()
    if found is None:
        raise NotFound(f"There is no dataset {name[:80]!r}.")
    return found


def visible_versions(project: Project) -> QuerySet[DatasetVersion]:
    return DatasetVersion.objects.filter(project=project).select_related("dataset", "created_by")


def recent_versions(project: Project, *, at_most: int) -> list[DatasetVersion]:
    """The newest versions; of their profiles only whether there is one (`is_profiled`)."""
    rows = visible_versions(project).select_related("original").defer("profile")
    return list(rows.annotate(is_profiled=Q(profile__isnull=False)).order_by("-pk")[:at_most])


def runs_on(version: DatasetVersion) -> QuerySet[Run]:
    """The active runs that used it, newest first."""
    return visible_runs(version.project).filter(inputs__dataset_version=version).distinct().order_by("-pk")


def dataset_version(*, project: Project, name: str, number: int) -> DatasetVersion:
    """Raises NotFound."""
    found = None
    if number <= MAX_NUMBER:
        versions = visible_versions(project).select_related("original", "table")
        found = versions.filter(dataset__name=name, number=number).first()
    if found is None:
        raise NotFound(f"There is no version {number} of the dataset {name[:80]!r}.")
    return found


def metric_columns(latest: Iterable[Iterable[Latest]], *, first: str = "", at_most: int = 4) -> list[str]:
    """The metrics that are a table's columns: `first` (the scope's) and what most runs have. What was measured while
    training comes after what was measured at the end; ends of intervals, durations and the machine's load not at all.
    """
    counts: dict[str, int] = {}
    for values in latest:
        for one in values:
            counts[one.key] = counts.get(one.key, 0) + 1
    worth = [key for key in counts if not key.endswith(("_low", "_high", "_seconds")) and not key.startswith(SYSTEM)]
    return sorted(worth, key=lambda key: (key != first, is_of_a_part(key), -counts[key], key))[:at_most]


def is_of_a_part(key: str) -> bool:
    """Whether a metric was measured on a part of the training data, e.g. `val_loss`."""
    return re.split(r"[_/.]", key, maxsplit=1)[0].lower() in PARTS


def upload_by_token(token: str, *, project: Project | None = None) -> Upload:
    """Raises NotFound, with the same words whether it is missing or another project's."""
    found = Upload.objects.select_related("project").filter(token=token)
    upload = (found if project is None else found.filter(project=project)).first()
    if upload is None:
        raise NotFound("There is no such upload: it was aborted, or its time is over.")
    return upload


def artifact_as_signed(*, pk: int, digest: str) -> Artifact:
    """The file, if it still has the bytes that it had when its address was signed. Raises NotFound."""
    found = Artifact.objects.filter(pk=pk, blob=digest).first()
    if found is None:
        raise NotFound("There is no such file any more, or it was replaced.")
    return found


@dataclass(frozen=True)
class RunTrace:
    """A trace of a run, as its page lists it. `duration_ms` is None while it goes on."""

    trace_id: str
    name: str
    status: str
    duration_ms: int | None
    started_at: datetime
    span_count: int


def traces_of(run: Run, *, limit: int = 100) -> list[RunTrace]:
    """The newest traces of a run, at most `limit`."""
    rows = Trace.objects.filter(run=run).annotate(span_count=Count("spans")).order_by("-request_time_ms", "-pk")
    return [
        RunTrace(
            trace_id=one.trace_id,
            name=one.tags.get("mlflow.traceName") or one.trace_id,
            status=one.state,
            duration_ms=one.duration_ms,
            started_at=datetime.fromtimestamp(one.request_time_ms / 1000, UTC),
            span_count=one.span_count,
        )
        for one in rows[:limit]
    ]


def trace_of(run: Run, trace_id: str) -> Trace:
    """Raises NotFound."""
    found = Trace.objects.filter(run=run, trace_id=trace_id).first()
    if found is None:
        raise NotFound(f"The run {run.run_id} has no trace {trace_id[:80]!r}.")
    return found


def spans_of(trace: Trace) -> QuerySet[TraceSpan]:
    """In the order in which they began."""
    return TraceSpan.objects.filter(trace=trace).order_by("start_ns", "pk")


def spans_of_traces(traces: Iterable[Trace]) -> dict[int, list[TraceSpan]]:
    """The spans of each trace by its primary key, in the order in which they began."""
    found: dict[int, list[TraceSpan]] = {trace.pk: [] for trace in traces}
    for span in TraceSpan.objects.filter(trace__in=list(found)).order_by("start_ns", "pk"):
        found[span.trace_id].append(span)
    return found
