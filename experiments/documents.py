"""Whole runs as one row each: what an MLflow client is shown of a run, by one asynchronous statement.

The latest metrics come as finished JSON of MLflow's shape, in which PostgreSQL writes NaN and infinities as
proto3 does.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import orjson
from django.db import connection

from core import pool

_COLUMNS = """
run.run_id, run.name, run.experiment_id, run.status, run.lifecycle, run.params, run.tags, run.started_at, run.ended_at,
(SELECT json_agg(json_build_object('key', metricname.name, 'value', latest.value, 'timestamp', latest.timestamp_ms,
                                   'step', latest.step) ORDER BY metricname.name)::text
 FROM experiments_latestmetric AS latest JOIN experiments_metricname AS metricname ON metricname.id = latest.key_id
 WHERE latest.run_id = run.id),
(SELECT json_agg(json_build_array(name, digest, context, details) ORDER BY id)
 FROM experiments_runinput AS input WHERE input.run_id = run.id),
(SELECT array_agg(model_id ORDER BY id) FROM experiments_loggedmodel AS model
 WHERE model.source_run_id = run.id AND model.lifecycle = 'active')
"""
_ONE = f"SELECT {_COLUMNS} FROM experiments_run AS run WHERE run.run_id = %s AND run.project_id = %s"


@dataclass(frozen=True, slots=True)
class Input:
    """Data that a run used."""

    name: str
    digest: str
    context: str
    details: dict[str, Any]


@dataclass(frozen=True, slots=True)
class RunDocument:
    """A run with everything that was logged to it."""

    run_id: str
    name: str
    experiment_id: int
    status: str
    lifecycle: str
    params: dict[str, str]
    tags: dict[str, str]
    started_at: datetime
    ended_at: datetime | None
    metrics: orjson.Fragment
    inputs: list[Input]
    models: list[str]


async def run_document(*, project_id: int, run_id: str) -> RunDocument | None:
    """Also a deleted one; None if it is missing or of another project."""
    found = await pool.rows(_ONE, [run_id, project_id])
    return _document(found[0]) if found else None


async def run_documents(
    found: str, parameters: Sequence[Any], *, size: int, start: int
) -> tuple[list[RunDocument], list[str]]:
    """A page of the runs that this SELECT finds, in its order, and what it says beside the primary key of each, as
    text."""
    statement = f"""
        WITH page AS MATERIALIZED (
            SELECT id, lead, row_number() OVER () AS place FROM ({found} LIMIT %s OFFSET %s) AS found(id, lead)
        )
        SELECT page.lead::text, {_COLUMNS} FROM page JOIN experiments_run AS run USING (id) ORDER BY page.place
    """
    rows = await pool.rows(statement, [*parameters, size, start])
    return [_document(row[1:]) for row in rows], [row[0] for row in rows]


_NAMES = """
SELECT (SELECT json_object_agg(name, id) FROM experiments_metricname WHERE name = ANY(%s))
FROM experiments_experiment WHERE id = %s AND project_id = %s
"""


async def ids_of_metrics(*, project_id: int, experiment_id: int, names: Sequence[str]) -> dict[str, int] | None:
    """The ids of those of the names that are known; None if the experiment is missing or of another project."""
    found = await pool.rows(_NAMES, [list(names), experiment_id, project_id])
    return (found[0][0] or {}) if found else None


def _document(row: tuple[Any, ...]) -> RunDocument:
    run_id, name, experiment, status, lifecycle, params, tags, started, ended, metrics, inputs, models = row
    found = orjson.Fragment(metrics or "[]")
    given = [Input(*one) for one in inputs] if inputs else []
    return RunDocument(
        run_id, name, experiment, status, lifecycle, params, tags, started, ended, found, given, models or []
    )


_HISTORY = """
WITH page AS MATERIALIZED (
    SELECT point.step, point.timestamp_ms, point.value
    FROM experiments_run AS run JOIN experiments_metricpoint AS point ON point.run_id = run.id
    WHERE run.run_id = %(run_id)s AND run.project_id = %(project_id)s
      AND point.key_id = (SELECT id FROM experiments_metricname WHERE name = %(key)s)
      AND (point.step, point.timestamp_ms, point.value) > (%(step)s, %(at)s, %(value)s)
    ORDER BY point.step, point.timestamp_ms, point.value LIMIT %(size)s + 1
), shown AS (
    SELECT * FROM page LIMIT %(size)s
)
SELECT (SELECT json_agg(json_build_object('key', %(key)s::text, 'value', value, 'timestamp', timestamp_ms,
                                          'step', step))::text FROM shown),
       (SELECT count(*) FROM page),
       (SELECT json_build_array(step, timestamp_ms, value::text) FROM shown OFFSET %(size)s - 1)
FROM experiments_run AS run WHERE run.run_id = %(run_id)s AND run.project_id = %(project_id)s
"""
BEFORE_ALL = (-(2**63), 0, float("-inf"))


async def history(
    *, project_id: int, run_id: str, key: str, size: int, after: tuple[int, int, float] | None
) -> tuple[orjson.Fragment, tuple[int, int, float] | None] | None:
    """A page of a metric's history after a point, and the point after which the next page begins, if there is one.
    None if the run is missing or of another project.
    """
    step, at, value = after or BEFORE_ALL
    names = {"run_id": run_id, "project_id": project_id, "key": key, "size": size}
    found = await pool.rows(_HISTORY, names | {"step": step, "at": at, "value": value})
    if not found:
        return None
    points, count, last = found[0]
    rest = (int(last[0]), int(last[1]), float(last[2])) if count > size else None
    return orjson.Fragment(points or "[]"), rest


_SAMPLED = """
WITH runs AS MATERIALIZED (
    SELECT id, run_id FROM experiments_run WHERE project_id = %(project_id)s AND run_id = ANY(%(run_ids)s)
), metric AS MATERIALIZED (
    SELECT id FROM experiments_metricname WHERE name = %(key)s
), ends AS MATERIALIZED (
    SELECT runs.id, runs.run_id, low.step AS low, high.step AS high
    FROM runs, metric, LATERAL (
        SELECT step FROM experiments_metricpoint WHERE run_id = runs.id AND key_id = metric.id
            AND step BETWEEN %(first)s AND %(last)s ORDER BY step LIMIT 1
    ) AS low, LATERAL (
        SELECT step FROM experiments_metricpoint WHERE run_id = runs.id AND key_id = metric.id
            AND step BETWEEN %(first)s AND %(last)s ORDER BY step DESC LIMIT 1
    ) AS high
), whole AS MATERIALIZED (
    SELECT ends.id, ends.run_id, point.step, point.timestamp_ms, point.value FROM ends, metric, LATERAL (
        SELECT step, timestamp_ms, value FROM experiments_metricpoint WHERE run_id = ends.id AND key_id = metric.id
            AND step BETWEEN %(first)s AND %(last)s ORDER BY step, timestamp_ms, value LIMIT %(most)s + 1
    ) AS point
), short AS MATERIALIZED (
    SELECT id FROM whole GROUP BY id HAVING count(*) <= %(most)s
), wanted AS MATERIALIZED (
    SELECT DISTINCT floor(low + (high - low)::numeric * number / greatest(%(most)s - 1, 1))::bigint AS step
    FROM (SELECT min(low) AS low, max(high) AS high FROM ends) AS range, generate_series(0, %(most)s - 1) AS number
), found AS (
    SELECT run_id, step, timestamp_ms, value FROM whole WHERE id IN (SELECT id FROM short)
    UNION
    SELECT ends.run_id, point.step, point.timestamp_ms, point.value
    FROM ends, metric, (SELECT step FROM wanted UNION SELECT high FROM ends) AS target, LATERAL (
        SELECT step, timestamp_ms, value FROM experiments_metricpoint WHERE run_id = ends.id AND key_id = metric.id
            AND step >= target.step ORDER BY step, timestamp_ms, value LIMIT 1
    ) AS point WHERE ends.id NOT IN (SELECT id FROM short) AND target.step BETWEEN ends.low AND ends.high
)
SELECT (SELECT count(*) FROM runs),
       (SELECT json_agg(json_build_object('key', %(key)s::text, 'value', value, 'timestamp', timestamp_ms,
                                          'step', step, 'run_id', run_id)
                        ORDER BY run_id, step, timestamp_ms, value)::text FROM found)
"""


@dataclass(frozen=True, slots=True)
class Samples:
    """What to show of a metric of some runs: between two steps about `most` points of each, spread evenly over the
    steps of all, by as many probes of the index; all of a short history.
    """

    project_id: int
    run_ids: list[str]
    key: str
    most: int
    first: int
    last: int


async def sampled(asked: Samples) -> tuple[int, orjson.Fragment]:
    """How many of the runs there are, and the points."""
    [(count, points)] = await pool.rows(_SAMPLED, asdict(asked))
    return count, orjson.Fragment(points or "[]")


def sampled_points(asked: Samples) -> orjson.Fragment:
    """The points, by Django's connection."""
    with connection.cursor() as cursor:
        cursor.execute(_SAMPLED, asdict(asked))
        return orjson.Fragment(cursor.fetchone()[1] or "[]")
