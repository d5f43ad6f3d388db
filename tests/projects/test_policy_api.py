"""REST of policies and of deciding on gates: everything that the portal can do."""

import pytest
from rest_framework.test import APIClient

from core.roles import Scope as TokenScope
from projects import operations, policies, queries
from projects.history import simulate
from projects.models import GateApproval, GateDecision, PolicyVersion, Project
from projects.roles import Role
from tests.factories import make_member, make_project, make_user, now
from tests.projects.factories import (
    make_decided_project,
    make_policy,
    make_ready_for_scope_gate,
    make_risk,
    make_scope,
    make_token,
    policy_text,
)

pytestmark = pytest.mark.django_db


def as_(user, *scopes):
    client = APIClient()
    text = make_token(user, *(scopes or (TokenScope.READ, TokenScope.WRITE, TokenScope.APPROVE)))
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {text}")
    return client


def url(project, rest=""):
    return f"/api/v1/projects/{project.key}/gates{rest}"


def test_a_gate_is_asked_for_decided_and_passed():
    project = make_project()
    make_ready_for_scope_gate(project)
    policy = make_policy(approvals="[{role: validator}]")
    engineer, validator = make_member(project, Role.ENGINEER), make_member(project, Role.VALIDATOR)
    owner = as_(project.created_by)

    moved = owner.post(url(project, "/policy"), {"policy": policy.public_id}, format="json")
    asked = as_(engineer).post(url(project, "/request"), {"comment": "Please"}, format="json")
    seen = as_(validator).get(url(project)).json()
    refused = owner.post(url(project), {}, format="json")
    given = as_(validator).post(
        url(project, "/verdicts"), {"verdict": "approve", "digest": seen["digest"]}, format="json"
    )
    passed = owner.post(url(project), {}, format="json")

    assert (moved.status_code, moved.json()["policy"]) == (200, "trial/1")
    assert (asked.status_code, asked.json()["number"]) == (201, 1)
    assert (seen["status"], seen["lacking"], seen["why_not_decide"]) == ("ready", ["a validator"], None)
    assert (refused.status_code, refused.json()["code"]) == (409, "gate_not_approved")
    assert (given.status_code, given.json()["digest"]) == (201, seen["digest"])
    assert passed.status_code == 201
    assert {check["rule"] for check in passed.json()["evidence"]} >= {"decision_is_stated"}


def test_verdict_needs_a_token_made_to_decide():
    project = make_decided_project()
    validator = make_member(project, Role.VALIDATOR)
    client = as_(validator, TokenScope.READ, TokenScope.WRITE)

    for rest, body in [("/verdicts", {"verdict": "approve"}), ("/waivers", {}), ("/policy", {})]:
        assert client.post(url(project, rest), body, format="json").status_code == 403
    assert not GateApproval.objects.exists()


def test_a_stranger_finds_no_gate():
    project = make_decided_project()
    client = as_(make_user())

    for rest in ("/request", "/verdicts", "/verdicts/1/withdraw", "/conditions/1/met", "/waivers", "/policy"):
        assert client.post(url(project, rest), {}, format="json").status_code == 404
    assert client.get(url(project, "/verdicts/1/difference")).status_code == 404


def test_what_is_otherwise_since_a_verdict():
    project = make_decided_project()
    validator = make_member(project, Role.VALIDATOR)
    client = as_(validator)
    made = client.post(url(project, "/verdicts"), {"verdict": "approve"}, format="json").json()
    make_scope(project, decision="Another.")

    now_ = client.get(url(project)).json()["request"]["verdicts"][0]
    rows = client.get(url(project, f"/verdicts/{made['id']}/difference")).json()["results"]

    assert (now_["is_stale"], now_["why_not"]) == (True, "It was about something else: what it rests on changed since.")
    assert {"name": "scope", "then": "2", "now": "3"}.items() <= next(r for r in rows if r["name"] == "scope").items()
    [decision] = [row for row in rows if row["name"] == "checks.decision_is_stated"]
    assert decision["now"] == "Another."


def test_conditions_waivers_and_withdrawals():
    waivers = "    waivers: {allowed: true, by: sponsor}\n"
    project = make_decided_project(rest=waivers)
    validator, sponsor = as_(make_member(project, Role.VALIDATOR)), as_(make_member(project, Role.SPONSOR))
    today = now().date().isoformat()
    condition = {"text": "Label more.", "owner": project.created_by.username, "due_date": today, "effect": "revoke"}

    waived = sponsor.post(
        url(project, "/waivers"), {"check": "decision_is_stated", "reason": "Late.", "days": 5}, format="json"
    )
    ended = sponsor.post(url(project, f"/waivers/{waived.json()['number']}/end"), {}, format="json")
    body = {"verdict": "approve_on_conditions", "comment": "If.", "conditions": [condition]}
    given = validator.post(url(project, "/verdicts"), body, format="json")
    met = validator.post(url(project, "/conditions/1/met"), {}, format="json")
    gone = validator.post(url(project, f"/verdicts/{given.json()['id']}/withdraw"), {"reason": "No."}, format="json")
    closed = as_(project.created_by).post(url(project, "/request/withdraw"), {}, format="json")

    codes = [one.status_code for one in (waived, ended, given, met, gone, closed)]
    assert codes == [201, 200, 201, 200, 200, 204]
    assert met.json()["met_by"]["username"]
    assert gone.json()["why_not"] == "It was withdrawn."
    assert queries.open_request(project) is None


def test_a_policy_is_drafted_revised_and_published_by_another():
    author, other = as_(make_user(is_admin=True)), as_(make_user(is_admin=True))

    wrong = author.post("/api/v1/policies", {"text": "kind: x"}, format="json")
    made = author.post("/api/v1/policies", {"text": policy_text()}, format="json")
    changed = author.patch("/api/v1/policies/trial/1", {"text": policy_text(tiers="[T2]")}, format="json")
    own = author.post("/api/v1/policies/trial/1/publish", {"version": 2}, format="json")
    refused = [
        other.post("/api/v1/policies/trial/1/publish", body, format="json").status_code for body in ({}, {"version": 1})
    ]
    published = other.post("/api/v1/policies/trial/1/publish", {}, format="json", headers={"If-Match": '"2"'})
    listed = author.get("/api/v1/policies").json()["results"]

    assert wrong.status_code == 422
    assert wrong.json()["errors"][0]["message"].startswith("Line 1, column ")
    assert (made.status_code, changed.json()["tiers"], own.status_code) == (201, ["T2"], 403)
    assert refused == [422, 412]
    assert (published.status_code, published.json()["state"]) == (200, "published")
    assert {(one["name"], one["number"]) for one in listed} == {("light", 1), ("strict", 1), ("trial", 1)}
    assert author.get("/api/v1/policies/trial/7").status_code == 404


def test_checking_a_text_says_what_is_wrong_or_what_it_decides_and_writes_nothing():
    project = make_project()
    make_ready_for_scope_gate(project)
    client = as_(project.created_by, TokenScope.READ)
    good = policy_text(checks="[{id: ten_risks, require: risks.open >= 10}]", approvals="[{role: validator}]")

    wrong = client.post("/api/v1/policies/check", {"text": good.replace("risks.open", "risks.opn")}, format="json")
    alone = client.post("/api/v1/policies/check", {"text": good}, format="json").json()
    decided = client.post("/api/v1/policies/check", {"text": good, "project": project.key}, format="json").json()
    foreign = as_(make_user()).post("/api/v1/policies/check", {"text": good, "project": project.key}, format="json")

    assert wrong.json()["problems"][0]["line"] == 8
    assert (alone["problems"], alone["is_met"]) == ([], None)
    assert (decided["gate"], decided["is_met"], decided["approvals"]) == ("scope", False, ["a validator"])
    assert [check["id"] for check in decided["checks"] if check["state"] == "bad"] == ["ten_risks"]
    assert foreign.status_code == 404
    assert PolicyVersion.objects.filter(name="trial").count() == 0


CHECK = "      - {id: c%d, label: The cost stays below its bound, require: scope.cost_high < %d}\n"


def test_ten_thousand_checks_are_refused_where_they_are_too_many():
    """Longer than half a MiB, and shorter than one; a text that is longer is refused where it passes that."""
    head = policy_text(checks="[]").partition("    checks:")[0]
    lines = "".join(f"      - {{id: c{n}, require: scope.cost_high > 9.12345}}\n" for n in range(10_000))
    many = f"{head}    checks:\n{lines}"
    longer = head + "    checks:\n" + "".join(CHECK % (n, n) for n in range(20_000))
    client = as_(make_user(), TokenScope.READ, TokenScope.WRITE)
    assert 512 * 1024 < len(many) < 1024 * 1024 < len(longer)

    refused = client.post("/api/v1/policies/check", {"text": many}, format="json").json()["problems"]
    drafted = client.post("/api/v1/policies", {"text": many}, format="json")
    over = client.post("/api/v1/policies/check", {"text": longer}, format="json").json()["problems"]

    line = head.count("\n") + 1 + 201
    assert (refused[0]["line"], refused[0]["column"]) == (line, 9)
    assert refused[0]["message"] == "checks has at most 200 entries: got 10,000."
    assert (drafted.status_code, f"Line {line}, column 9" in drafted.json()["errors"][0]["message"]) == (422, True)
    place = longer[: 1024 * 1024]
    assert (over[0]["line"], over[0]["column"]) == (place.count("\n") + 1, len(place) - place.rfind("\n"))
    assert over[0]["message"] == f"a policy has at most 1,048,576 characters: this has {len(longer):,}."
    assert not PolicyVersion.objects.filter(name="trial").exists()


def pass_scope_gate(risks):
    project = make_project()
    make_ready_for_scope_gate(project)
    for _ in range(risks - 1):
        make_risk(project)
    operations.pass_gate(project=project, by=project.created_by, now=now())
    return project


def test_a_policy_is_tried_on_the_past():
    few, many = pass_scope_gate(1), pass_scope_gate(3)
    admin, stranger = as_(make_user(is_admin=True), TokenScope.READ), as_(make_user(), TokenScope.READ)
    body = {"text": policy_text(checks="[{id: three, require: risks.open >= 3}]", approvals="[{role: validator}]")}

    found = admin.post("/api/v1/policies/simulate", body, format="json").json()

    assert (found["decisions"], found["skipped"], found["would_block"]) == (2, 0, 2)
    assert [(one["project"], one["would_block"], one["because"], one["lacking"]) for one in found["results"]] == [
        (many.key, True, [], ["a validator"]),
        (few.key, True, ["Three"], ["a validator"]),
    ]
    assert stranger.post("/api/v1/policies/simulate", body, format="json").json()["decisions"] == 0


def test_trying_a_policy_costs_the_same_queries_for_one_decision_and_for_three(django_assert_num_queries):
    client = as_(make_user(is_admin=True), TokenScope.READ)
    body = {"text": policy_text()}
    pass_scope_gate(1)
    client.post("/api/v1/policies/simulate", body, format="json")
    with django_assert_num_queries(4) as first:
        client.post("/api/v1/policies/simulate", body, format="json")
    for _ in range(2):
        pass_scope_gate(2)
    with django_assert_num_queries(len(first)):
        client.post("/api/v1/policies/simulate", body, format="json")


def test_the_trial_equals_the_real_evaluation():
    """The policy by which a gate was passed finds, on the facts that were kept, what it found then."""
    checks = "[{id: known, require: risks.open >= 1}, {id: w, require: scope.baseline > 9, severity: warn}]"
    project = make_decided_project(checks=checks)
    operations.decide_gate(project=project, verdict="approve", by=make_member(project, Role.VALIDATOR), now=now())
    operations.pass_gate(project=project, by=project.created_by, now=now())
    decision = GateDecision.objects.get()

    [past] = tried_again(decision)

    assert [(one.check.id, one.state) for one in past.outcome.findings] == [
        (check["rule"], check["state"]) for check in decision.evidence
    ]
    assert (past.would_block, past.lacking) == (False, [])


def tried_again(decision):
    return simulate(policies.read(decision.evaluation.policy), queries.decided([decision.project_id])).past


def test_persons_who_lack_would_have_stopped_it():
    pass_scope_gate(1)
    pack = operations.checked_policy(policy_text(approvals="[{role: auditor, count: 3}]"))

    found = simulate(pack, queries.decided(Project.objects.values_list("pk", flat=True)))

    assert [(one.would_block, one.because, one.lacking) for one in found.blocked] == [(True, [], ["3 auditor"])]


def test_who_approved_then_and_withdrew_it_afterwards_does_not_lack():
    project = make_decided_project()
    validator = make_member(project, Role.VALIDATOR)
    approval = operations.decide_gate(project=project, verdict="approve", by=validator, now=now())
    operations.pass_gate(project=project, by=project.created_by, now=now())
    operations.withdraw_gate_decision(approval=approval, reason="I was wrong.", by=validator, now=now())

    [past] = tried_again(GateDecision.objects.get())

    assert (past.would_block, past.lacking) == (False, [])


def test_who_withdrew_before_it_was_passed_lacks():
    project = make_decided_project("[{role: validator}]")
    first, second = make_member(project, Role.VALIDATOR), make_member(project, Role.VALIDATOR)
    approval = operations.decide_gate(project=project, verdict="approve", by=first, now=now())
    operations.withdraw_gate_decision(approval=approval, reason="I was wrong.", by=first, now=now())
    operations.decide_gate(project=project, verdict="approve", by=second, now=now())
    operations.pass_gate(project=project, by=project.created_by, now=now())
    pack = operations.checked_policy(policy_text(approvals="[{role: validator, count: 2}]"))

    [past] = simulate(pack, queries.decided([project.pk])).past

    assert past.lacking == ["a validator"]


def test_other_tiers_than_the_policys_are_left_out_and_counted():
    pass_scope_gate(1)
    admin = as_(make_user(is_admin=True), TokenScope.READ)
    text = policy_text(tiers="[T3, T4]", checks="[{id: three, require: risks.open >= 3}]")

    found = admin.post("/api/v1/policies/simulate", {"text": text}, format="json").json()

    assert found == {"decisions": 0, "skipped": 1, "would_block": 0, "results": []}


def test_facts_are_listed():
    found = as_(make_user(), TokenScope.READ).get("/api/v1/policies/facts").json()["results"]

    assert {"name": "risks.open", "type": "number", "doc": "Risks that are open."} in found
    assert "checks.decision_is_stated" in {one["name"] for one in found}
