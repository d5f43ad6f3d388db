"""Trainings and other jobs of a project."""

from django.db.models import QuerySet

from core.errors import NotFound
from core.models import Job
from experiments.models import (
    DatasetVersion,
    Run,
    Training,
)
from projects.models import Project


def visible_trainings(project: Project) -> QuerySet[Training]:
    return Training.objects.filter(project=project).select_related("run", "dataset_version__dataset", "job")


def visible_jobs(project: Project) -> QuerySet[Job]:
    return Job.objects.filter(stream_id=project.pk)


def job_by_id(*, project: Project, job_id: int) -> Job:
    """Raises NotFound."""
    jobs = visible_jobs(project).select_related("created_by")
    found = jobs.filter(pk=job_id).first() if job_id < 2**63 else None
    if found is None:
        raise NotFound(f"There is no job {job_id}.")
    return found


def subject_of_job(job: Job) -> Run | DatasetVersion | None:
    """What the job is for, if it is a run or a dataset version."""
    if not job.subject_id.isdigit():
        return None
    if job.subject_type == "run":
        return Run.objects.filter(project=job.project_id, pk=job.subject_id).first()
    if job.subject_type == "datasetversion":
        versions = DatasetVersion.objects.filter(project=job.project_id, pk=job.subject_id)
        return versions.select_related("dataset").defer("profile").first()
    return None
