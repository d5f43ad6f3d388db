"""What runs do when something happened: what they found goes to the spikes and kill criteria that wait for it."""

import math
from datetime import datetime, timedelta

from core.events import on
from core.models import Event
from experiments.events import DATASET_VERSION_PROFILED, RUN_FINISHED
from experiments.models import LatestMetric, Run, RunInput
from projects import operations
from projects.enums import SpikeState, Stage
from projects.events import SPIKE_LOCKED
from projects.models import KillCriterion, Project, Spike
from projects.scoping import Sample


@on(RUN_FINISHED)
def tell_the_dossier(event: Event) -> None:
    """What the run found goes to the locked spikes and the kill criteria of its project."""
    run = Run.objects.select_related("experiment", "project").get(run_id=event.subject_id)
    if run.project.stage == Stage.RETIRED:
        return
    at = datetime.fromisoformat(event.at)
    _count_for_spikes(run, at)
    _reach_kill_criteria(run, at)
    operations.settle_gate_findings(project=run.project, now=at)


@on(DATASET_VERSION_PROFILED)
def settle_gate_findings(event: Event) -> None:
    project = Project.objects.get(pk=event.stream_id)
    operations.settle_gate_findings(project=project, now=datetime.fromisoformat(event.at))


def _count_for_spikes(run: Run, at: datetime) -> None:
    """Every run of a spike's experiment counts that began after the lock and within its time box, on the dataset that
    it names; deleting it later, or logging again, changes nothing of that."""
    locked = Spike.objects.filter(project=run.project, state=SpikeState.LOCKED, experiment=run.experiment.name)
    for spike in locked.select_related("project"):
        sample = _sample(run, spike.metric)
        if sample and _began_within(run, spike) and _is_on(run, spike.dataset):
            operations.count_run(spike=spike, run=run.run_id, sample=sample, now=at)


def _reach_kill_criteria(run: Run, at: datetime) -> None:
    """A finished run that reaches a criterion's threshold settles it, if its day is not past."""
    waiting = KillCriterion.objects.filter(project=run.project, decision="", reached_at=None).exclude(metric="")
    for criterion in waiting.select_related("project"):
        value = _values(run).get(criterion.metric)
        if value is not None and _reaches(criterion, value):
            operations.reach_kill_criterion(criterion=criterion, run=run.run_id, now=at)


def _reaches(criterion: KillCriterion, value: float) -> bool:
    if criterion.threshold is None:
        return False
    return value >= criterion.threshold if criterion.is_higher_better else value <= criterion.threshold


def _values(run: Run) -> dict[str, float]:
    """The finite values that count."""
    found = LatestMetric.objects.filter(run=run).values_list("key__name", "value")
    return {name: value for name, value in found if math.isfinite(value)}


def _sample(run: Run, metric: str) -> Sample | None:
    """The metric with its interval, if the run logged one as `<metric>_low` and `<metric>_high`."""
    values = _values(run)
    if metric not in values:
        return None
    low, high = values.get(f"{metric}_low"), values.get(f"{metric}_high")
    if low is None or high is None or not low <= values[metric] <= high:
        return Sample(values[metric])
    return Sample(values[metric], low, high)


def _began_within(run: Run, spike: Spike) -> bool:
    """By the ledger's order rather than by the time that a client said."""
    events = Event.objects.filter(stream_id=run.project_id)
    began = events.filter(subject_type="run", subject_id=run.run_id).order_by("seq").first()
    lock = events.filter(type=SPIKE_LOCKED, subject_type="spike", subject_id=str(spike.number)).first()
    if began is None or lock is None or began.seq <= lock.seq:
        return False
    ends = datetime.fromisoformat(lock.at) + timedelta(days=spike.days)
    return datetime.fromisoformat(began.at) <= ends


def _is_on(run: Run, dataset: str) -> bool:
    """Whether the run says that it used this version."""
    if not dataset:
        return True
    name, _, number = dataset.rpartition("@v")
    used = RunInput.objects.filter(run=run, dataset_version__dataset__name=name, dataset_version__number=int(number))
    return used.exists()
