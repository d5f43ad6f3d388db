"""What the feasibility gate asks of data and runs, and how findings, items and cards name them."""

import hashlib
import math
from collections.abc import Sequence

from django.urls import reverse

from core.charts import number
from core.numbers import whole_of
from experiments import listing, queries, slicing
from experiments.enums import RunStatus
from experiments.events import (
    DATASET_VERSION_ADDED,
    RUN_DELETED,
    RUN_FINISHED,
    RUN_IMPORTED,
    RUN_LOGGED,
    RUN_RESTORED,
    RUN_SCHEDULED,
    RUN_UPDATED,
)
from experiments.metric_names import canonical
from experiments.models import Run
from projects import reviewing
from projects.attained import Attained, Strength, attains
from projects.cardfacts import BestRun, CardFact, card_fact, tells_best_runs
from projects.enums import Gate
from projects.facts import Reading, fact
from projects.gates import Check, contribution, gate_check
from projects.models import Project, Scope, WorkItem
from projects.policy import Slice, Type
from projects.subjects import Subject, subject_kind

contribution(
    Gate.FEASIBILITY,
    DATASET_VERSION_ADDED,
    RUN_SCHEDULED,
    RUN_UPDATED,
    RUN_LOGGED,
    RUN_FINISHED,
    RUN_IMPORTED,
    RUN_DELETED,
    RUN_RESTORED,
)


@fact("data.versions", Type.NUMBER, doc="Versions of datasets that are profiled.")
def _profiled_versions(project: Project) -> Reading:
    profiled = queries.visible_versions(project).filter(profile__isnull=False).order_by("pk")
    digests = list(profiled.values_list("original_id", flat=True))
    whole = hashlib.sha256("".join(digests).encode()).hexdigest()
    return Reading(len(digests), shown=str(len(digests)), identity={"digest of all": whole})


@fact("runs.slices", Type.SLICES, doc="Metrics of the best run by parts of the data, logged as metric/column/value.")
def _slices_of_the_best_run(project: Project) -> Reading:
    """Of the run with the best value of the scope's metric; while none has one, the newest that finished."""
    scope = project.scope
    is_higher = scope.direction == Scope.Direction.HIGHER
    best = queries.best_run(project, metric=scope.metric, higher=is_higher) if scope.metric else None
    run = best[0] if best else queries.visible_runs(project).filter(status=RunStatus.FINISHED).order_by("-pk").first()
    found = slices_of(run)
    named = {"run": run.run_id} if run and found else {}
    return Reading(found or None, shown=slicing.shown(found), source=run.name if run and found else "", identity=named)


def slices_of(run: Run | None) -> tuple[Slice, ...]:
    """What a run logged by parts of the data."""
    if run is None:
        return ()
    return slicing.logged_slices({one.key: one.value for one in queries.latest_metrics([run])[run.pk]})


@gate_check(Gate.FEASIBILITY, order=10)
def a_dataset_is_profiled(project: Project) -> Check:
    version = queries.visible_versions(project).filter(profile__isnull=False).order_by("-pk").first()
    url = reverse("experiments:data", args=[project.key])
    label = "A dataset is there and profiled"
    if version is None:
        return Check(id="profiled_data", label=label, state="bad", value="none yet", source="data", url=url)
    url = reverse("experiments:version", args=[project.key, version.dataset.name, version.number])
    value = f"{version}, {version.rows:,} rows"
    identity = {"dataset version": str(version), "digest": version.original_id}
    return Check("profiled_data", label, "ok", value, "data", url, identity=identity)


@gate_check(Gate.FEASIBILITY, order=20)
def a_run_reaches_what_is_useful(project: Project) -> Check:
    """Reads the scope: its metric, the minimal useful value, or where none is set, the baseline to beat."""
    scope = project.scope
    label = "A run reaches the minimal useful value"
    wanted = scope.minimal_useful if scope.minimal_useful is not None else scope.baseline
    if not scope.metric or wanted is None:
        url = reverse("projects:scope", args=[project.key])
        value = "the scope names no metric or value"
        return Check(id="useful_run", label=label, state="bad", value=value, source="scope", url=url)
    is_higher = scope.direction == Scope.Direction.HIGHER
    best = queries.best_run(project, metric=scope.metric, higher=is_higher)
    if best is None:
        url = reverse("experiments:experiments", args=[project.key])
        value = f"no finished run has {scope.metric}"
        return Check(id="useful_run", label=label, state="bad", value=value, source="runs", url=url)
    run, reached = best
    is_met = reached >= wanted if is_higher else reached <= wanted
    bound = f"{'at least' if is_higher else 'at most'} {number(wanted, 3)}"
    return Check(
        id="useful_run",
        label=label,
        state="ok" if is_met else "bad",
        value=f"{scope.metric} {number(reached, 3)}, wanted {bound}",
        source=run.name,
        url=reverse("experiments:run", args=[project.key, run.run_id]),
        identity={"run": run.run_id, "value": reached, "wanted": wanted},
    )


@attains(Strength.RUN)
def _best_of_all(project: Project, scope: Scope) -> Attained | None:
    """By the name that the scope gives it, or by the one it has here."""
    is_higher = scope.direction == Scope.Direction.HIGHER
    names = dict.fromkeys([scope.metric, canonical(scope.metric)])
    best = (queries.best_run(project, metric=name, higher=is_higher) for name in names)
    found = next((one for one in best if one), None)
    if found is None:
        return None
    run, value = found
    url = reverse("experiments:run", args=[project.key, run.run_id])
    return Attained(value, of=run.name, url=url, measured="the best run")


@subject_kind("run")
def _run(project: Project, id: str) -> Subject | None:
    """By the run's id."""
    run = queries.visible_runs(project).filter(run_id=id).first()
    return Subject(run.name, reverse("experiments:run", args=[project.key, run.run_id])) if run else None


@subject_kind("dataset")
def _dataset(project: Project, id: str) -> Subject | None:
    """By name and number: `transactions@3`."""
    name, _, digits = id.rpartition("@")
    number = whole_of(digits)
    if number is None:
        return None
    version = queries.visible_versions(project).filter(dataset__name=name, number=number).first()
    if version is None:
        return None
    return Subject(str(version), reverse("experiments:version", args=[project.key, name, version.number]))


@card_fact
def _best_runs(project: Project, items: Sequence[WorkItem]) -> dict[int, list[CardFact]]:
    """The best value among the runs that test a card's hypothesis, how far it is from the baseline, and how the best
    run came there."""
    found = queries.movements(project, items)
    courses = listing.courses_of({best.run.pk: best.metric for best in found.values()})
    return {number: [_best_run(project, best, courses.get(best.run.pk, []))] for number, best in found.items()}


@reviewing.measures
def _movements(project: Project, items: Sequence[WorkItem]) -> dict[int, reviewing.Measured]:
    """What the cards say, and how sure it is."""
    best = queries.movements(project, items)
    sure = queries.intervals(project, best)
    return {number: _measured(one, sure.get(number)) for number, one in best.items()}


def _measured(best: queries.Movement, sure: queries.Interval | None) -> reviewing.Measured:
    if sure is None:
        return reviewing.Measured(best.value)
    return reviewing.Measured(best.value, sure.low, sure.high, sure.mean, sure.runs)


@tells_best_runs
def _bests(project: Project, items: Sequence[WorkItem]) -> dict[int, BestRun]:
    return {number: _best(project, one) for number, one in queries.movements(project, items).items()}


def _best(project: Project, best: queries.Movement) -> BestRun:
    run = best.run
    url = reverse("experiments:run", args=[project.key, run.run_id])
    return BestRun(run.run_id, run.name, url, best.metric, best.value, best.baseline)


def _best_run(project: Project, best: queries.Movement, course: Sequence[float]) -> CardFact:
    url = reverse("experiments:run", args=[project.key, best.run.run_id])
    known = [value for value in course if math.isfinite(value)]
    if len(known) < 2:
        return CardFact(_said(best), url, "chart-line")
    said = f"{best.metric} of {best.run.name}: from {number(known[0], 3)} to {number(known[-1], 3)}"
    against = "" if best.baseline is None else f", the baseline is {number(best.baseline, 3)}"
    return CardFact(
        _said(best), url, "chart-line", course=known, reference=best.baseline, course_said=f"{said}{against}"
    )


def _said(best: queries.Movement) -> str:
    change = "" if best.change is None else f", {'+' if best.change > 0 else ''}{number(best.change, 3)}"
    return f"{best.metric} {number(best.value, 3)}{change}"
