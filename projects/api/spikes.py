"""REST: spikes, kill criteria and objections of the dossier."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import StrictSerializer, expected_version, page, valid
from core.pages import now
from projects import documents, operations, queries, scoping
from projects.api.shapes import PageShape, answer, caller, person
from projects.api_base import ProjectApiView
from projects.enums import Function, KillDecision, SpikeState, SpikeZone
from projects.models import KillCriterion, Spike


class SpikePlanBody(StrictSerializer):
    """What may be left out has a value to begin with; a metric and both zones are needed before it is locked."""

    title = serializers.CharField(max_length=200, required=False)
    hypothesis = serializers.CharField(allow_blank=True, required=False)
    days = serializers.IntegerField(required=False, help_text="The time box from the lock on, at most 28.")
    spending_cap = serializers.FloatField(required=False)
    experiment = serializers.CharField(
        max_length=200, required=False, help_text="Every run in it counts that begins after the lock."
    )
    dataset = serializers.CharField(allow_blank=True, required=False, help_text="name@v1: only runs on it count.")
    metric = serializers.CharField(allow_blank=True, max_length=250, required=False)
    is_higher_better = serializers.BooleanField(required=False)
    proceed_at = serializers.FloatField(allow_null=True, required=False)
    kill_at = serializers.FloatField(allow_null=True, required=False)
    least_runs = serializers.IntegerField(required=False, help_text="Fewer say nothing.")


class NewSpikeBody(SpikePlanBody):
    option = serializers.IntegerField(help_text="The number of the option.")
    tests = serializers.ChoiceField(choices=list(scoping.TESTED.items()))


class ReadingShape(serializers.Serializer[Any]):
    """The 95% interval of the metric; its zone once it lies in one, else how many more runs might decide it."""

    runs = serializers.IntegerField()
    low = serializers.FloatField(allow_null=True)
    mean = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    zone = serializers.ChoiceField(choices=["proceed", "pivot", "kill"], allow_null=True)
    more = serializers.IntegerField(allow_null=True)
    sentence = serializers.CharField()


class SpikeShape(NewSpikeBody):
    number = serializers.IntegerField()
    version = serializers.IntegerField()
    item = serializers.IntegerField(help_text="Its card on the board.")
    state = serializers.ChoiceField(choices=SpikeState.choices)
    digest = serializers.CharField(help_text="SHA-256 of the locked plan.")
    locked_at = serializers.DateTimeField(allow_null=True)
    zone = serializers.ChoiceField(choices=SpikeZone.choices, allow_blank=True)
    comment = serializers.CharField()
    runs = serializers.ListField(child=serializers.CharField())
    reading = ReadingShape(allow_null=True)


class SpikePageShape(PageShape):
    results = SpikeShape(many=True)


class StopBody(StrictSerializer):
    comment = serializers.CharField(help_text="Why it stops without a result.")


class CriterionBody(StrictSerializer):
    text = serializers.CharField(help_text="What has to be so.")
    due_date = serializers.DateField()
    decider = serializers.CharField(help_text="A member's user name. Who says nothing by the day has said stop.")
    metric = serializers.CharField(allow_blank=True, max_length=250, required=False)
    threshold = serializers.FloatField(allow_null=True, required=False)
    is_higher_better = serializers.BooleanField(required=False)


class CriterionShape(CriterionBody):
    number = serializers.IntegerField()
    version = serializers.IntegerField()
    reached_at = serializers.DateTimeField(allow_null=True)
    reached_by = serializers.CharField(help_text="The run that reached it.")
    decision = serializers.ChoiceField(choices=KillDecision.choices, allow_blank=True)
    reason = serializers.CharField()
    decided_at = serializers.DateTimeField(allow_null=True)


class CriterionPageShape(PageShape):
    results = CriterionShape(many=True)


class KillDecisionBody(StrictSerializer):
    decision = serializers.ChoiceField(choices=KillDecision.choices)
    reason = serializers.CharField()


class ObjectionBody(StrictSerializer):
    text = serializers.CharField(help_text="The objection; or why there is none.")
    has_none = serializers.BooleanField(default=False)


class ObjectionShape(serializers.Serializer[Any]):
    """What it says is null until all four functions are in."""

    function = serializers.ChoiceField(choices=Function.choices)
    has_none = serializers.BooleanField(allow_null=True)
    text = serializers.CharField(allow_null=True)
    author = serializers.CharField()


class ObjectionsShape(serializers.Serializer[Any]):
    are_open = serializers.BooleanField()
    objections = ObjectionShape(many=True)


def _spike_answer(spike: Spike, *, status: int = 200) -> Response:
    return answer(documents.spike_json(spike), spike, status=status)


def _criterion_answer(one: KillCriterion, *, status: int = 200) -> Response:
    return answer(documents.kill_criterion_json(one), one, status=status)


class SpikesView(ProjectApiView):
    @extend_schema(responses=SpikePageShape)
    def get(self, request: Request, key: str) -> Response:
        """The spikes, newest first."""
        return page(request, queries.spikes(self.project).order_by(), documents.spike_json)

    @extend_schema(request=NewSpikeBody, responses={201: SpikeShape})
    def post(self, request: Request, key: str) -> Response:
        """Make a spike of a dimension or an assumption of an option, with a card on the board."""
        values = valid(NewSpikeBody, request)
        option = queries.option(self.project, values.pop("option"))
        spike = operations.plan_spike(
            option=option, tests=values.pop("tests"), values=values, by=caller(request), now=now()
        )
        return _spike_answer(spike, status=201)


class SpikeView(ProjectApiView):
    @extend_schema(responses=SpikeShape)
    def get(self, request: Request, key: str, number: int) -> Response:
        """One spike, with what its runs say."""
        return _spike_answer(queries.spike(self.project, number))

    @extend_schema(request=SpikePlanBody, responses=SpikeShape)
    def patch(self, request: Request, key: str, number: int) -> Response:
        """Revise its plan, as long as it is not locked."""
        spike = operations.revise_spike(
            spike=queries.spike(self.project, number),
            values=valid(SpikePlanBody, request, partial=True),
            by=caller(request),
            now=now(),
            expected_version=expected_version(request),
        )
        return _spike_answer(spike)


class SpikeLockView(ProjectApiView):
    @extend_schema(request=None, responses=SpikeShape)
    def post(self, request: Request, key: str, number: int) -> Response:
        """Lock its plan for good: only runs that begin afterwards count."""
        spike = operations.lock_spike(
            spike=queries.spike(self.project, number),
            by=caller(request),
            now=now(),
            expected_version=expected_version(request),
        )
        return _spike_answer(spike)


class SpikeStopView(ProjectApiView):
    @extend_schema(request=StopBody, responses=SpikeShape)
    def post(self, request: Request, key: str, number: int) -> Response:
        """End it without a result."""
        spike = operations.stop_spike(
            spike=queries.spike(self.project, number),
            comment=valid(StopBody, request)["comment"],
            by=caller(request),
            now=now(),
            expected_version=expected_version(request),
        )
        return _spike_answer(spike)


class CriteriaView(ProjectApiView):
    @extend_schema(responses=CriterionPageShape)
    def get(self, request: Request, key: str) -> Response:
        """What would end the project, newest first."""
        return page(request, queries.kill_criteria(self.project).order_by(), documents.kill_criterion_json)

    @extend_schema(request=CriterionBody, responses={201: CriterionShape})
    def post(self, request: Request, key: str) -> Response:
        """Set one; it cannot be changed afterwards."""
        values = valid(CriterionBody, request)
        decider = person(self.project, values.pop("decider"), field="decider")
        assert decider is not None  # a name is needed, and an unknown one is refused
        made = operations.add_kill_criterion(
            project=self.project, values=values, decider=decider, by=caller(request), now=now()
        )
        return _criterion_answer(made, status=201)


class CriterionView(ProjectApiView):
    @extend_schema(responses=CriterionShape)
    def get(self, request: Request, key: str, number: int) -> Response:
        """One of them."""
        return _criterion_answer(queries.kill_criterion(self.project, number))


class CriterionDecideView(ProjectApiView):
    @extend_schema(request=KillDecisionBody, responses=CriterionShape)
    def post(self, request: Request, key: str, number: int) -> Response:
        """Stop, or go on although it was not reached: only whoever decides."""
        decided = operations.decide_kill_criterion(
            criterion=queries.kill_criterion(self.project, number),
            by=caller(request),
            now=now(),
            **valid(KillDecisionBody, request),
        )
        return _criterion_answer(decided)


class ObjectionsView(ProjectApiView):
    @extend_schema(responses=ObjectionsShape)
    def get(self, request: Request, key: str) -> Response:
        """Which functions are in; what they say once all are."""
        found = documents.objections_json(queries.objections(self.project))
        return Response({"are_open": len(found) == len(Function), "objections": found})

    @extend_schema(request=ObjectionBody, responses=ObjectionsShape)
    def put(self, request: Request, key: str) -> Response:
        """Hand in what the function that one speaks for has against it, or why nothing."""
        operations.hand_in_objection(
            project=self.project, by=caller(request), now=now(), **valid(ObjectionBody, request)
        )
        return self.get(request, key)
