"""Reproducing: the same training again as a run of its own, and the comparison when it has ended."""

import math
from datetime import datetime
from typing import Any

from django.db import transaction

from core import events
from core.errors import Invalid
from core.models import User
from core.rules import require
from experiments import queries, rules
from experiments.events import RUN_DIFFERED, RUN_REPRODUCED, RUN_REPRODUCTION_STARTED
from experiments.models import Reproduction, Run, Training
from experiments.operations.trainings import start_training
from experiments.reproduction import compare
from experiments.versioning import code_version

REPRODUCES_TAG = "throughline.reproduces"
RELATIVE, ABSOLUTE = 1e-9, 0.0
MAX_ABSOLUTE = 1e12


@transaction.atomic
def reproduce_run(
    *,
    run: Run,
    by: User | None,
    now: datetime,
    relative_tolerance: float = RELATIVE,
    absolute_tolerance: float = ABSOLUTE,
) -> Reproduction:
    """Queue the run's training again: same data, settings and seed, whatever code is installed now.

    Raises NotAllowed (also for what cannot be run here, with the reason), Invalid (a tolerance), Conflict (`taken`: its
    experiment was deleted).
    """
    _check_tolerance("relative_tolerance", relative_tolerance, 1.0)
    _check_tolerance("absolute_tolerance", absolute_tolerance, MAX_ABSOLUTE)
    run = Run.objects.select_for_update(no_key=True).select_related("experiment", "project").get(pk=run.pk)
    require(rules.why_not_reproduce(by, run))
    before = Training.objects.select_related("dataset_version__dataset", "extra_version__dataset").get(run=run)
    again = start_training(
        project=run.project,
        experiment_name=run.experiment.name,
        dataset_version=before.dataset_version,
        extra_version=before.extra_version,
        target=before.target,
        estimator=before.estimator,
        settings=before.settings,
        seed=before.seed,
        max_seconds=before.max_seconds,
        max_memory_mb=before.max_memory_mb,
        run_name=f"{run.name[:240]} again",
        tags={REPRODUCES_TAG: run.run_id},
        by=by,
        now=now,
    )
    made = Reproduction.objects.create(
        project=run.project,
        first=run,
        again=again,
        relative_tolerance=relative_tolerance,
        absolute_tolerance=absolute_tolerance,
        created_by=by,
        created_at=now,
    )
    events.record(RUN_REPRODUCTION_STARTED, run, by=by, again=again.run_id, code_version=code_version())
    return made


@transaction.atomic
def conclude_reproduction(*, again: Run) -> Reproduction | None:
    """Compare a run that has ended with the one that it reproduces; None when it reproduces none. Said once.

    Belongs into the transaction that ends the run.
    """
    found = (
        Reproduction.objects.select_for_update(no_key=True, of=("self",))
        .filter(again=again, result__isnull=True)
        .first()
    )
    if found is None:
        return None
    found.result = _compared(found)
    found.save(update_fields=["result"])
    verdict = found.result["verdict"]
    event = RUN_REPRODUCED if verdict == "reproduced" else RUN_DIFFERED
    differing = [row["key"] for row in found.result["rows"] if row["is_within"] is False]
    events.record(event, found.first, by=None, again=again.run_id, verdict=verdict, differing=differing)
    return found


def _compared(found: Reproduction) -> dict[str, Any]:
    again = Run.objects.get(pk=found.again_id)
    if again.status != "FINISHED":
        return {"verdict": "failed", "rows": [], "environment": []}
    rows = compare(
        _points(found.first),
        _points(again),
        relative=found.relative_tolerance,
        absolute=found.absolute_tolerance,
    )
    judged = [row for row in rows if row.is_within is not None]
    is_same = bool(judged) and all(row.is_within for row in judged)
    verdict = "reproduced" if is_same else "differs"
    changed = _environment_changes(found.first, again)
    return {"verdict": verdict, "rows": [row.as_json() for row in rows], "environment": changed}


def _points(run: Run) -> list[tuple[str, int, float]]:
    return [(key, step, value) for key, step, _, value in queries.histories(run)]


def _environment_changes(first: Run, again: Run) -> list[list[str]]:
    """[name, then, now] of what is installed otherwise than it was."""
    then, now_is = (_environment(Training.objects.get(run=run)) for run in (first, again))
    names = sorted(then.keys() | now_is.keys())
    return [[name, then.get(name, "–"), now_is.get(name, "–")] for name in names if then.get(name) != now_is.get(name)]


def _environment(training: Training) -> dict[str, str]:
    said = training.environment
    packages = {str(name): str(number) for name, number in said.get("packages", {}).items()}
    known = {"Python": said.get("python"), "machine": said.get("machine"), "code": training.code_version}
    return packages | {name: str(value) for name, value in known.items() if value}


def _check_tolerance(field: str, value: float, most: float) -> None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    if not is_number or not 0 <= value <= most:
        raise Invalid(f"“{field}” must be a number from 0 to {most:g}: got {value!r}.", field=field)
