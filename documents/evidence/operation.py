"""Where it serves, and how it is watched."""

from documents.evidence.registry import Subject, evidence, moment, number, of_version
from documents.paper import Answer
from models_registry import queries
from models_registry.models import ModelVersion
from monitoring import queries as watching
from monitoring.models import DriftWindow, Monitor


@of_version("operation.serving")
def serving(version: ModelVersion) -> Answer:
    """Where it is live, and how it is asked."""
    key = version.project.key
    rows = [
        [
            one.name,
            one.get_state_display(),
            moment(one.deployed_at),
            str(one.deployed_by or "Throughline"),
            f"POST /api/v1/deployments/{key}/{one.name}/predict",
        ]
        for one in queries.serving(version)
    ]
    return Answer.of_table(
        ["Deployment", "State", "Since", "By", "Asked at"], rows, missing="a deployment that it serves"
    )


@evidence("operation.monitors")
def monitors(subject: Subject) -> Answer:
    """The plan by which what serves is watched."""
    rows = [_plan(one) for one in watching.visible_monitors(subject.project)]
    head = ["Deployment", "Looked at every", "Rows at least", "Confirmed by", "Answer to drift"]
    return Answer.of_table(head, rows, missing="a monitor of a deployment")


@evidence("operation.windows")
def windows(subject: Subject) -> Answer:
    """What the last windows showed, with the truth that has come since."""
    found = (
        DriftWindow.objects.filter(project=subject.project)
        .select_related("monitor__deployment")
        .order_by("-started_at")
    )
    rows = [
        [one.monitor.deployment.name, moment(one.started_at), one.get_state_display(), f"{one.rows:,}", _measured(one)]
        for one in found[:20]
    ]
    head = ["Deployment", "From", "Found", "Rows", "Measured since"]
    return Answer.of_table(head, rows, missing="a window that was looked at")


@evidence("operation.alerts")
def alerts(subject: Subject) -> Answer:
    rows = [
        [moment(one.opened_at), one.summary, one.get_state_display(), str(one.acknowledged_by or "")]
        for one in watching.visible_alerts(subject.project).order_by("-opened_at", "-pk")[:50]
    ]
    if not rows and Monitor.objects.filter(project=subject.project).exists():
        return Answer.of_facts(alerts="none since it is watched")
    return Answer.of_table(["Opened", "What", "State", "Seen by"], rows, missing="monitoring that could raise an alert")


@evidence("operation.envelope")
def envelope(subject: Subject) -> Answer:
    """Which changes happen by themselves, and what they never do."""
    found = list(watching.visible_monitors(subject.project))
    if not found:
        return Answer(missing=["a rule for what happens on drift"])
    rows = [[one.deployment.name, _retrains(one)] for one in found]
    return Answer([
        *Answer.of_table(["Deployment", "By itself"], rows, missing="").blocks,
        *Answer.of_facts(never="a retrained version serves only after a person who did not make it approved it").blocks,
    ])  # fmt: skip


def _plan(one: Monitor) -> list[str]:
    windows = f"{one.confirm_windows} windows in a row"
    return [one.deployment.name, f"{one.window_seconds:,} s", f"{one.min_rows:,}", windows, _retrains(one)]


def _retrains(one: Monitor) -> str:
    if not one.retrain_on_drift:
        return "an alert only"
    return f"retrains once {one.min_labels:,} labels are there, at most every {one.cooldown_seconds:,} s"


def _measured(one: DriftWindow) -> str:
    found = one.performance.get("metrics") or {}
    return ", ".join(f"{name} {number(value)}" for name, value in found.items() if isinstance(value, int | float))
