"""REST: the tier, and the regimes by which it is found."""

import dataclasses
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import ApiView, StrictSerializer, expected_version, page, valid
from core.errors import BadRequest, NotFound
from core.pages import now
from core.roles import Scope as TokenScope
from projects import operations, tiers
from projects.api.risks import EmptyBody
from projects.api.shapes import PageShape, PersonShape, answer, caller, person_json
from projects.api_base import ProjectApiView
from projects.enums import RegimeClass
from projects.models import Classification


class ClassificationBody(StrictSerializer):
    answers = serializers.DictField(
        child=serializers.CharField(max_length=40),
        help_text="Key of each question to `no`, `yes`, or the key of the exception that lifts it.",
    )
    exposure = serializers.IntegerField(min_value=1, max_value=4, help_text="Money at stake, or people affected.")
    automation = serializers.IntegerField(
        min_value=1, max_value=4, help_text="1 advisory, 2 assistive, 3 automated, 4 with legal or similar effect."
    )
    note = serializers.CharField(help_text="Why these answers.")
    population = serializers.CharField(allow_blank=True, required=False, help_text="Who is affected.")
    is_complex = serializers.BooleanField(required=False, help_text="Opaque, changing or of a third party: one higher.")
    derogates = serializers.BooleanField(required=False, help_text="The note says why it poses no significant risk.")


class ClassificationShape(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    tier = serializers.IntegerField(allow_null=True)
    regime = serializers.CharField()
    regime_class = serializers.ChoiceField(choices=RegimeClass.choices)
    citation = serializers.CharField()
    answers = serializers.DictField(child=serializers.CharField())
    derogates = serializers.BooleanField()
    exposure = serializers.IntegerField()
    automation = serializers.IntegerField()
    is_complex = serializers.BooleanField()
    population = serializers.CharField()
    note = serializers.CharField()
    decided_by = PersonShape()
    decided_at = serializers.DateTimeField()
    is_waiting = serializers.BooleanField(help_text="It lowers the tier, and counts once a second person agrees.")
    confirmed_by = PersonShape(allow_null=True)
    confirmed_at = serializers.DateTimeField(allow_null=True)
    why_again = serializers.CharField(help_text="Why it has to be classified again; empty if it need not.")


class ClassificationPageShape(PageShape):
    results = ClassificationShape(many=True)


class AppliesFromShape(serializers.Serializer[Any]):
    date = serializers.DateField()
    what = serializers.CharField()
    classes = serializers.ListField(child=serializers.CharField())
    source = serializers.CharField()  # type: ignore[assignment]


class ObligationShape(serializers.Serializer[Any]):
    article = serializers.CharField()
    what = serializers.CharField()
    classes = serializers.ListField(child=serializers.CharField())
    feature = serializers.CharField()


class LiftingShape(serializers.Serializer[Any]):
    key = serializers.CharField()
    citation = serializers.CharField()
    text = serializers.CharField()


class QuestionShape(LiftingShape):
    leads_to = serializers.CharField()
    exceptions = LiftingShape(many=True)


class RegimeShape(serializers.Serializer[Any]):
    key = serializers.CharField()
    name = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]
    url = serializers.CharField()
    checked_on = serializers.DateField()
    note = serializers.CharField()
    applies_from = AppliesFromShape(many=True)
    questions = QuestionShape(many=True)
    obligations = ObligationShape(many=True)


class RegimeListShape(serializers.Serializer[Any]):
    results = RegimeShape(many=True)


def classification_json(found: Classification, *, why_again: str = "") -> dict[str, Any]:
    names = (
        "number tier regime regime_class citation answers derogates exposure automation is_complex population note "
        "decided_at is_waiting confirmed_at"
    )
    body: dict[str, Any] = {name: getattr(found, name) for name in names.split()}
    people = {"decided_by": person_json(found.decided_by), "confirmed_by": person_json(found.confirmed_by)}
    return body | people | {"why_again": why_again}


class TierView(ProjectApiView):
    @extend_schema(responses=ClassificationShape)
    def get(self, request: Request, key: str) -> Response:
        """The classification that counts; 404 while there is none."""
        found = tiers.classification_of(self.project)
        if found is None:
            raise NotFound("This project is not classified yet.")
        return answer(classification_json(found, why_again=tiers.why_again(self.project, found)), found)

    @extend_schema(request=ClassificationBody, responses={201: ClassificationShape})
    def post(self, request: Request, key: str) -> Response:
        """Classify the project, or classify it again: the ones before stay as they are. One that lowers the tier waits
        for a second person."""
        found = operations.classify_project(
            project=self.project,
            by=caller(request),
            now=now(),
            expected_version=expected_version(request),
            **valid(ClassificationBody, request),
        )
        return answer(classification_json(found), found, status=201)


class TierConfirmView(ProjectApiView):
    scope = TokenScope.APPROVE

    @extend_schema(request=EmptyBody, responses=ClassificationShape)
    def post(self, request: Request, key: str) -> Response:
        """Agree to the lower tier that another person proposed: `If-Match` says which one, by its number."""
        valid(EmptyBody, request)
        proposed = expected_version(request)
        if proposed is None:
            raise BadRequest("If-Match names the proposal that you agree to, by its ETag.", field="If-Match")
        found = operations.confirm_tier(project=self.project, by=caller(request), now=now(), expected_version=proposed)
        return answer(classification_json(found), found)


class TierHistoryView(ProjectApiView):
    @extend_schema(responses=ClassificationPageShape)
    def get(self, request: Request, key: str) -> Response:
        """Every classification, newest first."""
        return page(request, tiers.classifications(self.project).order_by(), classification_json)


class RegimesView(ApiView):
    @extend_schema(responses=RegimeListShape)
    def get(self, request: Request) -> Response:
        """Laws and frameworks: from when they apply, by which questions, and what of the product supports what."""
        return Response({"results": [dataclasses.asdict(one) for one in tiers.known_regimes().values()]})
