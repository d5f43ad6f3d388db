"""What deployments answered, minute by minute: how many calls, how many failed, and how long they took."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from core import jobs
from core.errors import DomainError
from models_registry.latencies import CLASSES, class_of
from models_registry.models import Deployment
from projects.models import Indicator

READ_SERVING = "read_serving"
METRICS = ("serving.failed", "serving.refused", "serving.latency_p95")

# Each process counts in a row of its own, or of few: calls at the same time do not wait for each other's row.
PARTS = 8

# Nobody waits for the disk for a count: the setting ends with the statement, which is a transaction of its own.
_COUNT = """
WITH quick AS MATERIALIZED (
    SELECT set_config('synchronous_commit',
                      CASE WHEN %(alone)s THEN 'off' ELSE current_setting('synchronous_commit') END, true)
)
INSERT INTO models_registry_servingminute AS kept (deployment_id, minute, part, calls, failed, refused, latencies)
SELECT %(deployment)s, date_trunc('minute', %(at)s::timestamptz), %(part)s, 1, %(failed)s, %(refused)s,
       %(latencies)s::integer[] FROM quick
ON CONFLICT (deployment_id, minute, part) DO UPDATE
SET calls = kept.calls + 1, failed = kept.failed + EXCLUDED.failed, refused = kept.refused + EXCLUDED.refused,
    latencies[%(place)s] = kept.latencies[%(place)s] + 1
RETURNING xmax = 0
"""


@contextmanager
def counted(deployment: Deployment, *, at: datetime) -> Iterator[None]:
    """Count what happens inside as one call: refused where the caller is told what is wrong with the rows, failed where
    the deployment had no answer."""
    begun = time.perf_counter()
    try:
        yield
    except DomainError as exc:
        _count(deployment, at, begun, failed=exc.status >= 500, refused=exc.status < 500)
        raise
    except Exception:
        _count(deployment, at, begun, failed=True)
        raise
    _count(deployment, at, begun)


def _count(deployment: Deployment, at: datetime, begun: float, *, failed: bool = False, refused: bool = False) -> None:
    if connection.needs_rollback:  # somebody's transaction is lost, and this with it
        return
    place = class_of(1_000 * (time.perf_counter() - begun))
    given: dict[str, Any] = {
        "alone": not connection.in_atomic_block,
        "deployment": deployment.pk,
        "at": at,
        "part": os.getpid() % PARTS,
        "failed": int(failed),
        "refused": int(refused),
        "latencies": [int(index == place) for index in range(CLASSES)],
        "place": place + 1,  # the database counts from 1
    }
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, given)
        is_new = cursor.fetchone()[0]
    if is_new:
        _read_later(deployment, at)


def _read_later(deployment: Deployment, at: datetime) -> None:
    """With the first call of a minute: once it is over, the risks that are bound to it are told."""
    bound = Indicator.objects.filter(risk__project=deployment.project_id, subject=deployment.name, removed_at=None)
    if not bound.filter(metric__in=METRICS).exists():
        return
    key = f"{READ_SERVING}:{deployment.pk}:{at:%Y%m%d%H%M}"
    with transaction.atomic():
        jobs.submit(
            READ_SERVING,
            project_id=deployment.project_id,
            by=None,
            payload={"deployment": deployment.pk},
            unique_key=key,
            delay=timedelta(minutes=1),
        )
