"""REST: the library of finished projects, what was learnt from it, and what a project took."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import ApiView, StrictSerializer, expected_version, page, valid
from core.errors import NotFound
from core.pages import now
from projects import documents, operations, queries
from projects.api.dossier import DossierShape, PrecedentShape, dossier_json
from projects.api.shapes import PageShape, answer, caller
from projects.api_base import ProjectApiView
from projects.models import Outcome, PriorsVersion

SEARCH = OpenApiParameter("q", OpenApiTypes.STR, description="Words that all have to stand in it.")


def _figure(help_text: str = "") -> serializers.FloatField:
    return serializers.FloatField(allow_null=True, required=False, help_text=help_text)


class OutcomeBody(StrictSerializer):
    """Every field may be left out: it then stays as it is. Before the project retires all figures are needed."""

    title = serializers.CharField(max_length=200, required=False)
    summary = serializers.CharField(allow_blank=True, required=False)
    option = serializers.IntegerField(allow_null=True, required=False, help_text="The option that was built.")
    actual_effort = _figure("Person-months.")
    months = _figure("From the first day to the release.")
    run_cost = _figure("A year, as it was.")
    metric = serializers.CharField(allow_blank=True, max_length=250, required=False)
    metric_reached = _figure()
    value_realised = _figure("A year.")
    lessons = serializers.CharField(allow_blank=True, required=False)


class _FollowingShape(serializers.Serializer[Any]):
    """What follows from the dossier and the scope is written when the project is retired."""

    currency = serializers.CharField(allow_blank=True)
    planned_effort = serializers.FloatField(allow_null=True)
    metric_promised = serializers.FloatField(allow_null=True)
    value_promised = serializers.FloatField(allow_null=True)
    published_at = serializers.DateTimeField(allow_null=True)


class OutcomeShape(OutcomeBody, _FollowingShape):
    version = serializers.IntegerField()


class FinishedShape(_FollowingShape):
    key = serializers.CharField()
    title = serializers.CharField()
    summary = serializers.CharField()
    actual_effort = serializers.FloatField()
    months = serializers.FloatField()
    run_cost = serializers.FloatField()
    metric = serializers.CharField()
    metric_reached = serializers.FloatField()
    value_realised = serializers.FloatField()
    lessons = serializers.CharField()


class FinishedPageShape(PageShape):
    results = FinishedShape(many=True)


class PriorsShape(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    multipliers = serializers.DictField(child=serializers.FloatField(), help_text="Rating to times harder.")
    decay = serializers.FloatField()
    finished = serializers.IntegerField(help_text="On how many finished projects they are based.")
    at = serializers.DateTimeField()


class PriorsPageShape(PageShape):
    results = PriorsShape(many=True)


class ChooseBody(StrictSerializer):
    finished = serializers.CharField(help_text="The key of the finished project.")


def _priors_json(one: PriorsVersion) -> dict[str, Any]:
    return (documents.priors_json(one) or {}) | {"at": one.at}


def _outcome_answer(outcome: Outcome) -> Response:
    return answer(documents.outcome_json(outcome) or {}, outcome)


class LibraryView(ApiView):
    @extend_schema(parameters=[SEARCH], responses=FinishedPageShape)
    def get(self, request: Request) -> Response:
        """What finished projects really took, for whoever is signed in."""
        found = queries.finished_projects(request.query_params.get("q", "")[:200])
        return page(request, found.order_by(), documents.finished_json, filters=["q"])


class FinishedView(ApiView):
    @extend_schema(responses=FinishedShape)
    def get(self, request: Request, key: str) -> Response:
        """One finished project, as far as everybody may know it."""
        return Response(documents.finished_json(queries.finished_project(key)))


class PriorsView(ApiView):
    @extend_schema(responses=PriorsPageShape)
    def get(self, request: Request) -> Response:
        """What estimates are judged by, refitted with each finished project, newest first. None: the default."""
        return page(request, queries.priors_versions().order_by(), _priors_json)


class OutcomeView(ProjectApiView):
    @extend_schema(responses=OutcomeShape)
    def get(self, request: Request, key: str) -> Response:
        """What the project took and brought."""
        outcome = queries.outcome(self.project)
        if outcome is None:
            raise NotFound("Nobody has told yet what this project took.")
        return _outcome_answer(outcome)

    @extend_schema(request=OutcomeBody, responses=OutcomeShape)
    def patch(self, request: Request, key: str) -> Response:
        """Tell it, as long as the project is not retired; with If-Match only the version that was read."""
        values = valid(OutcomeBody, request, partial=True)
        if values.get("option") is not None:
            values["option"] = queries.option(self.project, values["option"])
        outcome = operations.revise_outcome(
            project=self.project,
            values=values,
            by=caller(request),
            now=now(),
            expected_version=expected_version(request),
        )
        return _outcome_answer(outcome)


class PrecedentChooseView(ProjectApiView):
    @extend_schema(request=ChooseBody, responses={201: PrecedentShape})
    def post(self, request: Request, key: str) -> Response:
        """Take a finished project of the library as a precedent, with what it really took."""
        finished = queries.finished_project(valid(ChooseBody, request)["finished"])
        made = operations.choose_precedent(project=self.project, finished=finished, by=caller(request), now=now())
        return Response(documents.precedent_json(queries.precedent(self.project, made.number)), status=201)


class DossierPriorsView(ProjectApiView):
    @extend_schema(request=None, responses=DossierShape)
    def post(self, request: Request, key: str) -> Response:
        """Judge the dossier by the newest priors instead of those that it was begun with."""
        dossier = operations.take_newest_priors(project=self.project, by=caller(request), now=now())
        return answer(dossier_json(dossier), dossier)
