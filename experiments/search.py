"""What of the experiments can be found."""

from urllib.parse import urlencode

from django.db.models import F, OuterRef, QuerySet, Subquery
from django.urls import reverse

from core import search
from core.search import Hit, Seen, Source
from experiments.enums import Lifecycle, RunStatus
from experiments.models import Dataset, DatasetVersion, Experiment, Run


def _experiments(seen: Seen) -> QuerySet[Experiment]:
    return Experiment.objects.filter(seen.projects(), lifecycle=Lifecycle.ACTIVE)


def _runs(seen: Seen) -> QuerySet[Run]:
    return Run.objects.filter(seen.projects(), lifecycle=Lifecycle.ACTIVE, experiment__lifecycle=Lifecycle.ACTIVE)


def _datasets(seen: Seen) -> QuerySet[Dataset]:
    """With the newest version, whose page is the data set's."""
    newest = DatasetVersion.objects.filter(dataset=OuterRef("pk")).order_by("-number").values("number")[:1]
    called = search.joined(F("name"), "/", Subquery(newest))
    return Dataset.objects.filter(seen.projects()).annotate(called=called)


def _experiment_url(hit: Hit) -> str:
    return f"{reverse('experiments:experiments', args=[hit.project])}?{urlencode({'experiment': hit.ref})}"


def _run_url(hit: Hit) -> str:
    return reverse("experiments:run", args=[hit.project, hit.ref])


def _dataset_url(hit: Hit) -> str:
    name, _, number = hit.ref.rpartition("/")
    if not number:
        return reverse("experiments:data", args=[hit.project])
    return reverse("experiments:version", args=[hit.project, name, number])


search.register(
    Source(
        kind="experiment",
        group="Experiments",
        icon="flask-conical",
        rows=_experiments,
        titles=("name",),
        ref="pk",
        at="created_at",
        url=_experiment_url,
    ),
    Source(
        kind="run",
        group="Runs",
        icon="chart-line",
        rows=_runs,
        titles=("name",),
        note=search.joined(F("experiment__name"), ", ", search.said("status", RunStatus)),
        ref="run_id",
        code="run_id",
        at="started_at",
        is_guessed=False,
        url=_run_url,
    ),
    Source(
        kind="dataset",
        group="Data",
        icon="database",
        rows=_datasets,
        titles=("name",),
        text=("description",),
        ref="called",
        at="created_at",
        url=_dataset_url,
    ),
)
