"""REST: registered models and their versions."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import StrictSerializer, page, user_of, valid
from core.errors import Invalid, NotFound
from core.pages import now
from experiments import queries as experiments
from experiments.api.jobs import JobShape, job_json
from models_registry import operations, queries
from models_registry.enums import ModelFormat, VersionState
from models_registry.models import Evaluation, ModelVersion, RegisteredModel
from projects.api.shapes import PageShape, PersonShape, answer, person_json
from projects.api_base import ProjectApiView


class ModelBody(StrictSerializer):
    name = serializers.CharField(max_length=250)
    description = serializers.CharField(allow_blank=True, default="")


class DescriptionBody(StrictSerializer):
    description = serializers.CharField(allow_blank=True)


class ModelShape(serializers.Serializer[Any]):
    name = serializers.CharField()
    description = serializers.CharField()
    tags = serializers.DictField(child=serializers.CharField())
    versions = serializers.IntegerField(help_text="How many there are.")
    latest = serializers.IntegerField(allow_null=True)
    created_by = PersonShape(allow_null=True)
    created_at = serializers.DateTimeField()


class ModelPageShape(PageShape):
    results = ModelShape(many=True)


class VersionBody(StrictSerializer):
    run = serializers.CharField(required=False, help_text="The id of the run that made the model.")
    logged_model = serializers.CharField(required=False, help_text="MLflow's id of a logged model, m-...")
    description = serializers.CharField(allow_blank=True, default="")


class VersionShape(serializers.Serializer[Any]):
    model = serializers.CharField()
    number = serializers.IntegerField()
    version = serializers.IntegerField(help_text="The revision that approvals are bound to.")
    state = serializers.ChoiceField(choices=VersionState.choices)
    run = serializers.CharField(allow_null=True)
    logged_model = serializers.CharField(allow_null=True)
    format = serializers.ChoiceField(choices=ModelFormat.choices)
    digest = serializers.CharField(help_text="SHA-256 over the files.")
    signature = serializers.JSONField(allow_null=True)
    description = serializers.CharField()
    tags = serializers.DictField(child=serializers.CharField())
    created_by = PersonShape(allow_null=True)
    created_at = serializers.DateTimeField()


class EvaluationBody(StrictSerializer):
    dataset = serializers.CharField(max_length=80)
    number = serializers.IntegerField(min_value=1, max_value=2**31 - 1, help_text="The version of the dataset.")
    target = serializers.CharField(max_length=200, trim_whitespace=False)


class EvaluationRowsShape(serializers.Serializer[Any]):
    reference = serializers.IntegerField(required=False)
    holdout = serializers.IntegerField(required=False)


class EvaluationShape(serializers.Serializer[Any]):
    dataset = serializers.CharField()
    number = serializers.IntegerField()
    target = serializers.CharField()
    holdout_digest = serializers.CharField(allow_null=True, help_text="Null until rows are held out.")
    rows = EvaluationRowsShape()
    error = serializers.CharField(allow_blank=True)
    job = JobShape(allow_null=True)
    chosen_by = PersonShape(allow_null=True)
    chosen_at = serializers.DateTimeField()


class VersionPageShape(PageShape):
    results = VersionShape(many=True)


class AliasBody(StrictSerializer):
    number = serializers.IntegerField(min_value=1, help_text="Of the version.")


class AliasShape(serializers.Serializer[Any]):
    alias = serializers.CharField()
    number = serializers.IntegerField()


class EmptyBody(StrictSerializer):
    pass


def model_json(model: RegisteredModel) -> dict[str, Any]:
    """Of a model read by `queries.with_latest`."""
    return {
        "name": model.name,
        "description": model.description,
        "tags": model.tags,
        "versions": model.version_count,  # type: ignore[attr-defined]
        "latest": model.latest_number,  # type: ignore[attr-defined]
        "created_by": person_json(model.created_by),
        "created_at": model.created_at,
    }


def version_json(version: ModelVersion) -> dict[str, Any]:
    return {
        "model": version.model.name,
        "number": version.number,
        "version": version.version,
        "state": version.state,
        "run": version.run.run_id if version.run else None,
        "logged_model": version.logged_model.model_id if version.logged_model else None,
        "format": version.format,
        "digest": version.digest,
        "signature": version.signature,
        "description": version.description,
        "tags": version.tags,
        "created_by": person_json(version.created_by),
        "created_at": version.created_at,
    }


def evaluation_json(chosen: Evaluation, key: str) -> dict[str, Any]:
    return {
        "dataset": chosen.dataset_version.dataset.name,
        "number": chosen.dataset_version.number,
        "target": chosen.target,
        "holdout_digest": chosen.holdout_id,
        "rows": chosen.rows,
        "error": chosen.error,
        "job": job_json(chosen.job, key) if chosen.job else None,
        "chosen_by": person_json(chosen.created_by),
        "chosen_at": chosen.created_at,
    }


class _ModelApi(ProjectApiView):
    def model(self, name: str) -> RegisteredModel:
        return queries.model_named(project=self.project, name=name)

    def model_answer(self, name: str, *, status: int = 200) -> Response:
        return Response(model_json(queries.with_latest(self.project).get(name=name)), status=status)


class ModelsView(_ModelApi):
    @extend_schema(responses=ModelPageShape)
    def get(self, request: Request, key: str) -> Response:
        """The registered models, newest first."""
        return page(request, queries.with_latest(self.project), model_json)

    @extend_schema(request=ModelBody, responses={201: ModelShape})
    def post(self, request: Request, key: str) -> Response:
        """Register a name for versions."""
        body = valid(ModelBody, request)
        model = operations.register_model(project=self.project, by=user_of(request), now=now(), **body)
        return self.model_answer(model.name, status=201)


class ModelView(_ModelApi):
    @extend_schema(responses=ModelShape)
    def get(self, request: Request, key: str, name: str) -> Response:
        """One model."""
        return self.model_answer(self.model(name).name)

    @extend_schema(request=DescriptionBody, responses=ModelShape)
    def patch(self, request: Request, key: str, name: str) -> Response:
        """Describe it."""
        body = valid(DescriptionBody, request)
        operations.update_model(model=self.model(name), by=user_of(request), now=now(), **body)
        return self.model_answer(name)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, key: str, name: str) -> Response:
        """Delete a model of which nothing was reviewed or deployed."""
        operations.delete_model(model=self.model(name), by=user_of(request), now=now())
        return Response(status=204)


class AliasView(_ModelApi):
    @extend_schema(request=AliasBody, responses=AliasShape)
    def put(self, request: Request, key: str, name: str, alias: str) -> Response:
        """Point an alias at a version. champion and production point at approved versions only."""
        number = valid(AliasBody, request)["number"]
        version = queries.version_of(project=self.project, name=name, number=number)
        operations.set_alias(model=version.model, alias=alias, version=version, by=user_of(request), now=now())
        return Response({"alias": alias, "number": number})

    @extend_schema(responses={204: None})
    def delete(self, request: Request, key: str, name: str, alias: str) -> Response:
        """Take an alias away."""
        operations.delete_alias(model=self.model(name), alias=alias, by=user_of(request), now=now())
        return Response(status=204)


class VersionsView(_ModelApi):
    @extend_schema(responses=VersionPageShape)
    def get(self, request: Request, key: str, name: str) -> Response:
        """The model's versions, newest first."""
        rows = queries.visible_versions(self.project).filter(model=self.model(name))
        return page(request, rows, version_json)

    @extend_schema(request=VersionBody, responses={201: VersionShape})
    def post(self, request: Request, key: str, name: str) -> Response:
        """Register the next version, from a run or from a model that a client logged."""
        body = valid(VersionBody, request)
        if ("run" in body) == ("logged_model" in body):
            raise Invalid("Name either a run or a logged model.", field="run", code="required")
        run = experiments.run_by_id(project=self.project, run_id=body["run"]) if "run" in body else None
        logged = body.get("logged_model")
        version = operations.create_version(
            model=self.model(name),
            run=run,
            logged_model=experiments.logged_model_by_id(project=self.project, model_id=logged) if logged else None,
            description=body["description"],
            by=user_of(request),
            now=now(),
        )
        return answer(version_json(version), version, status=201)


class _VersionApi(ProjectApiView):
    def version(self, name: str, number: int) -> ModelVersion:
        return queries.version_of(project=self.project, name=name, number=number)


class VersionView(_VersionApi):
    @extend_schema(responses=VersionShape)
    def get(self, request: Request, key: str, name: str, number: int) -> Response:
        """One version."""
        version = self.version(name, number)
        return answer(version_json(version), version)

    @extend_schema(request=DescriptionBody, responses=VersionShape)
    def patch(self, request: Request, key: str, name: str, number: int) -> Response:
        """Describe it."""
        body = valid(DescriptionBody, request)
        version = operations.update_version(version=self.version(name, number), by=user_of(request), now=now(), **body)
        return answer(version_json(version), version)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, key: str, name: str, number: int) -> Response:
        """Delete a version that was never reviewed or deployed."""
        operations.delete_version(version=self.version(name, number), by=user_of(request), now=now())
        return Response(status=204)


class VersionReviseView(_VersionApi):
    @extend_schema(request=EmptyBody, responses=VersionShape)
    def post(self, request: Request, key: str, name: str, number: int) -> Response:
        """Take its files as they are now: if they changed, reviews and approvals are dismissed."""
        valid(EmptyBody, request)
        version = operations.revise_version(version=self.version(name, number), by=user_of(request), now=now())
        return answer(version_json(version), version)


class EvaluationView(_VersionApi):
    @extend_schema(responses=EvaluationShape)
    def get(self, request: Request, key: str, name: str, number: int) -> Response:
        """The data on which a version that was trained elsewhere is judged."""
        chosen = queries.evaluation_of(self.version(name, number))
        if chosen is None:
            raise NotFound("No data were chosen to judge this version on.")
        return Response(evaluation_json(chosen, key))

    @extend_schema(request=EvaluationBody, responses=EvaluationShape)
    def put(self, request: Request, key: str, name: str, number: int) -> Response:
        """Choose them: a job holds a quarter of the rows out and sees that the model can predict them."""
        body = valid(EvaluationBody, request)
        data = experiments.dataset_version(project=self.project, name=body["dataset"], number=body["number"])
        chosen = operations.choose_evaluation(
            version=self.version(name, number),
            dataset_version=data,
            target=body["target"],
            by=user_of(request),
            now=now(),
        )
        return Response(evaluation_json(chosen, key))


class VersionArchiveView(_VersionApi):
    @extend_schema(request=EmptyBody, responses=VersionShape)
    def post(self, request: Request, key: str, name: str, number: int) -> Response:
        """Put it aside for good."""
        valid(EmptyBody, request)
        version = operations.archive_version(version=self.version(name, number), by=user_of(request), now=now())
        return answer(version_json(version), version)
