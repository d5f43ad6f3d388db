"""REST: policies, and what they would decide."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import ApiView, StrictSerializer, expected_version, page, valid
from core.errors import Invalid
from core.pages import now
from core.roles import Scope as TokenScope
from projects import facts, gates, operations, policies, queries
from projects.api.gates import CheckShape, check_json
from projects.api.shapes import PageShape, PersonShape, answer, caller, person_json
from projects.api_base import project_for
from projects.approvals import words
from projects.enums import Gate, PolicyState
from projects.history import Past, simulate
from projects.models import PolicyVersion
from projects.policy import PolicyError, TestRun, run_tests


class PolicyShape(serializers.Serializer[Any]):
    name = serializers.CharField()
    number = serializers.IntegerField()
    version = serializers.IntegerField()
    title = serializers.CharField()
    state = serializers.ChoiceField(choices=PolicyState.choices)
    tiers = serializers.ListField(child=serializers.CharField())
    digest = serializers.CharField()
    text = serializers.CharField()
    written_by = PersonShape(allow_null=True)
    written_at = serializers.DateTimeField()
    published_by = PersonShape(allow_null=True)
    published_at = serializers.DateTimeField(allow_null=True)


class PolicyPageShape(PageShape):
    results = PolicyShape(many=True)


class PolicyTextBody(StrictSerializer):
    text = serializers.CharField(
        trim_whitespace=False, help_text="YAML, of 1 MiB at most; what is longer is refused where it passes that."
    )


class NothingBody(StrictSerializer):
    pass


class PolicyPublishBody(StrictSerializer):
    version = serializers.IntegerField(
        required=False,
        min_value=1,
        help_text="Of the draft that you saw; or say it in If-Match. One of them is required.",
    )


class PolicyCheckBody(PolicyTextBody):
    project = serializers.CharField(
        required=False, allow_null=True, help_text="Say what it decides of this project's next gate."
    )


class ProblemShape(serializers.Serializer[Any]):
    line = serializers.IntegerField()
    column = serializers.IntegerField()
    message = serializers.CharField()


class PolicyTestShape(serializers.Serializer[Any]):
    name = serializers.CharField()
    gate = serializers.ChoiceField(choices=Gate.choices)
    line = serializers.IntegerField()
    is_passed = serializers.BooleanField()
    failures = serializers.ListField(child=serializers.CharField())


class PolicyCheckShape(serializers.Serializer[Any]):
    problems = ProblemShape(many=True, help_text="None: the text is a policy.")
    tests = PolicyTestShape(many=True, help_text="Those that stand beside it; all must pass before it is published.")
    gate = serializers.ChoiceField(choices=Gate.choices, allow_null=True)
    is_met = serializers.BooleanField(allow_null=True, help_text="Null where no project is named.")
    checks = CheckShape(many=True)
    approvals = serializers.ListField(child=serializers.CharField(), help_text="The persons asked for, in words.")


class PastShape(serializers.Serializer[Any]):
    project = serializers.CharField()
    gate = serializers.ChoiceField(choices=Gate.choices)
    decided_at = serializers.DateTimeField()
    would_block = serializers.BooleanField()
    because = serializers.ListField(child=serializers.CharField())
    lacking = serializers.ListField(child=serializers.CharField(), help_text="Approvals that were not given then.")


class SimulationShape(serializers.Serializer[Any]):
    decisions = serializers.IntegerField(help_text="Gates passed in projects that you see, of the last 1,000.")
    skipped = serializers.IntegerField(help_text="Further ones, of projects of tiers that the text is not for.")
    would_block = serializers.IntegerField()
    results = PastShape(many=True)


class FactShape(serializers.Serializer[Any]):
    name = serializers.CharField()
    type = serializers.CharField()
    doc = serializers.CharField()


class FactListShape(serializers.Serializer[Any]):
    results = FactShape(many=True)


def policy_json(policy: PolicyVersion) -> dict[str, Any]:
    names = "name number version title state tiers digest text written_at published_at"
    body: dict[str, Any] = {name: getattr(policy, name) for name in names.split()}
    people = {"written_by": person_json(policy.written_by), "published_by": person_json(policy.published_by)}
    return body | people


def test_run_json(run: TestRun) -> dict[str, Any]:
    test = run.test
    about = {"name": test.name, "gate": test.gate, "line": test.line}
    return about | {"is_passed": run.is_passed, "failures": list(run.failures)}


def past_json(past: Past) -> dict[str, Any]:
    return {
        "project": past.decision.project.key,
        "gate": past.decision.gate,
        "decided_at": past.decision.decided_at,
        "would_block": past.would_block,
        "because": past.because,
        "lacking": past.lacking,
    }


class PoliciesView(ApiView):
    @extend_schema(responses=PolicyPageShape)
    def get(self, request: Request) -> Response:
        """Every version of every policy, drafts too, newest first."""
        return page(request, queries.policy_versions().order_by(), policy_json)

    @extend_schema(request=PolicyTextBody, responses={201: PolicyShape})
    def post(self, request: Request) -> Response:
        """Propose a text: the next version of the pack that it names. It counts once somebody else publishes it."""
        made = operations.draft_policy(text=valid(PolicyTextBody, request)["text"], by=caller(request), now=now())
        return answer(policy_json(made), made, status=201)


class PolicyView(ApiView):
    @extend_schema(responses=PolicyShape)
    def get(self, request: Request, name: str, number: int) -> Response:
        """One version."""
        found = queries.policy_version(name, number)
        return answer(policy_json(found), found)

    @extend_schema(request=PolicyTextBody, responses=PolicyShape)
    def patch(self, request: Request, name: str, number: int) -> Response:
        """Change your own draft."""
        changed = operations.revise_policy(
            policy=queries.policy_version(name, number),
            text=valid(PolicyTextBody, request)["text"],
            by=caller(request),
            now=now(),
            expected_version=expected_version(request),
        )
        return answer(policy_json(changed), changed)


class PolicyPublishView(ApiView):
    scope = TokenScope.APPROVE

    @extend_schema(request=PolicyPublishBody, responses=PolicyShape)
    def post(self, request: Request, name: str, number: int) -> Response:
        """Make a draft count, exactly as you saw it: by an administrator who did not write it, and when its tests
        pass."""
        seen = valid(PolicyPublishBody, request).get("version") or expected_version(request)
        if seen is None:
            raise Invalid("Say which version of the draft you saw, here or in If-Match.", field="version")
        made = operations.publish_policy(
            policy=queries.policy_version(name, number),
            by=caller(request),
            now=now(),
            expected_version=seen,
        )
        return answer(policy_json(made), made)


class PolicyDiscardView(ApiView):
    @extend_schema(request=NothingBody, responses=PolicyShape)
    def post(self, request: Request, name: str, number: int) -> Response:
        """Give a draft up."""
        valid(NothingBody, request)
        made = operations.discard_policy(policy=queries.policy_version(name, number), by=caller(request))
        return answer(policy_json(made), made)


class PolicyCheckView(ApiView):
    scope = TokenScope.READ

    @extend_schema(request=PolicyCheckBody, responses=PolicyCheckShape)
    def post(self, request: Request) -> Response:
        """What is wrong with a text, each with line and column; whether the tests beside it pass; and what it would
        decide of a project's next gate. Nothing is written."""
        body = valid(PolicyCheckBody, request)
        nothing: dict[str, Any] = {"tests": [], "gate": None, "is_met": None, "checks": [], "approvals": []}
        project = project_for(request, body["project"]) if body.get("project") else None
        try:
            pack = policies.read_text(body["text"])
        except PolicyError as exc:
            wrong = [{"line": one.line, "column": one.column, "message": one.message} for one in exc.problems]
            return Response({"problems": wrong} | nothing)
        ran = {"problems": [], "tests": [test_run_json(run) for run in run_tests(pack)]}
        found = gates.try_pack(project, pack) if project else None
        if found is None:
            return Response(nothing | ran)
        decided = {
            "gate": found.gate,
            "is_met": found.is_met,
            "checks": [check_json(check) for check in found.checks],
            "approvals": [words(rule, rule.count) for rule in found.outcome.approvals],
        }
        return Response(decided | ran)


class PolicySimulateView(ApiView):
    scope = TokenScope.READ

    @extend_schema(request=PolicyTextBody, responses=SimulationShape)
    def post(self, request: Request) -> Response:
        """What a text would have said of the last gates that were passed. Nothing is written."""
        pack = operations.checked_policy(valid(PolicyTextBody, request)["text"])
        found = simulate(pack, queries.visible_decisions(caller(request)))
        results = [past_json(past) for past in found.past]
        counts = {"decisions": len(found.past), "skipped": found.skipped, "would_block": len(found.blocked)}
        return Response(counts | {"results": results})


class FactsView(ApiView):
    @extend_schema(responses=FactListShape)
    def get(self, request: Request) -> Response:
        """What policies may speak of."""
        known = facts.known_facts().values()
        results = [{"name": one.name, "type": one.type.value, "doc": one.doc} for one in known]
        return Response({"results": results})
