"""REST: the risk register."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import StrictSerializer, expected_version, page, valid
from core.pages import now
from core.roles import Scope as TokenScope
from projects import indicators, operations, queries
from projects.api.shapes import PageShape, PersonShape, answer, caller, person, person_json
from projects.api_base import ProjectApiView
from projects.enums import (
    ControlKind,
    ControlState,
    Knowledge,
    Operator,
    RiskCategory,
    RiskLevel,
    RiskPhase,
    RiskState,
    TreatmentKind,
)
from projects.exceedance import exceedance
from projects.models import Control, Risk, RiskAcceptance


def _rating(**kwargs: Any) -> serializers.IntegerField:
    return serializers.IntegerField(min_value=1, max_value=5, **kwargs)


class RiskBody(StrictSerializer):
    """Because of `cause`, `event` may happen, and then `consequence`."""

    title = serializers.CharField(max_length=200)
    phase = serializers.ChoiceField(choices=RiskPhase.choices)
    likelihood = _rating(help_text="As it stands now.")
    impact = _rating()
    inherent_likelihood = _rating(required=False, help_text="Before anything is done about it.")
    inherent_impact = _rating(required=False)
    target_likelihood = _rating(required=False, allow_null=True, help_text="Where it shall end.")
    target_impact = _rating(required=False, allow_null=True)
    frequency = serializers.FloatField(required=False, allow_null=True, help_text="How often a year it comes true.")
    loss_low = serializers.FloatField(
        required=False,
        allow_null=True,
        help_text="What it costs each time, from here to `loss_high` in nine of ten.",
    )
    loss_high = serializers.FloatField(required=False, allow_null=True)
    knowledge = serializers.ChoiceField(
        choices=Knowledge.choices, required=False, help_text="Weak knowledge shows the risk one level higher."
    )
    owner = serializers.CharField(allow_null=True, required=False, help_text="A member's user name.")
    cause = serializers.CharField(allow_blank=True, required=False)
    event = serializers.CharField(allow_blank=True, required=False)
    consequence = serializers.CharField(allow_blank=True, required=False)
    affected = serializers.CharField(allow_blank=True, required=False)
    category = serializers.ChoiceField(choices=RiskCategory.choices, allow_blank=True, required=False)
    treatment_kind = serializers.ChoiceField(choices=TreatmentKind.choices, allow_blank=True, required=False)
    treatment = serializers.CharField(allow_blank=True, required=False)
    next_review_date = serializers.DateField(allow_null=True, required=False)


class ControlBody(StrictSerializer):
    title = serializers.CharField(max_length=200)
    kind = serializers.ChoiceField(choices=ControlKind.choices)
    state = serializers.ChoiceField(choices=ControlState.choices, required=False)
    owner = serializers.CharField(allow_null=True, required=False, help_text="A member's user name.")
    evidence = serializers.CharField(
        max_length=500, allow_blank=True, required=False, help_text="An address where it can be seen."
    )


class ControlShape(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    version = serializers.IntegerField()
    title = serializers.CharField()
    kind = serializers.ChoiceField(choices=ControlKind.choices)
    state = serializers.ChoiceField(choices=ControlState.choices)
    owner = PersonShape(allow_null=True)
    evidence = serializers.CharField()


class IndicatorBody(StrictSerializer):
    metric = serializers.CharField(max_length=60)
    subject = serializers.CharField(max_length=120, help_text="What it is measured of: a watched deployment.")
    operator = serializers.ChoiceField(choices=Operator.choices)
    threshold = serializers.FloatField()
    window_seconds = serializers.IntegerField()
    breach_likelihood = _rating(help_text="What a breach raises the likelihood to, at least.")


class IndicatorShape(IndicatorBody):
    number = serializers.IntegerField()
    last_value = serializers.FloatField(allow_null=True)
    last_at = serializers.DateTimeField(allow_null=True)
    breached_at = serializers.DateTimeField(allow_null=True)
    readings = serializers.ListField(child=serializers.FloatField(), help_text="The last values, the oldest first.")


class AcceptanceShape(serializers.Serializer[Any]):
    level = serializers.CharField()
    reason = serializers.CharField()
    until = serializers.DateField()
    is_waiting = serializers.BooleanField(help_text="Whether the second signature is missing.")
    signed_by = PersonShape()
    signed_for = serializers.CharField()
    countersigned_by = PersonShape(allow_null=True)
    countersigned_for = serializers.CharField()


class RiskShape(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    version = serializers.IntegerField()
    title = serializers.CharField()
    cause = serializers.CharField()
    event = serializers.CharField()
    consequence = serializers.CharField()
    affected = serializers.CharField()
    category = serializers.CharField()
    phase = serializers.ChoiceField(choices=RiskPhase.choices)
    inherent_likelihood = serializers.IntegerField()
    inherent_impact = serializers.IntegerField()
    likelihood = serializers.IntegerField()
    impact = serializers.IntegerField()
    target_likelihood = serializers.IntegerField(allow_null=True)
    target_impact = serializers.IntegerField(allow_null=True)
    frequency = serializers.FloatField(allow_null=True)
    loss_low = serializers.FloatField(allow_null=True)
    loss_high = serializers.FloatField(allow_null=True)
    knowledge = serializers.ChoiceField(choices=Knowledge.choices)
    level = serializers.ChoiceField(choices=[level.name.lower() for level in RiskLevel])
    owner = PersonShape(allow_null=True)
    treatment_kind = serializers.CharField()
    treatment = serializers.CharField()
    next_review_date = serializers.DateField(allow_null=True)
    state = serializers.ChoiceField(choices=RiskState.choices)
    has_sunk = serializers.BooleanField()
    controls = ControlShape(many=True)
    indicators = IndicatorShape(many=True)
    acceptance = AcceptanceShape(allow_null=True)
    created_at = serializers.DateTimeField()


class RiskPageShape(PageShape):
    results = RiskShape(many=True)


class TreatmentBody(StrictSerializer):
    treatment = serializers.CharField(help_text="What was done about it.")


class AcceptanceBody(StrictSerializer):
    reason = serializers.CharField(help_text="Why it is lived with.")
    until = serializers.DateField(
        required=False, allow_null=True, help_text="The last day on which it holds; the longest there is, if left out."
    )


class SankBody(StrictSerializer):
    risks = serializers.ListField(child=serializers.IntegerField(), help_text="Numbers; none is an answer too.")


class LiveMetricShape(serializers.Serializer[Any]):
    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    subjects = serializers.ListField(child=serializers.CharField())


class LiveMetricListShape(serializers.Serializer[Any]):
    results = LiveMetricShape(many=True)


class PointShape(serializers.Serializer[Any]):
    loss = serializers.FloatField()
    chance = serializers.FloatField(help_text="That a year's losses are above it.")


class ExceedanceShape(serializers.Serializer[Any]):
    """What a year may cost. All but `risks` is null while none of them is priced."""

    risks = serializers.ListField(child=serializers.IntegerField(), help_text="Numbers of those that are priced.")
    expected = serializers.FloatField(allow_null=True, help_text="The mean of a year.")
    p95 = serializers.FloatField(allow_null=True, help_text="Nineteen of twenty years cost less.")
    any_loss = serializers.FloatField(allow_null=True, help_text="The chance that a year costs anything.")
    points = PointShape(many=True)


class RiskListShape(serializers.Serializer[Any]):
    results = RiskShape(many=True)


class EmptyBody(StrictSerializer):
    pass


_PLAIN = (
    "number version title cause event consequence affected category phase inherent_likelihood inherent_impact "
    "likelihood impact target_likelihood target_impact frequency loss_low loss_high knowledge treatment_kind treatment "
    "next_review_date state "
    "has_sunk created_at"
)


def risk_json(risk: Any) -> dict[str, Any]:
    """`risk` as `queries.risks_in_full` gives it."""
    body: dict[str, Any] = {name: getattr(risk, name) for name in _PLAIN.split()}
    return body | {
        "level": risk.level.name.lower(),
        "owner": person_json(risk.owner),
        "controls": [control_json(one) for one in risk.controls.all()],
        "indicators": [indicator_json(one) for one in risk.watched],
        "acceptance": _acceptance_json(risk.standing[0]) if risk.standing else None,
    }


def control_json(control: Control) -> dict[str, Any]:
    names = ("number", "version", "title", "kind", "state", "evidence")
    body: dict[str, Any] = {name: getattr(control, name) for name in names}
    return body | {"owner": person_json(control.owner)}


def indicator_json(indicator: Any) -> dict[str, Any]:
    names = "number metric subject operator threshold window_seconds breach_likelihood last_value last_at breached_at"
    body: dict[str, Any] = {name: getattr(indicator, name) for name in names.split()}
    return body | {"readings": getattr(indicator, "spark", [])[::-1]}


def _acceptance_json(made: RiskAcceptance) -> dict[str, Any]:
    return {
        "level": RiskLevel(made.level).name.lower(),
        "reason": made.reason,
        "until": made.until,
        "is_waiting": made.is_waiting,
        "signed_by": person_json(made.signed_by),
        "signed_for": made.signed_for,
        "countersigned_by": person_json(made.countersigned_by),
        "countersigned_for": made.countersigned_for,
    }


def _answered(risk: Risk, *, status: int = 200) -> Response:
    """The risk as it stands after an operation, with its ETag."""
    found = queries.risk_in_full(risk.project, risk.number)
    return answer(risk_json(found), found, status=status)


class _RiskApi(ProjectApiView):
    body: type[StrictSerializer] = RiskBody

    def values(self, request: Request, *, partial: bool = False) -> dict[str, Any]:
        body = valid(self.body, request, partial=partial)
        if "owner" in body:
            body["owner"] = person(self.project, body["owner"], field="owner")
        return body


class RisksView(_RiskApi):
    @extend_schema(responses=RiskPageShape)
    def get(self, request: Request, key: str) -> Response:
        """The register, newest first."""
        return page(request, queries.risks_in_full(self.project), risk_json)

    @extend_schema(request=RiskBody, responses={201: RiskShape})
    def post(self, request: Request, key: str) -> Response:
        """Put a risk into the register."""
        risk = operations.add_risk(project=self.project, by=caller(request), now=now(), **self.values(request))
        return _answered(risk, status=201)


class RiskView(_RiskApi):
    @extend_schema(responses=RiskShape)
    def get(self, request: Request, key: str, number: int) -> Response:
        """One risk."""
        return _answered(queries.risk(self.project, number))

    @extend_schema(request=RiskBody, responses=RiskShape)
    def patch(self, request: Request, key: str, number: int) -> Response:
        """Revise the given fields."""
        risk = operations.revise_risk(
            risk=queries.risk(self.project, number),
            values=self.values(request, partial=True),
            by=caller(request),
            expected_version=expected_version(request),
        )
        return _answered(risk)


class RiskTreatView(ProjectApiView):
    @extend_schema(request=TreatmentBody, responses=RiskShape)
    def post(self, request: Request, key: str, number: int) -> Response:
        """Say what was done about it."""
        risk = operations.treat_risk(
            risk=queries.risk(self.project, number),
            treatment=valid(TreatmentBody, request)["treatment"],
            by=caller(request),
            now=now(),
            expected_version=expected_version(request),
        )
        return _answered(risk)


class RiskAcceptView(ProjectApiView):
    @extend_schema(request=AcceptanceBody, responses=RiskShape)
    def post(self, request: Request, key: str, number: int) -> Response:
        """Live with it until a day. Of a high risk this is the first signature; a critical one cannot be accepted."""
        risk = operations.accept_risk(
            risk=queries.risk(self.project, number),
            **valid(AcceptanceBody, request),
            by=caller(request),
            now=now(),
            expected_version=expected_version(request),
        )
        return _answered(risk)


class RiskSignView(ProjectApiView):
    scope = TokenScope.APPROVE

    @extend_schema(request=EmptyBody, responses=RiskShape)
    def post(self, request: Request, key: str, number: int) -> Response:
        """The second signature under a high risk: another person's, for the other side."""
        valid(EmptyBody, request)
        risk = operations.sign_acceptance(
            risk=queries.risk(self.project, number),
            by=caller(request),
            now=now(),
            expected_version=expected_version(request),
        )
        return _answered(risk)


class RiskReopenView(ProjectApiView):
    @extend_schema(request=EmptyBody, responses=RiskShape)
    def post(self, request: Request, key: str, number: int) -> Response:
        """It stands again."""
        valid(EmptyBody, request)
        risk = operations.reopen_risk(
            risk=queries.risk(self.project, number),
            by=caller(request),
            now=now(),
            expected_version=expected_version(request),
        )
        return _answered(risk)


class ControlsView(_RiskApi):
    body = ControlBody

    @extend_schema(request=ControlBody, responses={201: ControlShape})
    def post(self, request: Request, key: str, number: int) -> Response:
        """Name what holds the risk in check."""
        risk = queries.risk(self.project, number)
        control = operations.add_control(risk=risk, by=caller(request), **self.values(request))
        return answer(control_json(control), control, status=201)


class ControlView(_RiskApi):
    body = ControlBody

    @extend_schema(request=ControlBody, responses=ControlShape)
    def patch(self, request: Request, key: str, number: int, control: int) -> Response:
        """Revise the given fields."""
        revised = operations.revise_control(
            control=queries.control(queries.risk(self.project, number), control),
            values=self.values(request, partial=True),
            by=caller(request),
            expected_version=expected_version(request),
        )
        return answer(control_json(revised), revised)


class IndicatorsView(ProjectApiView):
    @extend_schema(request=IndicatorBody, responses={201: IndicatorShape})
    def post(self, request: Request, key: str, number: int) -> Response:
        """Bind the risk to a live metric: a breach raises its likelihood and opens one finding."""
        body = valid(IndicatorBody, request)
        risk = queries.risk(self.project, number)
        indicator = operations.bind_indicator(risk=risk, by=caller(request), now=now(), **body)
        return Response(indicator_json(indicator), status=201)


class IndicatorView(ProjectApiView):
    @extend_schema(responses={204: None})
    def delete(self, request: Request, key: str, number: int, indicator: int) -> Response:
        """Watch it no longer; its readings and findings stay."""
        found = queries.indicator(queries.risk(self.project, number), indicator)
        operations.remove_indicator(indicator=found, by=caller(request), now=now())
        return Response(status=204)


class MetricsView(ProjectApiView):
    @extend_schema(responses=LiveMetricListShape)
    def get(self, request: Request, key: str) -> Response:
        """What a risk of this project can be bound to."""
        known = [
            {"key": one.key, "label": one.label, "subjects": one.subjects(self.project)} for one in indicators.metrics()
        ]
        return Response({"results": known})


class ExceedanceView(ProjectApiView):
    @extend_schema(responses=ExceedanceShape)
    def get(self, request: Request, key: str, number: int | None = None) -> Response:
        """What a year may cost: of one risk, or of all that are open together."""
        asked = queries.open_risks(self.project) if number is None else [queries.risk(self.project, number)]
        priced = [risk for risk in asked if risk.loss is not None]
        found = exceedance([risk.loss for risk in priced if risk.loss is not None])
        body = {"risks": sorted(risk.number for risk in priced), "expected": None, "p95": None, "any_loss": None}
        if found is None:
            return Response(body | {"points": []})
        points = [{"loss": loss, "chance": chance} for loss, chance in found.points]
        figures = {"expected": found.expected, "p95": found.high, "any_loss": found.any_loss}
        return Response(body | figures | {"points": points})


class SankView(ProjectApiView):
    @extend_schema(request=SankBody, responses=RiskListShape)
    def post(self, request: Request, key: str) -> Response:
        """Say of a retired project which of its risks ended it: these and no others."""
        numbers = valid(SankBody, request)["risks"]
        operations.name_what_sank(project=self.project, numbers=numbers, by=caller(request))
        found = queries.risks_in_full(self.project).filter(has_sunk=True).order_by("number")
        return Response({"results": [risk_json(one) for one in found]})
