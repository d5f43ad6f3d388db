"""Things at a glance, for the panel that opens beside a list."""

from typing import Any

from core.charts import number
from experiments import queries
from experiments.enums import RunStatus
from experiments.models import Run
from experiments.tables import RUN_TONES

MOST_METRICS, MOST_PARAMS = 12, 12


def of_run(run: Run) -> dict[str, Any]:
    """One query: its latest metrics."""
    latest = [one for one in queries.latest_metrics([run])[run.pk] if not one.key.startswith(queries.SYSTEM)]
    took = (run.ended_at - run.started_at).total_seconds() if run.ended_at else None
    return {
        "title": run.name,
        "ref": run.run_id[:8],
        "pills": [(run.get_status_display(), RUN_TONES[RunStatus(run.status)])],
        "facts": [
            ("Experiment", run.experiment.name),
            ("By", run.created_by or "Throughline"),
            ("Took", f"{took:.0f} s" if took is not None else ""),
            *((one.key, number(one.value)) for one in latest[:MOST_METRICS]),
            *((name, str(value)[:120]) for name, value in sorted(run.params.items())[:MOST_PARAMS]),
        ],
    }
