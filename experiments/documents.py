"""Whole runs as one row each: what an MLflow client is shown of a run, by one asynchronous statement.

The latest metrics come as finished JSON of MLflow's shape, in which PostgreSQL writes NaN and infinities as
proto3 does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

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


async def run_documents(ids: str, parameters: Sequence[Any], *, size: int, start: int) -> list[RunDocument]:
    """A page of the runs whose primary keys this SELECT finds, in its order."""
    statement = f"""
        WITH page AS MATERIALIZED (
            SELECT id, row_number() OVER () AS place FROM ({ids} LIMIT %s OFFSET %s) AS found(id)
        )
        SELECT {_COLUMNS} FROM page JOIN experiments_run AS run USING (id) ORDER BY page.place
    """
    return [_document(row) for row in await pool.rows(statement, [*parameters, size, start])]


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
