"""What a run logs: metrics, params and tags, all of a batch or nothing.

Points are many and narrow: one statement writes them and keeps the latest value of each key. They are whispered to
open pages, about once a second for each run. Params and tags say what was tried: a batch that changes any of them is
one RUN_LOGGED event, which names them. A batch of metrics alone is no event; the run's end is.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from core import events
from core.errors import Invalid
from core.models import User
from core.rules import require
from experiments import rules
from experiments.events import RUN_LOGGED
from experiments.models import MetricName, Run
from experiments.operations.limits import (
    MAX_ENTITIES,
    MAX_INT,
    MAX_METRICS,
    MAX_PARAM_VALUE,
    MAX_PARAMS,
    MAX_TAG_VALUE,
    MAX_TAGS,
    check_integer,
    check_key,
    check_texts,
)
from experiments.operations.runs import lock_run
from experiments.operations.whispers import measured


@dataclass(frozen=True)
class MetricEntry:
    """One value. NaN and infinities are values like others."""

    key: str
    value: float
    step: int
    timestamp_ms: int


@transaction.atomic
def log_batch(
    *,
    run: Run,
    by: User | None,
    now: datetime,
    metrics: Sequence[MetricEntry] = (),
    params: Mapping[str, str] | None = None,
    tags: Mapping[str, str] | None = None,
) -> Run:
    """Log to a run, open or ended. The same batch again changes nothing; a param never changes its value.

    Raises NotAllowed, Invalid (names, sizes, `param_changed`), Conflict (`deleted`).
    """
    params, tags = dict(params or {}), dict(tags or {})
    _check(metrics, params, tags)
    run = lock_run(run)
    only_tags = not metrics and not params
    require(rules.why_not_train(by, run.project_id) if only_tags else rules.why_not_log(by, run))
    new_params, new_tags = _new_params(run, params), _changed(run.tags, tags)
    if new_params or new_tags:
        run.params, run.tags = run.params | new_params, run.tags | new_tags
        run.save(update_fields=["params", "tags"])
        events.record(RUN_LOGGED, run, by=by, params=sorted(new_params), tags=sorted(new_tags))
    if metrics:
        _write_points(run, metrics)
        transaction.on_commit(lambda: measured(run.project_id, run.run_id), robust=True)
    return run


def clear_metrics(*, run: Run) -> None:
    """Forget all points of a run whose work begins again. Only a worker that holds the run's job does this."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM experiments_metricpoint WHERE run_id = %s", [run.pk])
        cursor.execute("DELETE FROM experiments_latestmetric WHERE run_id = %s", [run.pk])


def _check(metrics: Sequence[MetricEntry], params: Mapping[str, str], tags: Mapping[str, str]) -> None:
    if len(metrics) > MAX_METRICS:
        raise Invalid(
            f"A batch logging request can contain at most {MAX_METRICS} metrics. Got {len(metrics)} metrics.",
            field="metrics",
            code="too_many",
        )
    check_texts("param", params, at_most=MAX_PARAMS, value_length=MAX_PARAM_VALUE)
    check_texts("tag", tags, at_most=MAX_TAGS, value_length=MAX_TAG_VALUE)
    total = len(metrics) + len(params) + len(tags)
    if total > MAX_ENTITIES:
        raise Invalid(
            f"A batch logging request can contain at most {MAX_ENTITIES} params, tags and metrics. Got {total}.",
            field="metrics",
            code="too_many",
        )
    for key in {entry.key for entry in metrics}:
        check_key("metric", key)
    for entry in metrics:
        _check_point(entry)


def _check_point(entry: MetricEntry) -> None:
    if isinstance(entry.value, bool) or not isinstance(entry.value, int | float):
        raise Invalid(f"The value of {entry.key!r} must be a number: got {entry.value!r}.", field="value")
    check_integer("step", entry.step, low=-MAX_INT - 1)
    check_integer("timestamp", entry.timestamp_ms)


def _new_params(run: Run, params: Mapping[str, str]) -> dict[str, str]:
    for key, value in params.items():
        before = run.params.get(key, value)
        if before != value:
            raise Invalid(
                f"Changing param values is not allowed. Param with key={key!r} was already logged with "
                f"value={before!r} for run ID={run.run_id!r}. Attempted logging new value {value!r}.",
                field=key,
                code="param_changed",
            )
    return {key: value for key, value in params.items() if key not in run.params}


def _changed(before: Mapping[str, str], after: Mapping[str, str]) -> dict[str, str]:
    return {key: value for key, value in after.items() if before.get(key) != value}


_WRITE_POINTS = """
WITH given AS (
    SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::float8[]) AS t(key_id, step, at, value)
), points AS (
    INSERT INTO experiments_metricpoint (run_id, key_id, step, timestamp_ms, value)
    SELECT %s, key_id, step, at, value FROM given
    ON CONFLICT DO NOTHING
)
INSERT INTO experiments_latestmetric AS latest (run_id, key_id, step, timestamp_ms, value)
SELECT DISTINCT ON (key_id) %s, key_id, step, at, value FROM given ORDER BY key_id, step DESC, at DESC, value DESC
ON CONFLICT (run_id, key_id) DO UPDATE
SET step = excluded.step, timestamp_ms = excluded.timestamp_ms, value = excluded.value
WHERE (excluded.step, excluded.timestamp_ms, excluded.value) > (latest.step, latest.timestamp_ms, latest.value)
"""


def _write_points(run: Run, metrics: Sequence[MetricEntry]) -> None:
    keys = _key_ids({entry.key for entry in metrics})
    columns = (
        [keys[entry.key] for entry in metrics],
        [entry.step for entry in metrics],
        [entry.timestamp_ms for entry in metrics],
        [float(entry.value) for entry in metrics],
    )
    with connection.cursor() as cursor:
        cursor.execute(_WRITE_POINTS, [*columns, run.pk, run.pk])


def _key_ids(names: Iterable[str]) -> dict[str, int]:
    """Ids of metric names, which are made when they are met for the first time (in order, so that two writers of the
    same new names wait for each other and do not deadlock).
    """
    wanted = sorted(names)
    known = dict(MetricName.objects.filter(name__in=wanted).values_list("name", "pk"))
    missing = [name for name in wanted if name not in known]
    if not missing:
        return known
    MetricName.objects.bulk_create([MetricName(name=name) for name in missing], ignore_conflicts=True)
    return known | dict(MetricName.objects.filter(name__in=missing).values_list("name", "pk"))
