"""What the page shows, as plain values: the heat map, the performance chart, and where a retraining stands."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from core import charts
from core.charts import number
from experiments.metric_names import LOWER_IS_BETTER
from models_registry.checks import metric_of as scope_metric
from models_registry.enums import ReviewState
from models_registry.models import Comparison
from monitoring.drift.rule import Rule
from monitoring.enums import AlertState, RetrainingState, WindowState
from monitoring.models import Alert, DriftWindow, Monitor, Retraining
from monitoring.queries import Labels, judged_by
from monitoring.windows.limits import MIN_LABELLED, MIN_POSITIVE
from projects.models import Scope

EFFECT = Rule().effect

WINDOW_TONES: dict[str, str] = {
    WindowState.STABLE: "ok",
    WindowState.DRIFTED: "bad",
    WindowState.INSUFFICIENT_DATA: "",
    WindowState.NO_REFERENCE: "warn",
}
ALERT_TONES: dict[str, str] = {AlertState.OPEN: "bad", AlertState.ACKNOWLEDGED: "warn", AlertState.RESOLVED: "ok"}
RETRAINING_TONES: dict[str, str] = {
    RetrainingState.WAITING_FOR_LABELS: "thread",
    RetrainingState.TRAINING: "thread",
    RetrainingState.IN_REVIEW: "thread",
    RetrainingState.NOT_BETTER: "warn",
    RetrainingState.DEPLOYED: "ok",
    RetrainingState.DECLINED: "warn",
    RetrainingState.FAILED: "bad",
}


# --- the windows ----------------------------------------------------------------------------------------------------


def heat_map(windows: list[DriftWindow]) -> charts.HeatMap:
    """Features by windows: pale to strong by distance, hot where the rule says drifted."""
    labels = [label_of(window) for window in windows]
    found = [{each["feature"]: each for each in window.features} for window in windows]
    names = list(dict.fromkeys(name for features in found for name in features))
    rows = [
        charts.HeatRow(
            name, [_cell(name, label, features.get(name)) for label, features in zip(labels, found, strict=True)]
        )
        for name in names
    ]
    return charts.HeatMap(columns=labels, rows=rows)


def _cell(name: str, label: str, drift: dict[str, Any] | None) -> charts.Cell:
    if drift is None or drift["status"] != "ok":
        return charts.Cell("none", "–", f"{name}, {label}: not enough data")
    distance = drift["distance"]
    shown = f"{name}, {label}: distance {number(distance, 3)}"
    if drift["drifted"]:
        return charts.Cell("hot", f"{number(distance, 3)}, drifted", f"{shown}, drifted: {drift['reason']}")
    if distance >= EFFECT:
        return charts.Cell("warm", number(distance, 3), f"{shown}, which may be chance")
    return charts.Cell(f"h{min(3, int(4 * distance / EFFECT))}", number(distance, 3), shown)


def label_of(window: DriftWindow) -> str:
    """When it began: to the second, the minute or the day, as its length asks."""
    length = window.ended_at - window.started_at
    if length < timedelta(minutes=1):
        return f"{window.started_at:%H:%M:%S}"
    return f"{window.started_at:%H:%M}" if length < timedelta(days=1) else f"{window.started_at:%d %b}"


def window_rows(windows: list[DriftWindow]) -> list[dict[str, Any]]:
    """The newest first."""
    return [
        {
            "window": window,
            "label": label_of(window),
            "tone": WINDOW_TONES[window.state],
            "drifted": window.drifted_features,
            "new_values": _new_values(window),
            "labelled": window.performance.get("labelled", 0),
        }
        for window in reversed(windows)
    ]


def _new_values(window: DriftWindow) -> str:
    """The commonest value that never occurred in training, with its share."""
    for each in window.features:
        if each["drifted"] and each["new_values"] and each["n"]:
            value, count = next(iter(each["new_values"].items()))
            return f"new value {value} is {count / each['n']:.0%} of {each['feature']}"
    return ""


def performance_chart(windows: list[DriftWindow], scope: Scope | None) -> charts.Chart | None:
    """The scope's metric where truth has arrived, against the minimal useful value; None without any."""
    metric = metric_of(windows, scope)
    if metric is None:
        return None
    values = [_value(window, metric) for window in windows]
    return charts.curve(
        [charts.Series(words(metric), values)], x_labels=[label_of(w) for w in windows], limit=_limit(metric, scope)
    )


def metric_of(windows: list[DriftWindow], scope: Scope | None) -> str | None:
    """The metric agreed in scope if it can be computed, else average precision, else accuracy."""
    known = {name for window in windows if _is_shown(window) for name in window.performance["metrics"]}
    wanted = [scope_metric(scope)] if scope else []
    return next((name for name in [*wanted, "average_precision", "accuracy"] if name in known), None)


def words(metric: str) -> str:
    return metric.replace("_", " ").capitalize()


def _is_shown(window: DriftWindow) -> bool:
    """Enough labels, and of a rare class enough examples, for the figure to be more than noise."""
    positives = window.performance.get("positives")
    return int(window.performance.get("labelled", 0)) >= MIN_LABELLED and (
        positives is None or positives >= MIN_POSITIVE
    )


def _value(window: DriftWindow, metric: str) -> float | None:
    return window.performance["metrics"].get(metric) if _is_shown(window) else None


def _limit(metric: str, scope: Scope | None) -> charts.Limit | None:
    if scope is None or scope_metric(scope) != metric or scope.minimal_useful is None:
        return None
    label = f"minimal useful value agreed in scope ({number(scope.minimal_useful)})"
    return charts.Limit(scope.minimal_useful, label, bad="above" if metric in LOWER_IS_BETTER else "below")


# --- what happens next ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Hop:
    """One step of the way from drift to a new version. `mark` is ok, thread (now), wait, warn or bad."""

    text: str
    mark: str
    note: str = ""
    url: str = ""
    link: str = ""
    progress: float | None = None
    at: datetime | None = None
    number: int = field(default=0)


def way(
    monitor: Monitor,
    *,
    key: str,
    streak: list[DriftWindow],
    alert: Alert | None,
    retraining: Retraining | None,
    labels: Labels | None,
    comparison: Comparison | None,
) -> list[Hop]:
    """Where drift and the retraining that answers to it stand, hop by hop."""
    hops = [_confirmed(monitor, streak, alert, retraining)]
    if retraining is None:
        hops += [Hop(text, "wait") for text in _ahead(monitor)]
    else:
        hops += [
            _labelled(monitor, retraining, labels),
            _trained(retraining, key),
            _compared(retraining, comparison, key),
            _reviewed(retraining, key),
            _serves(retraining),
        ]
    return [Hop(**{**vars(hop), "number": place}) for place, hop in enumerate(hops, start=1)]


def _ahead(monitor: Monitor) -> list[str]:
    first = "A retraining waits for labels" if monitor.retrain_on_drift else "A person starts a retraining"
    return [first, "Challenger trained", "Compared with the champion", "A second person reviews it", "It serves"]


def _confirmed(monitor: Monitor, streak: list[DriftWindow], alert: Alert | None, retraining: Retraining | None) -> Hop:
    answered = (retraining.alert if retraining else None) or alert
    if answered is not None:
        return Hop(
            f"Drift confirmed on {monitor.confirm_windows} windows in a row",
            "ok",
            answered.summary,
            at=answered.opened_at,
        )
    if retraining is not None:
        return Hop("A person asked for a retraining", "ok", retraining.reason, at=retraining.started_at)
    drifted = 0
    for window in reversed(streak):
        if window.state != WindowState.DRIFTED:
            break
        drifted += 1
    note = f"{drifted} of {monitor.confirm_windows} windows in a row have drifted"
    return Hop("Drift confirmed", "thread" if drifted else "wait", note)


def _labelled(monitor: Monitor, retraining: Retraining, labels: Labels | None) -> Hop:
    if retraining.state == RetrainingState.WAITING_FOR_LABELS and labels is not None:
        note = labels.missing(at_least=monitor.min_labels) or "Enough labels: gathering them"
        return Hop("Waiting for labels", "thread", note, progress=min(1.0, labels.total / monitor.min_labels))
    data = retraining.dataset_version
    if data is None:
        return Hop("Labels gathered", "bad", retraining.note)
    return Hop("Labels gathered", "ok", f"{data.rows:,} labelled predictions, {data}")


def _trained(retraining: Retraining, key: str) -> Hop:
    run = retraining.run
    if run is None:
        return Hop("Challenger trained", "wait")
    url, job = f"/p/{key}/runs/{run.run_id}/", run.training.job
    if retraining.state == RetrainingState.TRAINING:
        progress, note = (job.progress, job.note) if job else (None, "")
        return Hop("Training the challenger", "thread", note or "queued", url=url, link=run.name, progress=progress)
    if retraining.model_version is None:
        return Hop("Challenger trained", "bad", retraining.note, url=url, link=run.name)
    return Hop("Challenger trained", "ok", f"registered as {retraining.model_version}", url=url, link=run.name)


def _compared(retraining: Retraining, comparison: Comparison | None, key: str) -> Hop:
    if retraining.model_version is None:
        return Hop("Compared with the champion", "wait")
    primary = judged_by(comparison) if comparison else None
    if primary is None:
        failed = retraining.state == RetrainingState.FAILED
        return Hop("Comparing with the champion", "bad" if failed else "thread", retraining.note)
    note = (
        f"{words(primary['metric'])} {number(primary['difference'], 3)} "
        f"({number(primary['ci_low'], 3)} to {number(primary['ci_high'], 3)}) on {primary['n']:,} held-out rows"
    )
    if retraining.state == RetrainingState.NOT_BETTER:
        return Hop("Not better than the champion beyond chance", "warn", note)
    return Hop("Compared with the champion", "ok", note)


def _reviewed(retraining: Retraining, key: str) -> Hop:
    review = retraining.review
    if review is None or retraining.state == RetrainingState.NOT_BETTER:
        return Hop("A second person reviews it", "wait")
    url, link = f"/p/{key}/reviews/{review.number}/", str(review)
    if review.state == ReviewState.OPEN:
        return Hop("A second person reviews it", "thread", "waiting for approval", url=url, link=link)
    mark = "ok" if review.state == ReviewState.APPROVED else "bad"
    return Hop(f"Review: {review.get_state_display().lower()}", mark, retraining.note, url=url, link=link)


def _serves(retraining: Retraining) -> Hop:
    if retraining.state == RetrainingState.DEPLOYED:
        return Hop(f"{retraining.model_version} serves", "ok", at=retraining.ended_at)
    return Hop("The new version serves", "wait")
