"""The one statement that writes metric points, for one run or for many.

It finds the runs, writes the points and keeps the latest value of each key. A run that is missing, of another project,
put aside or (for a client) ended or trained here gets nothing, and the answer says which got theirs: so calls of
several clients can share a statement and its commit, and none fails for another's sake. Numbers travel as array
literals: psycopg needs a microsecond for each element of a list, a batch of a thousand has four thousand.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from core.errors import Invalid
from experiments.models import Run
from experiments.operations.limits import MAX_INT, MAX_METRICS, check_integer, check_key

WRITE = """
WITH asked AS MATERIALIZED (
    SELECT run.id AS run_id, run.experiment_id, given.item
    FROM unnest(%s::text[], %s::bigint[]) WITH ORDINALITY AS given(run_id, project_id, item)
    JOIN experiments_run AS run ON run.run_id = given.run_id AND run.project_id = given.project_id
    WHERE run.lifecycle = 'active' AND (%s OR run.source <> 'training' AND run.status IN ('RUNNING', 'SCHEDULED'))
), names AS MATERIALIZED (
    SELECT metricname.id AS key_id, given.name
    FROM unnest(%s::text[]) WITH ORDINALITY AS given(text, name)
    JOIN experiments_metricname AS metricname ON metricname.name = given.text
), points AS MATERIALIZED (
    SELECT run_id, key_id, experiment_id, step, at, value
    FROM unnest(%s::int[], %s::int[], %s::bigint[], %s::bigint[], %s::float8[]) AS given(item, name, step, at, value)
    JOIN asked USING (item) JOIN names USING (name)
    WHERE (SELECT count(*) FROM names) = %s
), written AS (
    INSERT INTO experiments_metricpoint (run_id, key_id, step, timestamp_ms, value)
    SELECT run_id, key_id, step, at, value FROM points ORDER BY run_id, key_id, step
    ON CONFLICT DO NOTHING
), counted AS (
    -- In the order of runs and keys, so that two writers wait for each other and do not deadlock.
    INSERT INTO experiments_latestmetric AS latest (run_id, key_id, experiment_id, step, timestamp_ms, value)
    SELECT DISTINCT ON (run_id, key_id) run_id, key_id, experiment_id, step, at, value
    FROM points ORDER BY run_id, key_id, step DESC, at DESC, value DESC
    ON CONFLICT (run_id, key_id) DO UPDATE
    SET step = excluded.step, timestamp_ms = excluded.timestamp_ms, value = excluded.value
    WHERE (excluded.step, excluded.timestamp_ms, excluded.value) > (latest.step, latest.timestamp_ms, latest.value)
)
SELECT (SELECT count(*) FROM names), (SELECT coalesce(array_agg(item::int), '{}') FROM asked)
"""

# In order, so that two writers of the same new names wait for each other and do not deadlock.
ADD_NAMES = """
INSERT INTO experiments_metricname (name) SELECT unnest(%s::text[]) AS name ORDER BY name ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True)
class MetricEntry:
    """One value. NaN and infinities are values like others."""

    key: str
    value: float
    step: int
    timestamp_ms: int


@dataclass(frozen=True)
class Points:
    """Checked values of one run, column by column."""

    keys: Sequence[str]
    values: Sequence[float]
    steps: Sequence[int]
    timestamps: Sequence[int]

    def __len__(self) -> int:
        return len(self.keys)


NO_POINTS = Points((), (), (), ())


@dataclass(frozen=True)
class Item:
    """What one call logs to one run."""

    run_id: str
    project_id: int
    points: Points


def checked(entries: Sequence[MetricEntry]) -> Points:
    """Raises Invalid for names and numbers that cannot be logged."""
    for entry in entries:
        if isinstance(entry.value, bool) or not isinstance(entry.value, int | float):
            raise Invalid(f"The value of {entry.key!r} must be a number: got {entry.value!r}.", field="value")
    columns = Points(
        keys=[entry.key for entry in entries],
        values=[float(entry.value) for entry in entries],
        steps=[entry.step for entry in entries],
        timestamps=[entry.timestamp_ms for entry in entries],
    )
    check_points(columns)
    for entry in entries:
        check_integer("step", entry.step, low=-MAX_INT - 1)
        check_integer("timestamp", entry.timestamp_ms)
    return columns


def check_points(points: Points) -> None:
    """How many, and their names. Raises Invalid."""
    if len(points) > MAX_METRICS:
        raise Invalid(
            f"A batch logging request can contain at most {MAX_METRICS} metrics. Got {len(points)} metrics.",
            field="metrics",
            code="too_many",
        )
    for key in dict.fromkeys(points.keys):
        check_key("metric", key)


def names_of(items: Iterable[Item]) -> list[str]:
    return list(dict.fromkeys(key for item in items for key in item.points.keys))


def arguments(items: Sequence[Item], names: Sequence[str], *, by_house: bool = False) -> list[Any]:
    """What WRITE takes."""
    numbers = {name: number for number, name in enumerate(names, start=1)}
    return [
        [item.run_id for item in items],
        [item.project_id for item in items],
        by_house,
        list(names),
        _array([number for number, item in enumerate(items, start=1) for _ in item.points.keys]),
        _array([numbers[key] for item in items for key in item.points.keys]),
        _array([step for item in items for step in item.points.steps]),
        _array([at for item in items for at in item.points.timestamps]),
        _array([value for item in items for value in item.points.values]),
        len(names),
    ]


def _array(numbers: Iterable[float]) -> str:
    """PostgreSQL reads Python's `nan` and `inf` too."""
    return "{" + ",".join(map(repr, numbers)) + "}"


def write_points(run: Run, points: Points) -> None:
    """Write to a run that the caller has locked and may write to."""
    item = Item(run.run_id, run.project_id, points)
    names = names_of([item])
    with connection.cursor() as cursor:
        for _ in range(2):
            cursor.execute(WRITE, arguments([item], names, by_house=True))
            if cursor.fetchone()[0] == len(names):
                return
            cursor.execute(ADD_NAMES, [names])
        cursor.execute(WRITE, arguments([item], names, by_house=True))
