"""REST: starting a training, and what became of those that were started."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import StrictSerializer, page, valid
from core.pages import now
from experiments import operations, queries
from experiments.api.filtering import filters
from experiments.api.jobs import JobShape, job_json
from experiments.enums import RunStatus
from experiments.models import Training
from experiments.training import ESTIMATORS
from projects.api.shapes import PageShape, caller
from projects.api_base import ProjectApiView


class TrainingBody(StrictSerializer):
    experiment = serializers.CharField(max_length=500, default="Training")
    dataset = serializers.CharField(max_length=80)
    number = serializers.IntegerField(min_value=1, max_value=2**31 - 1, help_text="The version of the dataset.")
    target = serializers.CharField(max_length=200, trim_whitespace=False)
    estimator = serializers.CharField(max_length=40, help_text=", ".join(ESTIMATORS))
    settings = serializers.DictField(default=dict, help_text="Those not given keep their default.")
    seed = serializers.IntegerField(default=0)
    max_seconds = serializers.IntegerField(default=600)
    max_memory_mb = serializers.IntegerField(default=4096)
    run_name = serializers.CharField(max_length=250, required=False)


class TrainingShape(serializers.Serializer[Any]):
    run_id = serializers.CharField()
    run_name = serializers.CharField()
    run_url = serializers.CharField()
    status = serializers.ChoiceField(choices=RunStatus.choices)
    dataset = serializers.CharField()
    number = serializers.IntegerField()
    target = serializers.CharField()
    estimator = serializers.CharField()
    settings = serializers.DictField()
    seed = serializers.IntegerField()
    max_seconds = serializers.IntegerField()
    max_memory_mb = serializers.IntegerField()
    code_version = serializers.CharField()
    holdout_digest = serializers.CharField(allow_null=True)
    job = JobShape(allow_null=True)


class TrainingPageShape(PageShape):
    results = TrainingShape(many=True)


def training_json(training: Training, key: str) -> dict[str, Any]:
    run, version = training.run, training.dataset_version
    return {
        "run_id": run.run_id,
        "run_name": run.name,
        "run_url": f"/api/v1/projects/{key}/runs/{run.run_id}",
        "status": run.status,
        "dataset": version.dataset.name,
        "number": version.number,
        "target": training.target,
        "estimator": training.estimator,
        "settings": training.settings,
        "seed": training.seed,
        "max_seconds": training.max_seconds,
        "max_memory_mb": training.max_memory_mb,
        "code_version": training.code_version,
        "holdout_digest": training.holdout_id,
        "job": job_json(training.job, key) if training.job else None,
    }


class TrainingsView(ProjectApiView):
    @extend_schema(responses=TrainingPageShape)
    def get(self, request: Request, key: str) -> Response:
        """The trainings, newest first."""
        filters(request)
        return page(request, queries.visible_trainings(self.project), lambda one: training_json(one, key))

    @extend_schema(request=TrainingBody, responses={202: TrainingShape})
    def post(self, request: Request, key: str) -> Response:
        """Queue a training. Its run and job can be watched at the addresses in the answer."""
        body = valid(TrainingBody, request)
        version = queries.dataset_version(project=self.project, name=body["dataset"], number=body["number"])
        run = operations.start_training(
            project=self.project,
            experiment_name=body["experiment"],
            dataset_version=version,
            target=body["target"],
            estimator=body["estimator"],
            settings=body["settings"],
            seed=body["seed"],
            max_seconds=body["max_seconds"],
            max_memory_mb=body["max_memory_mb"],
            run_name=body.get("run_name"),
            by=caller(request),
            now=now(),
        )
        answer = training_json(queries.visible_trainings(self.project).get(run=run), key)
        return Response(answer, status=202, headers={"Location": answer["run_url"]})
