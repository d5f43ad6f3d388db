"""REST: jobs of a project, their logs, and cancelling them."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import page, valid
from core.enums import JobState
from core.models import Job, JobLog
from core.pages import now
from experiments import operations, queries
from experiments.api.filtering import filters
from projects.api.risks import EmptyBody
from projects.api.shapes import PageShape, caller
from projects.api_base import ProjectApiView


class JobErrorShape(serializers.Serializer[Any]):
    code = serializers.CharField()
    message = serializers.CharField()


class JobShape(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    kind = serializers.CharField()
    state = serializers.ChoiceField(choices=JobState.choices)
    progress = serializers.FloatField(help_text="0 to 1")
    note = serializers.CharField()
    attempt = serializers.IntegerField()
    max_attempts = serializers.IntegerField()
    result = serializers.JSONField(allow_null=True)
    error = JobErrorShape(allow_null=True)
    created_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)
    url = serializers.CharField()


class LogShape(serializers.Serializer[Any]):
    attempt = serializers.IntegerField()
    at = serializers.DateTimeField()
    line = serializers.CharField()


class JobPageShape(PageShape):
    results = JobShape(many=True)


class LogPageShape(PageShape):
    results = LogShape(many=True)


def job_json(job: Job, key: str) -> dict[str, Any]:
    return {
        "id": job.pk,
        "kind": job.kind,
        "state": job.state,
        "progress": job.progress,
        "note": job.note,
        "attempt": job.attempt,
        "max_attempts": job.max_attempts,
        "result": job.result,
        "error": job.error,
        "created_at": job.created_at,
        "started_at": job.started_at,
        "finished_at": job.finished_at,
        "url": f"/api/v1/projects/{key}/jobs/{job.pk}",
    }


class JobsView(ProjectApiView):
    @extend_schema(responses=JobPageShape)
    def get(self, request: Request, key: str) -> Response:
        """The jobs, newest first."""
        asked = filters(request, state=JobState.values, kind=None)
        rows = queries.visible_jobs(self.project).filter(**asked)
        return page(request, rows, lambda job: job_json(job, key), filters=asked)


class JobView(ProjectApiView):
    @extend_schema(responses=JobShape)
    def get(self, request: Request, key: str, job_id: int) -> Response:
        """One job."""
        return Response(job_json(queries.job_by_id(project=self.project, job_id=job_id), key))


class JobCancelView(ProjectApiView):
    @extend_schema(request=EmptyBody, responses=JobShape)
    def post(self, request: Request, key: str, job_id: int) -> Response:
        """End a job that has not ended."""
        valid(EmptyBody, request)
        job = queries.job_by_id(project=self.project, job_id=job_id)
        return Response(job_json(operations.cancel_job(job=job, by=caller(request), now=now()), key))


class JobLogView(ProjectApiView):
    @extend_schema(responses=LogPageShape)
    def get(self, request: Request, key: str, job_id: int) -> Response:
        """What the job said, from its beginning, attempt by attempt."""
        filters(request)
        job = queries.job_by_id(project=self.project, job_id=job_id)
        return page(request, JobLog.objects.filter(job=job), _line, newest_first=False)


def _line(one: JobLog) -> dict[str, Any]:
    return {"attempt": one.attempt, "at": one.at, "line": one.line}
