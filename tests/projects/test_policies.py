"""Policies in versions: who writes, who publishes, what never changes, and which one a project goes by."""

import pytest
from django.db import Error, transaction

from core.errors import Conflict, Invalid, NotAllowed, PreconditionFailed
from core.flow import IllegalStep
from core.models import Event
from projects import facts, gates, operations, policies
from projects.enums import Gate, PolicyState
from projects.models import PolicyVersion, Project, ProjectPolicy
from projects.policy import is_of, shipped
from projects.roles import Role
from tests.factories import make_member, make_project, make_user, now
from tests.projects.factories import make_policy, make_ready_for_scope_gate, policy_text

pytestmark = pytest.mark.django_db


def draft(by=None, **given):
    return operations.draft_policy(text=policy_text(**given), by=by or make_user(), now=now())


# What comes with the house


def test_shipped_packs_are_there_published_and_loading_again_changes_nothing():
    found = list(PolicyVersion.objects.filter(written_by=None).order_by("name").values_list("name", "number", "state"))

    assert found == [("light", 1, "published"), ("strict", 1, "published")]
    assert operations.load_shipped_policies(now=now()) == []
    assert set(shipped()) == {"light", "strict"}


def test_shipped_pack_whose_text_is_new_becomes_the_next_version(monkeypatch):
    text = shipped()["light"].replace("title: Light", "title: Lighter")
    monkeypatch.setattr("projects.operations.policies.shipped", lambda: {"light": text})

    [made] = operations.load_shipped_policies(now=now())

    assert (made.name, made.number, made.title) == ("light", 2, "Lighter")
    assert policies.active_version("light") == made


def test_every_fact_has_a_doc_and_a_value_of_its_type():
    project = make_project()
    readings = facts.collect(project, facts.known_facts())

    assert set(readings) == set(facts.known_facts())
    for name, known in facts.known_facts().items():
        assert known.doc.endswith("."), name
        assert is_of(readings[name].value, known.type), name


# Drafting and publishing


def test_draft_policy_is_the_next_version_of_its_pack():
    by = make_user()

    first, second = draft(by), draft(by)

    assert (first.name, first.number, second.number, first.state) == ("trial", 1, 2, PolicyState.DRAFT)
    assert Event.objects.filter(type="policy.drafted", actor=by).count() == 2


def test_draft_policy_with_a_mistake_says_where_and_writes_nothing():
    with pytest.raises(Invalid) as refusal:
        draft(checks="[{id: a, require: risks.opened == 0}]")

    assert [one.field for one in refusal.value.errors] == ["text"]
    assert refusal.value.message.startswith("Line 8, column 31: require: there is no fact 'risks.opened'")
    assert not PolicyVersion.objects.filter(name="trial").exists()


def test_draft_policy_by_a_robot_refused():
    robot = make_user()
    robot.is_robot = True

    with pytest.raises(NotAllowed, match="Only a person"):
        draft(robot)


def test_revise_policy_by_its_author_only_and_against_what_they_saw():
    author = make_user()
    policy = draft(author)

    with pytest.raises(NotAllowed, match="Only its author"):
        operations.revise_policy(policy=policy, text=policy_text(), by=make_user(), now=now())
    with pytest.raises(PreconditionFailed):
        operations.revise_policy(policy=policy, text=policy_text(), by=author, now=now(), expected_version=7)
    with pytest.raises(Invalid, match="draft of trial"):
        operations.revise_policy(policy=policy, text=policy_text(name="other"), by=author, now=now())
    operations.revise_policy(policy=policy, text=policy_text(tiers="[T2]"), by=author, now=now(), expected_version=1)

    policy.refresh_from_db()
    assert (policy.version, policy.tiers) == (2, ["T2"])


def test_publish_policy_by_another_administrator():
    author, other = make_user(is_admin=True), make_user(is_admin=True)
    policy = draft(author)

    with pytest.raises(NotAllowed, match="nobody publishes their own"):
        operations.publish_policy(policy=policy, by=author, now=now())
    with pytest.raises(NotAllowed, match="by an administrator"):
        operations.publish_policy(policy=policy, by=make_user(), now=now())
    operations.publish_policy(policy=policy, by=other, now=now())

    policy.refresh_from_db()
    assert (policy.state, policy.published_by) == (PolicyState.PUBLISHED, other)
    assert Event.objects.get(type="policy.published").actor == other


TESTS = """
tests:
  - {name: none is open, gate: scope, facts: {risks.open: OPEN}, expect: {met: true}}
"""


def test_publish_policy_whose_tests_fail_refused():
    author, other = make_user(), make_user(is_admin=True)
    text = policy_text(checks="[{id: none, require: risks.open == 0}]") + TESTS
    policy = operations.draft_policy(text=text.replace("OPEN", "1"), by=author, now=now())

    with pytest.raises(Conflict, match="1 of its 1 tests fail: none is open") as refusal:
        operations.publish_policy(policy=policy, by=other, now=now())

    assert [(one.field, one.message) for one in refusal.value.errors] == [
        ("none is open", "Line 12: the gate is not met: none is bad.")
    ]
    policy.refresh_from_db()
    assert policy.state == PolicyState.DRAFT
    assert not Event.objects.filter(type="policy.published", actor=other).exists()
    operations.revise_policy(policy=policy, text=text.replace("OPEN", "0"), by=author, now=now())
    assert operations.publish_policy(policy=policy, by=other, now=now()).state == PolicyState.PUBLISHED


def test_a_published_policy_never_changes():
    author = make_user()
    policy = make_policy(author=author)

    with pytest.raises(IllegalStep):
        operations.revise_policy(policy=policy, text=policy_text(), by=author, now=now())
    with pytest.raises(IllegalStep):
        operations.discard_policy(policy=policy, by=author)
    with pytest.raises(Error, match="never changes"), transaction.atomic():
        PolicyVersion.objects.filter(pk=policy.pk).update(text="x")
    with pytest.raises(Error, match="never changes"), transaction.atomic():
        PolicyVersion.objects.filter(pk=policy.pk).delete()


def test_the_database_refuses_publishing_ones_own():
    author = make_user(is_admin=True)
    policy = draft(author)

    with pytest.raises(Error, match="two_persons"), transaction.atomic():
        PolicyVersion.objects.filter(pk=policy.pk).update(
            state=PolicyState.PUBLISHED, published_by=author, published_at=now()
        )


def test_discard_policy_by_author_or_administrator():
    author = make_user()
    with pytest.raises(NotAllowed, match="author or an administrator"):
        operations.discard_policy(policy=draft(author), by=make_user())

    policy = operations.discard_policy(policy=draft(author), by=author)

    assert policy.state == PolicyState.DISCARDED
    assert Event.objects.get(type="policy.discarded").subject_id == policy.public_id


# Which one a project goes by


def test_project_goes_by_light_and_keeps_it_from_its_first_decision_on():
    project = make_project()
    make_ready_for_scope_gate(project)
    assert str(policies.policy_of(project)) == "Light v1"
    assert not ProjectPolicy.objects.exists()

    operations.pass_gate(project=project, by=project.created_by, now=now())
    make_policy(name="light", tiers="[T1]")

    assert str(policies.policy_of(project)) == "Light v1"
    assert str(policies.policy_of(make_project())) == "Light v2"


def test_move_to_policy_changes_what_the_gate_asks_for():
    project = make_project()
    make_ready_for_scope_gate(project)
    policy = make_policy(checks="[{id: ten_risks, require: risks.open >= 10}]")

    with pytest.raises(NotAllowed):
        operations.move_to_policy(project=project, policy=policy, by=make_member(project, Role.ENGINEER), now=now())
    operations.move_to_policy(project=project, policy=policy, by=project.created_by, now=now())

    assert [(one.id, one.state, one.value) for one in gates.evaluate(project)][-1] == (
        "ten_risks",
        "bad",
        "risks.open 1",
    )
    event = Event.objects.get(type="gate.policy_changed")
    assert (event.data["before"], event.data["after"]) == ("Light v1", "Trial v1")
    with pytest.raises(Conflict, match="goes by Trial v1 already"):
        operations.move_to_policy(project=project, policy=policy, by=project.created_by, now=now())


def test_move_to_policy_that_is_older_refused():
    project = make_project()
    first, second = make_policy(), make_policy()
    operations.move_to_policy(project=project, policy=second, by=project.created_by, now=now())

    with pytest.raises(Conflict, match="Trial v1 is older than Trial v2") as refusal:
        operations.move_to_policy(project=project, policy=first, by=project.created_by, now=now())

    assert refusal.value.code == "older"
    assert policies.policy_of(project) == second


def test_move_to_policy_that_is_a_draft_or_for_another_tier_refused():
    project = make_project()

    with pytest.raises(Conflict, match="is not published"):
        operations.move_to_policy(project=project, policy=draft(), by=project.created_by, now=now())
    policy = make_policy(name="hard", tiers="[T4]")
    with pytest.raises(Conflict, match="is for T4"):
        operations.move_to_policy(project=project, policy=policy, by=project.created_by, now=now())
    assert not ProjectPolicy.objects.exists()


def test_a_project_whose_tier_rose_is_stopped_until_it_moves(monkeypatch):
    project = make_project()
    make_ready_for_scope_gate(project)
    project = Project.objects.get(pk=project.pk)
    operations.request_gate(project=project, by=project.created_by, now=now())
    monkeypatch.setattr(policies, "tier_word", lambda project: "T3")

    assert [one.id for one in gates.evaluate(project) if not one.is_met] == ["policy_fits"]
    operations.move_to_policy(project=project, policy=policies.due_version(project), by=project.created_by, now=now())

    assert str(policies.policy_of(project)) == "Strict v1"
    assert "policy_fits" not in {one.id for one in gates.evaluate(project)}


def test_a_policy_whose_fact_has_gone_says_so(monkeypatch):
    project = make_project()
    policy = make_policy(checks="[{id: few, require: items.open < 5}]")
    operations.move_to_policy(project=project, policy=policy, by=project.created_by, now=now())
    monkeypatch.delitem(facts._facts, "items.open")

    with pytest.raises(Conflict, match="can no longer be read") as refusal:
        gates.evaluate(project)

    assert refusal.value.code == "policy_broken"


def test_a_fact_of_another_type_is_a_bug(monkeypatch):
    wrong = facts.KnownFact("items.open", facts.Type.NUMBER, "", lambda project: "many")
    monkeypatch.setitem(facts._facts, "items.open", wrong)

    with pytest.raises(facts.WrongFact):
        facts.collect(make_project(), ["items.open"])


def test_unlocked_gate_is_locked_until_its_key_was_passed():
    project = make_project()
    policy = make_policy(gates="  scope: {on_pass: {unlock: [feasibility]}}\n  feasibility: {}\n")
    operations.move_to_policy(project=project, policy=policy, by=project.created_by, now=now())
    project.stage = "feasibility"

    assert gates.assess(project).locked_by == [Gate.SCOPE]
