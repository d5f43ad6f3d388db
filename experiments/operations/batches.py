"""What a run logs: metrics, params and tags, all of a batch or nothing.

What is logged to a run that is open is its data: it is whispered to open pages, about once a second for each run, and
the event of the run's end sums it up (`runs.summary`). What is logged after its end is an event for each batch.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import connection, transaction

from core import events
from core.errors import Invalid
from core.models import User
from core.rules import require
from experiments import rules
from experiments.events import RUN_LOGGED
from experiments.models import Run
from experiments.operations.limits import (
    MAX_ENTITIES,
    MAX_PARAM_VALUE,
    MAX_PARAMS,
    MAX_TAG_VALUE,
    MAX_TAGS,
    check_texts,
)
from experiments.operations.points import MetricEntry, checked, write_points
from experiments.operations.runs import ENDED, lock_run
from experiments.operations.whispers import measured


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
    points = checked(metrics)
    check_documents(params, tags, metrics=len(metrics))
    run = lock_run(run)
    only_tags = not metrics and not params
    require(rules.why_not_train(by, run.project_id) if only_tags else rules.why_not_log(by, run))
    new_params, new_tags = _new_params(run, params), _changed(run.tags, tags)
    if not (metrics or new_params or new_tags):
        return run
    if new_params or new_tags:
        run.params, run.tags = run.params | new_params, run.tags | new_tags
        run.save(update_fields=["params", "tags"])
    if metrics:
        write_points(run, points)
    if run.status in ENDED:
        named = {"metrics": sorted(set(points.keys)), "params": sorted(new_params), "tags": sorted(new_tags)}
        events.record(RUN_LOGGED, run, by=by, **named)
    transaction.on_commit(lambda: measured(run.project_id, run.run_id), robust=True)
    return run


def clear_metrics(*, run: Run) -> None:
    """Forget all points of a run whose work begins again. Only a worker that holds the run's job does this."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM experiments_metricpoint WHERE run_id = %s", [run.pk])
        cursor.execute("DELETE FROM experiments_latestmetric WHERE run_id = %s", [run.pk])


def check_documents(params: Mapping[str, str], tags: Mapping[str, str], *, metrics: int) -> None:
    """Params and tags of a batch that logs so many metrics beside them. Raises Invalid."""
    check_texts("param", params, at_most=MAX_PARAMS, value_length=MAX_PARAM_VALUE)
    check_texts("tag", tags, at_most=MAX_TAGS, value_length=MAX_TAG_VALUE)
    total = metrics + len(params) + len(tags)
    if total > MAX_ENTITIES:
        raise Invalid(
            f"A batch logging request can contain at most {MAX_ENTITIES} params, tags and metrics. Got {total}.",
            field="metrics",
            code="too_many",
        )


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
