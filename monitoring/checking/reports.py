"""What each window shows: computed from committed predictions alone, so that a second run says the same bit for bit."""

from datetime import datetime, timedelta
from typing import Any

import orjson

from core import storage
from experiments.tabular import Table
from experiments.tabular.bins import BinnedTable, count_window, merge
from models_registry.models import ModelVersion, PredictionLog
from models_registry.queries import reference_of
from monitoring.drift.compare import compare, drifted_features, enough_rows
from monitoring.drift.rule import Rule
from monitoring.enums import WindowState
from monitoring.models import Monitor
from monitoring.queries import WindowReport
from monitoring.windows.grid import checkable_until, floor

# One run of the job looks at no more: after a long pause the next slots go on where it stopped.
MAX_WINDOWS = 48
CHUNK_ROWS = 2_000


def window_reports(monitor: Monitor, *, now: datetime) -> tuple[list[WindowReport], datetime]:
    """The windows since the watermark that are over, oldest first, and the watermark to go on from.

    A window without predictions has no report: there was nothing to see.
    """
    until = checkable_until(now, seconds=monitor.window_seconds)
    length, references = timedelta(seconds=monitor.window_seconds), _References()
    found: list[WindowReport] = []
    cursor = monitor.watermark
    while len(found) < MAX_WINDOWS:
        start = _next_window(monitor, cursor, until)
        if start is None:
            return found, max(cursor, until)
        found.append(_report(monitor, start, start + length, references))
        cursor = start + length
    return found, cursor


def _next_window(monitor: Monitor, cursor: datetime, until: datetime) -> datetime | None:
    """The start of the first window from `cursor` on that has predictions and ends by `until`."""
    first = (
        PredictionLog.objects.filter(deployment=monitor.deployment_id, at__gte=cursor, at__lt=until)
        .order_by("at")
        .values_list("at", flat=True)
        .first()
    )
    return None if first is None else max(cursor, floor(first, seconds=monitor.window_seconds))


class _References:
    """The training data of each version in bins, read once a run."""

    def __init__(self) -> None:
        self._known: dict[int, BinnedTable | None] = {}

    def of(self, version_id: int) -> BinnedTable | None:
        if version_id not in self._known:
            self._known[version_id] = _read_reference(version_id)
        return self._known[version_id]


def _read_reference(version_id: int) -> BinnedTable | None:
    reference = reference_of(ModelVersion.objects.get(pk=version_id))
    if reference is None:
        return None
    return BinnedTable.from_json(orjson.loads(storage.read_blob(reference))["features"])


def _report(monitor: Monitor, start: datetime, end: datetime, references: _References) -> WindowReport:
    inside = PredictionLog.objects.filter(deployment=monitor.deployment_id, at__gte=start, at__lt=end)
    version_id = inside.order_by("-at", "-pk").values_list("model_version_id", flat=True)[0]
    served = inside.filter(model_version=version_id)
    reference = references.of(version_id)
    features: list[dict[str, Any]] = []
    if reference is None:
        rows, state = served.count(), WindowState.NO_REFERENCE
    else:
        rows, state, features = _compared(reference, served.values_list("features", flat=True), monitor.min_rows)
    return WindowReport(
        started_at=start, ended_at=end, model_version_id=version_id, rows=rows, state=state, features=features
    )


def _compared(reference: BinnedTable, rows: Any, min_rows: int) -> tuple[int, WindowState, list[dict[str, Any]]]:
    window = _counted(reference, rows)
    if window.rows < min_rows:
        return window.rows, WindowState.INSUFFICIENT_DATA, []
    drifts = compare(reference, window, rule=Rule(min_rows=min_rows))
    if not enough_rows(drifts):
        state = WindowState.INSUFFICIENT_DATA
    else:
        state = WindowState.DRIFTED if drifted_features(drifts) else WindowState.STABLE
    return window.rows, state, [each.as_json() for each in drifts]


def _counted(reference: BinnedTable, rows: Any) -> BinnedTable:
    """Rows (a queryset of their features) counted into the reference's bins, never all in memory."""
    total: BinnedTable | None = None
    chunk: list[dict[str, Any]] = []
    for features in rows.iterator(chunk_size=CHUNK_ROWS):
        chunk.append(features)
        if len(chunk) == CHUNK_ROWS:
            total, chunk = _added(reference, total, chunk), []
    if chunk:
        total = _added(reference, total, chunk)
    return total or BinnedTable(rows=0, features={})


def _added(reference: BinnedTable, total: BinnedTable | None, chunk: list[dict[str, Any]]) -> BinnedTable:
    counted = count_window(reference, Table.from_rows(chunk))
    return counted if total is None else merge(total, counted)
