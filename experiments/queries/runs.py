"""Experiments, runs, their models, and who ran them again."""

from django.db.models import Count, Q, QuerySet

from core.errors import NotFound
from experiments.enums import Lifecycle
from experiments.models import (
    Experiment,
    LoggedModel,
    Reproduction,
    Run,
)
from projects.models import Project


def visible_experiments(project: Project, *, deleted: bool = False) -> QuerySet[Experiment]:
    lifecycle = Lifecycle.DELETED if deleted else Lifecycle.ACTIVE
    return Experiment.objects.filter(project=project, lifecycle=lifecycle)


def experiment_by_id(*, project: Project, experiment_id: int) -> Experiment:
    """Also a deleted one. Raises NotFound, with the same words whether it is missing or foreign."""
    found = Experiment.objects.filter(project=project, pk=experiment_id).first()
    if found is None:
        raise NotFound(f"No Experiment with id={experiment_id} exists.")
    return found


def experiments_with_counts(project: Project) -> list[tuple[Experiment, int]]:
    """Active experiments by name, each with how many active runs it has."""
    active = Count("runs", filter=Q(runs__lifecycle=Lifecycle.ACTIVE))
    rows = visible_experiments(project).annotate(run_count=active).order_by("name", "pk")
    return [(one, one.run_count) for one in rows]


def visible_runs(project: Project) -> QuerySet[Run]:
    """Active runs of active experiments, with their experiment. Order them by `-started_at, -id`: that is indexed."""
    return Run.objects.filter(
        project=project, lifecycle=Lifecycle.ACTIVE, experiment__lifecycle=Lifecycle.ACTIVE
    ).select_related("experiment", "created_by")


def run_by_id(*, project: Project, run_id: str) -> Run:
    """Also a deleted one. Raises NotFound, with the same words whether it is missing or foreign."""
    found = Run.objects.select_related("experiment", "created_by").filter(project=project, run_id=run_id).first()
    if found is None:
        raise NotFound(f"Run with id={run_id} not found.")
    return found


def logged_models_of(run: Run) -> QuerySet[LoggedModel]:
    """The models that the run logged and nobody deleted, in the order in which they came."""
    return run.logged_models.filter(lifecycle=Lifecycle.ACTIVE).order_by("pk")


def logged_model_by_id(*, project: Project, model_id: str) -> LoggedModel:
    """Also a deleted one. Raises NotFound."""
    found = (
        LoggedModel.objects.select_related("experiment", "source_run")
        .filter(project=project, model_id=model_id)
        .first()
    )
    if found is None:
        raise NotFound(f"Logged model with ID {model_id!r} not found.")
    return found


def reproductions_of(run: Run) -> QuerySet[Reproduction]:
    """Of this run, newest first, with their new runs."""
    return Reproduction.objects.filter(first=run).select_related("again", "created_by").order_by("-pk")


def reproduction_by_id(*, run: Run, reproduction_id: int) -> Reproduction:
    """Raises NotFound."""
    found = reproductions_of(run).filter(pk=reproduction_id).first() if reproduction_id < 2**63 else None
    if found is None:
        raise NotFound(f"The run {run.run_id} has no reproduction {reproduction_id}.")
    return found
