"""How well the model did in each window, where the truth has arrived."""

from typing import Any

import numpy as np
from django.db.models import Case, Count, Q, QuerySet, Value, When

from models_registry.models import PredictionLog
from models_registry.queries import signature_of
from monitoring.models import DriftWindow, Monitor
from monitoring.windows.performance import binary_performance, multiclass_performance

# Truth comes later than the prediction: this many windows back it is looked for.
WINDOWS_BACK = 30


def performance_due(monitor: Monitor) -> list[tuple[DriftWindow, dict[str, Any]]]:
    """The recent windows for which more truth has arrived, oldest first, each with its performance as it is now."""
    found = (
        DriftWindow.objects.filter(monitor=monitor)
        .select_related("model_version", "monitor__deployment")
        .order_by("-started_at")
    )
    windows = list(found[:WINDOWS_BACK])[::-1]
    counts = _counts(monitor, windows)
    grown = [window for window in windows if counts.get(window.pk, 0) > window.performance.get("labelled", 0)]
    return [(window, _performance(window)) for window in grown]


def _counts(monitor: Monitor, windows: list[DriftWindow]) -> dict[int, int]:
    """Labelled predictions of each window, by its primary key, in one query."""
    if not windows:
        return {}
    labelled = PredictionLog.objects.filter(
        deployment=monitor.deployment_id, truth_at__isnull=False, at__gte=windows[0].started_at
    )
    which = Case(*[When(_inside(each), then=Value(each.pk)) for each in windows])
    counted = labelled.annotate(window=which).exclude(window=None).order_by().values_list("window")
    return dict(counted.annotate(Count("pk")))


def _inside(window: DriftWindow) -> Q:
    return Q(at__gte=window.started_at, at__lt=window.ended_at, model_version=window.model_version_id)


def _performance(window: DriftWindow) -> dict[str, Any]:
    known = PredictionLog.objects.filter(deployment__monitor=window.monitor_id, truth_at__isnull=False)
    labelled = known.filter(_inside(window)).order_by("at", "pk")
    output = (signature_of(window.model_version) or {}).get("output") or {}
    if output.get("task") == "binary":
        return _binary(labelled.exclude(score=None), positive=output.get("positive"))
    pairs = labelled.values_list("label", "truth")
    is_right = np.array([_text(label) == _text(truth) for label, truth in pairs], dtype=bool)
    return multiclass_performance(is_right=is_right)


def _binary(labelled: "QuerySet[PredictionLog]", *, positive: Any) -> dict[str, Any]:
    rows = list(labelled.values_list("truth", "score"))
    return binary_performance(
        is_positive=np.array([_text(truth) == _text(positive) for truth, _ in rows], dtype=bool),
        score=np.array([score for _, score in rows], dtype=np.float64),
    )


def _text(value: Any) -> str:
    """true, True and "true" are one class."""
    return str(value).lower()
