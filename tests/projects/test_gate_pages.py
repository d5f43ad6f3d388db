"""The pages of gates and policies: what stands on them, who may press what, what they cost."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from projects import operations, queries
from projects.models import GateApproval, GateCondition, GateWaiver, PolicyVersion
from projects.roles import Role
from tests.factories import make_member, make_project, make_user, now
from tests.projects.factories import (
    as_sent,
    make_decided_project,
    make_policy,
    make_ready_for_scope_gate,
    make_scope,
    policy_text,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_(client):
    def sign_in(user):
        client.force_login(user)
        return client

    return sign_in


def url(project, rest=""):
    return f"/p/{project.key}/gates/{rest}"


def digest_of(client, project):
    return client.get(url(project)).context["form"].initial["digest"]


def test_gate_is_asked_for_decided_and_looked_at_again(as_):
    project = make_project()
    make_ready_for_scope_gate(project)
    operations.move_to_policy(
        project=project, policy=make_policy(approvals="[{role: validator}]"), by=project.created_by, now=now()
    )
    engineer, validator = make_member(project, Role.ENGINEER), make_member(project, Role.VALIDATOR)

    as_(engineer).post(url(project, "ask/"), {"comment": "Please look."})
    mine = as_(engineer).get(url(project)).content.decode()
    client = as_(validator)
    before = client.get(url(project)).content.decode()
    decided = client.post(url(project), {"verdict": "approve", "effect": "warn", "digest": digest_of(client, project)})
    after = client.get(url(project)).content.decode()

    assert "nobody decides on their own request" in mine
    assert "Please look." in before
    assert "Missing: a validator" in before
    assert decided.status_code == 302
    assert ">Approved<" in after
    make_scope(project, decision="Another.")
    stale = client.get(url(project)).content.decode()
    since = client.get(url(project, f"verdicts/{GateApproval.objects.get().pk}/")).content.decode()
    assert "what changed since" in stale
    assert "The decision is stated" in since
    assert "Another." in since


def test_verdict_on_what_was_not_seen_is_refused_on_the_form(as_):
    project = make_decided_project()
    client = as_(make_member(project, Role.VALIDATOR))
    seen = digest_of(client, project)
    make_scope(project, decision="Another.")

    answer = client.post(url(project), {"verdict": "approve", "effect": "warn", "digest": seen})

    assert answer.status_code == 412
    assert "changed since you looked" in answer.content.decode()
    assert not GateApproval.objects.exists()


def test_conditions_waivers_and_withdrawals_by_form(as_):
    project = make_decided_project(rest="    waivers: {allowed: true, by: sponsor}\n")
    make_scope(project, decision="")
    validator = make_member(project, Role.VALIDATOR)

    client = as_(make_member(project, Role.SPONSOR))
    waived = client.post(url(project, "waive/"), {"check": "decision_is_stated", "reason": "Late.", "days": 5})
    client = as_(validator)
    given = {
        "verdict": "approve_on_conditions",
        "comment": "If.",
        "text": "Label more.",
        "owner": project.created_by.pk,
        "due_date": now().date().isoformat(),
        "effect": "revoke",
        "digest": digest_of(client, project),
    }
    decided = client.post(url(project), given)
    shown = client.get(url(project)).content.decode()
    met = client.post(url(project, "conditions/1/met/"))
    gone = client.post(url(project, f"verdicts/{GateApproval.objects.get().pk}/withdraw/"), {"reason": "No."})
    as_(project.created_by).post(url(project, "waivers/1/end/"))
    as_(project.created_by).post(url(project, "ask-no-more/"))

    assert [one.status_code for one in (waived, decided, met, gone)] == [302] * 4
    assert "Label more." in shown
    assert "decision_is_stated" in shown
    assert GateCondition.objects.get().met_by == validator
    assert GateWaiver.objects.get().ended_at
    assert queries.open_request(project) is None


LONG = "x" * 4001
TOO_LONG = "at most 4000 characters (it has 4001)"


def test_words_that_are_refused_stand_in_the_form_as_they_were_sent(as_):
    project = make_project()
    client = as_(project.created_by)

    asked = client.post(url(project, "ask/"), {"comment": LONG})
    passed = client.post(f"/p/{project.key}/gate/", {"comment": LONG})

    assert (asked.status_code, passed.status_code) == (422, 422)
    assert asked.context["ask_form"]["comment"].value() == passed.context["pass_form"]["comment"].value() == LONG
    assert TOO_LONG in asked.content.decode()
    assert TOO_LONG in passed.content.decode()
    assert queries.open_request(project) is None


def test_a_reason_that_is_refused_stands_in_the_form_as_it_was_sent(as_):
    project = make_decided_project()
    client = as_(make_member(project, Role.VALIDATOR))
    client.post(url(project), {"verdict": "approve", "effect": "warn", "digest": digest_of(client, project)})
    verdict = GateApproval.objects.get()

    answer = client.post(url(project, f"verdicts/{verdict.pk}/withdraw/"), {"reason": LONG})

    assert answer.status_code == 422
    assert answer.context["withdraw_form"]["reason"].value() == LONG
    assert TOO_LONG in answer.content.decode()
    verdict.refresh_from_db()
    assert verdict.withdrawn_at is None


def test_waiving_nothing_there_is_told_on_the_form(as_):
    project = make_decided_project(rest="    waivers: {allowed: true, by: sponsor}\n")

    answer = as_(make_member(project, Role.SPONSOR)).post(
        url(project, "waive/"), {"check": "decision_is_stated", "reason": "x", "days": 5}
    )

    assert answer.status_code == 422
    assert not GateWaiver.objects.exists()


def test_a_stranger_finds_no_gate_page(as_):
    project = make_decided_project()
    client = as_(make_user())

    assert client.get(url(project)).status_code == 404
    for rest in ("ask/", "ask-no-more/", "waive/", "waivers/1/end/", "conditions/1/met/", "verdicts/1/withdraw/"):
        assert client.post(url(project, rest)).status_code == 404
    assert client.post(url(project, "policy/"), {"policy": "strict/1"}).status_code == 404


def test_move_policy_by_form(as_):
    project = make_project()
    policy = make_policy()

    as_(make_member(project, Role.ENGINEER)).post(url(project, "policy/"), {"policy": policy.public_id})
    assert not hasattr(project, "policy")
    as_(project.created_by).post(url(project, "policy/"), {"policy": policy.public_id})

    assert "Trial v1" in as_(project.created_by).get(url(project)).content.decode()


def test_gate_page_of_a_retired_project(as_):
    project = make_project()
    type(project).objects.filter(pk=project.pk).update(stage="retired")

    page = as_(project.created_by).get(url(project)).content.decode()

    assert "The line ends here" in page


def test_gate_page_costs_the_same_for_one_verdict_and_for_three(as_, django_assert_num_queries):
    project = make_decided_project("[{role: validator, count: 4}]")
    viewer = make_member(project, Role.VIEWER)

    def approve():
        validator = make_member(project, Role.VALIDATOR)
        operations.decide_gate(project=project, verdict="approve", by=validator, now=now())

    approve()
    client = as_(viewer)
    client.get(url(project))
    with CaptureQueriesContext(connection) as one:
        client.get(url(project))
    approve()
    approve()
    with django_assert_num_queries(len(one)):
        client.get(url(project))


# Policies


def test_policies_are_proposed_revised_and_published(as_):
    author, other = make_user(is_admin=True), make_user(is_admin=True)
    client = as_(author)

    begun = client.get("/policies/new/?from=strict/1").content.decode()
    wrong = client.post("/policies/new/", {"text": "kind: x"})
    made = client.post("/policies/new/", {"text": policy_text()})
    changed = client.post("/policies/trial/1/", {"text": policy_text(tiers="[T2]"), "version": 1})
    late = client.post("/policies/trial/1/", {"text": policy_text(), "version": 1})
    own = client.get("/policies/trial/1/").content.decode()
    unseen = as_(other).post("/policies/trial/1/publish/", {"version": 1})
    assert PolicyVersion.objects.get(name="trial").state == "draft", unseen
    assert 'name="version" value="2"' in as_(other).get("/policies/trial/1/").content.decode()
    as_(other).post("/policies/trial/1/publish/", {"version": 2})
    shown = client.get("/policies/").content.decode()

    assert "name: strict" in begun
    assert (wrong.status_code, made.status_code, changed.status_code, late.status_code) == (422, 302, 302, 412)
    assert "Line 1, column 7" in wrong.content.decode()
    assert "nobody publishes their own" in own
    assert PolicyVersion.objects.get(name="trial").state == "published"
    assert "Trial v1" in shown


def test_a_draft_is_shown_against_what_counts_and_discarded(as_):
    make_policy()
    client = as_(make_user())
    client.post("/policies/new/", {"text": policy_text(tiers="[T2]")})

    page = client.get("/policies/trial/2/").content.decode()
    client.post("/policies/trial/2/discard/")

    assert "+tiers: [T2]" in page
    assert "-tiers: [T1, T2, T3, T4]" in page
    assert PolicyVersion.objects.get(name="trial", number=2).state == "discarded"


def test_a_text_is_checked_as_one_types_and_tried_on_the_past(as_):
    project = make_project()
    make_ready_for_scope_gate(project)
    operations.pass_gate(project=project, by=project.created_by, now=now())
    client = as_(project.created_by)
    strict = policy_text(checks="[{id: ten, label: Ten risks, require: risks.open >= 10}]")

    wrong = client.post("/policies/check/", {"text": strict.replace("risks.open", "risk.open")}).content.decode()
    right = client.post("/policies/check/", {"text": strict}).content.decode()
    tried = client.post("/policies/try/", {"text": strict}).content.decode()
    broken = client.post("/policies/try/", {"text": "x"}).content.decode()
    alone = client.post("/policies/try/", {"text": policy_text(approvals="[{role: auditor, count: 3}]")})
    others = client.post("/policies/try/", {"text": policy_text(tiers="[T4]")}).content.decode()

    assert "Line 8, column 51" in wrong
    assert "This is a policy." in right
    assert "It would have stopped 1 of the last 1 gates" in tried
    assert "Ten risks" in tried
    assert "This is no policy yet" in broken
    assert "not approved by 3 auditor" in alone.content.decode()
    assert "stopped 0 of the last 0 gates" in others
    assert "1 further ones were of tiers that it is not for" in others


def test_tests_run_as_one_types_and_beside_what_is_published(as_):
    text = policy_text(checks="[{id: none, require: risks.open == 0}]")
    tests = "tests:\n  - {name: none is open, gate: scope, facts: {risks.open: 0}, expect: {met: true}}\n"
    client = as_(make_user())

    passes = client.post("/policies/check/", {"text": text + tests}).content.decode()
    fails = client.post("/policies/check/", {"text": text + tests.replace(": 0}", ": 1}")}).content.decode()
    client.post("/policies/new/", {"text": text + tests})
    seen = as_(make_user()).get("/policies/trial/1/").content.decode()

    assert ("none is open" in passes, "passes" in passes, "fails" in passes) == (True, True, False)
    assert ("the gate is not met: none is bad." in fails, "fails" in fails) == (True, True)
    assert ("Its tests" in seen, "none is open" in seen) == (True, True)


def test_export_is_the_text(as_):
    answer = as_(make_user()).get("/policies/light/1/export/")

    assert answer.content.decode() == PolicyVersion.objects.get(name="light").text
    assert answer["Content-Disposition"] == "attachment; filename*=UTF-8''light-1.yaml"


def test_a_policy_that_is_not_there(as_):
    client = as_(make_user())

    assert [client.get(f"/policies/{rest}/").status_code for rest in ("light/9", "none/1")] == [404, 404]
    assert client.get("/policies/new/?from=x").status_code == 404


# The form beside the text

FORM = "/policies/trial/1/form/?gate=scope"


def drafted(as_):
    author = make_user()
    client = as_(author)
    text = policy_text(checks="\n      # Few is a prior.\n      - {id: few, require: risks.open < 5}  # five")
    text = text.replace("    checks:", "    standing_checks: listed\n    checks:")
    client.post("/policies/new/", {"text": text})
    return client, PolicyVersion.objects.get(name="trial")


def test_a_gate_is_changed_by_form_and_the_rest_of_the_text_stays(as_):
    client, policy = drafted(as_)
    sent = as_sent(client.get(FORM).context["form"])

    same = client.post(FORM, sent)
    policy.refresh_from_db()
    unchanged = policy.text
    sent |= {"version": policy.version, "checks-1-id": "none_critical", "checks-1-require": "risks.critical == 0"}
    added = client.post(FORM, sent | {"approvals-0-roles": ["owner", "sponsor"], "approvals-0-count": 2})
    policy.refresh_from_db()

    assert (same.status_code, added.status_code) == (302, 302)
    assert "# five" in unchanged
    assert "      - id: none_critical\n        require: risks.critical == 0\n" in policy.text
    assert "- any_of: [owner, sponsor]\n        count: 2" in policy.text
    assert "{id: few, require: risks.open < 5}  # five" in policy.text


def test_what_is_wrong_stands_beside_its_field_and_nothing_is_written(as_):
    client, policy = drafted(as_)
    sent = as_sent(client.get(FORM).context["form"])

    page = client.post(FORM, sent | {"checks-0-require": "risk.open < 5", "waivers_allowed": "on"})
    form = page.context["form"]

    assert page.status_code == 422
    assert [*form.checks[0].errors] == ["require"]
    assert "there is no fact 'risk.open'. Did you mean risks.open" in form.checks[0].errors["require"][0]
    assert "need 'by'" in form.rules.errors["waivers_by"][0]
    policy.refresh_from_db()
    assert policy.version == 1


def test_a_new_check_that_says_a_number_is_refused_beside_its_field(as_):
    client, _ = drafted(as_)
    sent = as_sent(client.get(FORM).context["form"])

    page = client.post(FORM, sent | {"checks-1-id": "none_critical", "checks-1-require": "risks.critical"})

    assert page.status_code == 422
    assert "true or false: this is a number" in page.context["form"].checks[1].errors["require"][0]


def test_comments_are_lost_only_after_somebody_saw_them(as_):
    client, policy = drafted(as_)
    sent = as_sent(client.get(FORM).context["form"]) | {"checks-0-require": "risks.open < 4"}

    warned = client.post(FORM, sent)
    policy.refresh_from_db()
    kept = policy.text
    saved = client.post(FORM, sent | {"may_lose": "on"})
    policy.refresh_from_db()

    assert (warned.status_code, saved.status_code) == (422, 302)
    assert "these comments inside of it would be lost" in warned.content.decode()
    assert "# five" in kept
    assert "# five" not in policy.text
    assert "# Few is a prior." in policy.text


def test_the_form_of_somebody_elses_draft_or_another_version_is_refused(as_):
    client, _ = drafted(as_)
    sent = as_sent(client.get(FORM).context["form"])
    other = as_(make_user())

    shown = other.get(FORM)
    refused = other.post(FORM, sent | {"checks-0-DELETE": "on", "may_lose": "on"})
    late = client.post(FORM, sent | {"checks-0-DELETE": "on", "may_lose": "on", "version": 7})

    assert (shown.status_code, refused.status_code, late.status_code) == (200, 403, 403)
    assert PolicyVersion.objects.get(name="trial").version == 1
    assert client.get("/policies/trial/1/form/?gate=moon").status_code == 404
