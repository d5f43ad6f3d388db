"""REST: the scoping dossier, its options, and how they are judged."""

import dataclasses
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import StrictSerializer, expected_version, page, valid
from core.errors import NotFound
from core.pages import now
from projects import documents, operations, queries, scoping
from projects.api.shapes import PageShape, PersonShape, answer, caller, person_json
from projects.api_base import ProjectApiView
from projects.enums import OptionKind
from projects.models import Ceiling, Dossier, DossierRevision, Project, ScopeOption
from projects.scoping import templates
from projects.studio import newer_priors


def _range() -> serializers.ListField:
    """Lowest, most likely, highest."""
    return serializers.ListField(
        child=serializers.FloatField(), min_length=3, max_length=3, allow_null=True, required=False
    )


def _number() -> serializers.FloatField:
    return serializers.FloatField(allow_null=True, required=False)


class DossierBody(StrictSerializer):
    """Every field may be left out: it then stays as it is. A range is lowest, most likely, highest."""

    currency = serializers.CharField(min_length=3, max_length=3, required=False)
    volume = _range()
    base_rate = _range()
    benefit = _range()
    review_cost = _range()
    false_alarm_cost = _range()
    month_price = _number()
    years = serializers.FloatField(required=False)
    today_recall = _number()
    today_false_alarm_rate = _number()
    today_run_cost = _number()
    today_source = serializers.CharField(allow_blank=True, required=False)
    today_measured_on = serializers.DateField(allow_null=True, required=False)
    dataset = serializers.CharField(allow_blank=True, max_length=120, required=False, help_text="As in sales@v3.")
    dataset_label = serializers.CharField(allow_blank=True, max_length=250, required=False)
    dataset_positive = serializers.CharField(allow_blank=True, max_length=200, required=False)


class OptionBody(StrictSerializer):
    kind = serializers.ChoiceField(choices=OptionKind.choices)
    title = serializers.CharField(max_length=200)
    summary = serializers.CharField(allow_blank=True, required=False)
    estimate = serializers.FloatField(allow_null=True, required=False, help_text="The team's P50, person-months.")
    effort = _range()
    recall = _range()
    false_alarm_rate = _range()
    run_cost = _range()
    latency_ms = _range()
    skills = serializers.DictField(
        child=serializers.ListField(child=serializers.FloatField(), min_length=3, max_length=3), required=False
    )

    precedent = serializers.IntegerField(allow_null=True, required=False, help_text="The number of its precedent.")


class PrecedentBody(StrictSerializer):
    title = serializers.CharField(max_length=200)
    actual_effort = serializers.FloatField(help_text="What it really took, person-months.")
    planned_effort = _number()
    # A serializer has a `source` of its own, which its declared fields do not touch.
    source = serializers.CharField(help_text="Where that can be looked up.")  # type: ignore[assignment]


class PrecedentShape(PrecedentBody):
    """The ratings of both stay hidden until both are in; `ratings` is the harder of the two."""

    number = serializers.IntegerField()
    rated = serializers.IntegerField(help_text="How many of the two have rated.")
    team = serializers.DictField(child=serializers.IntegerField(allow_null=True), allow_null=True)
    second = serializers.DictField(child=serializers.IntegerField(allow_null=True), allow_null=True)
    ratings = serializers.DictField(child=serializers.IntegerField(allow_null=True), allow_null=True)
    evidence = serializers.ListField(child=serializers.DictField(child=serializers.CharField()))
    library = serializers.DictField(allow_null=True, help_text="The finished project of the library that it is.")


class PrecedentPageShape(PageShape):
    results = PrecedentShape(many=True)


class SheetBody(StrictSerializer):
    ratings = serializers.DictField(
        child=serializers.IntegerField(allow_null=True),
        help_text="All ten dimensions: -1 easier, 0 the same, 1 to 3 harder, null unknown.",
    )
    evidence = serializers.DictField(child=serializers.CharField(), required=False, default=dict)


class CeilingBody(StrictSerializer):
    money = _number()
    skills = serializers.DictField(child=serializers.FloatField(), required=False)
    run_cost = _number()
    latency_ms = _number()
    alerts = _number()


class CeilingShape(serializers.Serializer[Any]):
    """Its figures are null until it is opened."""

    version = serializers.IntegerField()
    is_blind = serializers.BooleanField()
    sealed_by = PersonShape()
    sealed_at = serializers.DateTimeField()
    opened_at = serializers.DateTimeField(allow_null=True)
    figures = CeilingBody(allow_null=True)


class OptionShape(OptionBody):
    number = serializers.IntegerField()
    version = serializers.IntegerField()


class DossierShape(DossierBody):
    version = serializers.IntegerField()
    revised_by = PersonShape(allow_null=True)
    revised_at = serializers.DateTimeField(allow_null=True)


class OptionPageShape(PageShape):
    results = OptionShape(many=True)


class TemplateBody(StrictSerializer):
    template = serializers.ChoiceField(choices=list(templates.names().items()))


class SpanShape(serializers.Serializer[Any]):
    lowest = serializers.FloatField()
    central = serializers.FloatField()
    highest = serializers.FloatField()


class ResourceShape(serializers.Serializer[Any]):
    kind = serializers.CharField()
    name = serializers.CharField()
    ceiling = serializers.FloatField()
    as_submitted = serializers.FloatField()
    probability = serializers.FloatField()
    p50 = serializers.FloatField()
    p80 = serializers.FloatField()
    suffices = serializers.BooleanField()


class BarShape(serializers.Serializer[Any]):
    key = serializers.CharField()
    at_low = serializers.FloatField()
    at_high = serializers.FloatField()
    decides = serializers.BooleanField()


class OptionVerdictShape(serializers.Serializer[Any]):
    """`recall` and `gain` are P10, P50, P90; `effort` P50 and P80; money is a year."""

    option = serializers.IntegerField()
    quadrant = serializers.ChoiceField(choices=["build", "harder_than_it_looks", "nobody_can_pay", "neither"])
    is_realistic = serializers.BooleanField()
    is_affordable = serializers.BooleanField()
    reasons = serializers.ListField(child=serializers.CharField())
    asks = serializers.ListField(child=serializers.CharField())
    times_harder = SpanShape(allow_null=True)
    optimism = SpanShape(allow_null=True)
    similarity = serializers.FloatField(allow_null=True)
    needed_recall = serializers.FloatField(allow_null=True)
    recall = serializers.ListField(child=serializers.FloatField())
    p_recall = serializers.FloatField()
    gain = serializers.ListField(child=serializers.FloatField())
    p_pays = serializers.FloatField()
    effort = serializers.ListField(child=serializers.FloatField())
    marginal = serializers.FloatField(allow_null=True)
    next_cheaper = serializers.IntegerField(allow_null=True)
    resources = ResourceShape(many=True)
    tornado = BarShape(many=True)


class UncostedShape(serializers.Serializer[Any]):
    option = serializers.IntegerField()
    missing = serializers.ListField(child=serializers.CharField())


class JudgementShape(serializers.Serializer[Any]):
    missing = serializers.ListField(child=serializers.CharField())
    uncosted = UncostedShape(many=True)
    today_value = serializers.FloatField(allow_null=True)
    based_on = serializers.CharField()
    newer = serializers.CharField(allow_blank=True, help_text="What newer priors are based on that it could take.")
    verdicts = OptionVerdictShape(many=True)


class RevisionShape(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    digest = serializers.CharField()
    revised_by = PersonShape(allow_null=True)
    revised_at = serializers.DateTimeField()


class RevisionPageShape(PageShape):
    results = RevisionShape(many=True)


class WholeRevisionShape(RevisionShape):
    content = serializers.DictField()


def dossier_json(dossier: Dossier) -> dict[str, Any]:
    return documents.dossier_json(dossier) | {
        "version": dossier.version,
        "revised_by": person_json(dossier.revised_by),
        "revised_at": dossier.revised_at,
    }


def option_json(option: ScopeOption) -> dict[str, Any]:
    return documents.option_json(option) | {"version": option.version}


def ceiling_json(ceiling: Ceiling) -> dict[str, Any]:
    return {
        "version": ceiling.version,
        "is_blind": ceiling.is_blind,
        "sealed_by": person_json(ceiling.sealed_by),
        "sealed_at": ceiling.sealed_at,
        "opened_at": ceiling.opened_at,
        "figures": documents.ceiling_json(ceiling) if ceiling.opened_at else None,
    }


def judgement_json(found: scoping.Studio, *, newer: str) -> dict[str, Any]:
    return {
        "missing": list(found.missing),
        "uncosted": [{"option": number, "missing": list(lacks)} for number, lacks in found.uncosted.items()],
        "today_value": found.today_value,
        "based_on": str(found.priors),
        "newer": newer,
        "verdicts": [_verdict_json(one) for one in found.verdicts],
    }


def _verdict_json(one: scoping.Verdict) -> dict[str, Any]:
    needed = one.money.needed.recall
    return {
        "option": int(one.key),
        "quadrant": one.quadrant,
        "is_realistic": one.is_realistic,
        "is_affordable": one.is_affordable,
        "reasons": list(one.reasons),
        "asks": list(one.outcome.asks),
        "times_harder": dataclasses.asdict(one.harder) if one.harder else None,
        "optimism": dataclasses.asdict(one.ratio) if one.ratio else None,
        "similarity": one.similarity,
        "needed_recall": None if needed == float("inf") else needed,
        "recall": list(one.money.recall),
        "p_recall": one.money.p_recall,
        "gain": list(one.money.gain),
        "p_pays": one.money.p_pays,
        "effort": list(one.money.effort),
        "marginal": one.marginal,
        "next_cheaper": int(one.cheaper) if one.cheaper else None,
        "resources": [dataclasses.asdict(resource) for resource in one.money.resources],
        "tornado": [_assumption_json(bar) for bar in one.tornado],
    }


def _assumption_json(bar: scoping.Bar) -> dict[str, Any]:
    return {"key": bar.key, "at_low": bar.at_low, "at_high": bar.at_high, "decides": bar.decides}


def _revision_json(revision: DossierRevision) -> dict[str, Any]:
    return {
        "number": revision.number,
        "digest": revision.digest,
        "revised_by": person_json(revision.revised_by),
        "revised_at": revision.revised_at,
    }


class DossierView(ProjectApiView):
    @extend_schema(responses=DossierShape)
    def get(self, request: Request, key: str) -> Response:
        """What is at stake, and how it is done today. Version 0: nobody has begun it."""
        dossier = queries.dossier_of(self.project)
        return answer(dossier_json(dossier), dossier)

    @extend_schema(request=DossierBody, responses=DossierShape)
    def patch(self, request: Request, key: str) -> Response:
        """Revise the given fields; with If-Match only the revision that was read (412 otherwise)."""
        dossier = operations.revise_dossier(
            project=self.project,
            values=valid(DossierBody, request, partial=True),
            by=caller(request),
            now=now(),
            expected_version=expected_version(request),
        )
        return answer(dossier_json(dossier), dossier)


class TemplateView(ProjectApiView):
    @extend_schema(request=TemplateBody, responses={201: DossierShape})
    def post(self, request: Request, key: str) -> Response:
        """Begin from a template, whose figures are examples. Only while nobody has begun."""
        dossier = operations.start_from_template(
            project=self.project, by=caller(request), now=now(), **valid(TemplateBody, request)
        )
        return answer(dossier_json(dossier), dossier, status=201)


class JudgementView(ProjectApiView):
    @extend_schema(responses=JudgementShape)
    def get(self, request: Request, key: str) -> Response:
        """Where the options stand: realism and affordability of each, by 20,000 draws with a fixed seed."""
        content = documents.content_of(self.project)
        newer = newer_priors(content, queries.newest_priors())
        return Response(judgement_json(scoping.studio(content), newer=newer))


class RevisionsView(ProjectApiView):
    @extend_schema(responses=RevisionPageShape)
    def get(self, request: Request, key: str) -> Response:
        """The revisions, newest first."""
        return page(request, queries.dossier_revisions(self.project), _revision_json)


class RevisionView(ProjectApiView):
    @extend_schema(responses=WholeRevisionShape)
    def get(self, request: Request, key: str, number: int) -> Response:
        """The whole dossier as it stood, with its digest."""
        revision = queries.dossier_revision(self.project, number)
        return Response(_revision_json(revision) | {"content": revision.content})


class _OptionApi(ProjectApiView):
    def values(self, request: Request, *, partial: bool = False) -> dict[str, Any]:
        body = valid(OptionBody, request, partial=partial)
        if body.get("precedent") is not None:
            body["precedent"] = queries.precedent(self.project, body["precedent"])
        return body


class OptionsView(_OptionApi):
    @extend_schema(responses=OptionPageShape)
    def get(self, request: Request, key: str) -> Response:
        """The ways to do it, newest first."""
        return page(request, queries.options(self.project).order_by(), option_json)

    @extend_schema(request=OptionBody, responses={201: OptionShape})
    def post(self, request: Request, key: str) -> Response:
        """Put a further way beside the others."""
        option = operations.add_option(project=self.project, values=self.values(request), by=caller(request), now=now())
        return answer(option_json(option), option, status=201)


class OptionView(_OptionApi):
    @extend_schema(responses=OptionShape)
    def get(self, request: Request, key: str, number: int) -> Response:
        """One way to do it."""
        option = queries.option(self.project, number)
        return answer(option_json(option), option)

    @extend_schema(request=OptionBody, responses=OptionShape)
    def patch(self, request: Request, key: str, number: int) -> Response:
        """Revise the given fields."""
        option = operations.revise_option(
            option=queries.option(self.project, number),
            values=self.values(request, partial=True),
            by=caller(request),
            now=now(),
            expected_version=expected_version(request),
        )
        return answer(option_json(option), option)

    @extend_schema(request=None, responses={204: None})
    def delete(self, request: Request, key: str, number: int) -> Response:
        """Take it out; earlier revisions keep it."""
        operations.remove_option(option=queries.option(self.project, number), by=caller(request), now=now())
        return Response(status=204)


class PrecedentsView(ProjectApiView):
    @extend_schema(responses=PrecedentPageShape)
    def get(self, request: Request, key: str) -> Response:
        """Finished projects to compare with, newest first."""
        return page(request, queries.precedents(self.project).order_by(), documents.precedent_json)

    @extend_schema(request=PrecedentBody, responses={201: PrecedentShape})
    def post(self, request: Request, key: str) -> Response:
        """Name a finished project, with what it really took."""
        made = operations.add_precedent(
            project=self.project, values=valid(PrecedentBody, request), by=caller(request), now=now()
        )
        return Response(documents.precedent_json(queries.precedent(self.project, made.number)), status=201)


class SheetView(ProjectApiView):
    @extend_schema(request=SheetBody, responses=PrecedentShape)
    def put(self, request: Request, key: str, number: int) -> Response:
        """Rate our problem against it, as the team's rater or as the second one; to lower a rating needs evidence."""
        operations.rate_precedent(
            precedent=queries.precedent(self.project, number),
            by=caller(request),
            now=now(),
            **valid(SheetBody, request),
        )
        return Response(documents.precedent_json(queries.precedent(self.project, number)))


class CeilingView(ProjectApiView):
    @extend_schema(responses=CeilingShape)
    def get(self, request: Request, key: str) -> Response:
        """Who sealed it, and its figures once it is opened."""
        return Response(ceiling_json(_ceiling_of(self.project)))

    @extend_schema(request=CeilingBody, responses=CeilingShape)
    def put(self, request: Request, key: str) -> Response:
        """Seal it: nobody sees the figures until it is opened."""
        ceiling = operations.seal_ceiling(
            project=self.project, values=valid(CeilingBody, request), by=caller(request), now=now()
        )
        return Response(ceiling_json(ceiling))


class CeilingOpenView(ProjectApiView):
    @extend_schema(request=None, responses=CeilingShape)
    def post(self, request: Request, key: str) -> Response:
        """Open it: only whoever sealed it, once an option is costed."""
        opened = operations.open_ceiling(ceiling=_ceiling_of(self.project), by=caller(request), now=now())
        return Response(ceiling_json(opened))


def _ceiling_of(project: Project) -> Ceiling:
    found = queries.ceiling(project)
    if found is None:
        raise NotFound("No ceiling is sealed yet.")
    return found
