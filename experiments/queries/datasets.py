"""Datasets and their versions."""

from django.db.models import Q, QuerySet

from core.errors import NotFound
from experiments.models import (
    Dataset,
    DatasetVersion,
    Run,
)
from experiments.queries.runs import visible_runs
from projects.models import Project

MAX_NUMBER = 2**31 - 1


def visible_datasets(project: Project) -> QuerySet[Dataset]:
    return Dataset.objects.filter(project=project)


def dataset(*, project: Project, name: str) -> Dataset:
    """Raises NotFound."""
    found = visible_datasets(project).filter(name=name).first()
    if found is None:
        raise NotFound(f"There is no dataset {name[:80]!r}.")
    return found


def visible_versions(project: Project) -> QuerySet[DatasetVersion]:
    return DatasetVersion.objects.filter(project=project).select_related("dataset", "created_by")


def recent_versions(project: Project, *, at_most: int) -> list[DatasetVersion]:
    """The newest versions; of their profiles only whether there is one (`is_profiled`)."""
    rows = visible_versions(project).select_related("original").defer("profile")
    return list(rows.annotate(is_profiled=Q(profile__isnull=False)).order_by("-pk")[:at_most])


def dataset_version(*, project: Project, name: str, number: int) -> DatasetVersion:
    """Raises NotFound."""
    found = None
    if number <= MAX_NUMBER:
        versions = visible_versions(project).select_related("original", "table")
        found = versions.filter(dataset__name=name, number=number).first()
    if found is None:
        raise NotFound(f"There is no version {number} of the dataset {name[:80]!r}.")
    return found


def runs_on(version: DatasetVersion) -> QuerySet[Run]:
    """The active runs that used it, newest first."""
    return visible_runs(version.project).filter(inputs__dataset_version=version).distinct().order_by("-pk")
