"""What a gate asks for, and who passes it."""

import pytest

from core.errors import Conflict, NotAllowed
from core.models import Event
from projects import facts, gates, operations
from projects.enums import Gate, Stage
from projects.models import GateDecision, Membership, Project, Scope
from projects.roles import Role
from tests.factories import make_member, make_project, make_user, now
from tests.projects.factories import make_ready_for_scope_gate, make_risk, make_scope

pytestmark = pytest.mark.django_db


def states(project):
    return {check.id: check.state for check in gates.evaluate(Project.objects.get(pk=project.pk))}


def pass_gate(project, by=None):
    return operations.pass_gate(project=project, by=by or project.created_by, now=now(), comment="Go")


@pytest.fixture
def only_own_checks(monkeypatch):
    """Without what higher apps ask for."""
    own = {
        gate: {name: entry for name, entry in checks.items() if name.startswith(("projects.", "tests."))}
        for gate, checks in facts._checks.items()
    }
    monkeypatch.setattr(facts, "_checks", own)


def test_scope_gate_of_a_new_project_meets_nothing():
    found = states(make_project())

    assert found.pop("dossier") == "ok", "a small project passes without one"
    assert set(found.values()) == {"bad"}


def test_scope_gate_with_everything_is_met():
    project = make_project()
    make_ready_for_scope_gate(project)

    assert states(project) == {
        "classified": "ok",
        "decision": "ok",
        "baseline": "ok",
        "minimal_useful": "ok",
        "ranges": "ok",
        "precedent": "ok",
        "risk_owners": "ok",
        "dossier": "ok",
    }


@pytest.mark.parametrize(
    ("values", "check"),
    [
        ({"decision": ""}, "decision"),
        ({"baseline_source": ""}, "baseline"),
        ({"minimal_useful": 0.42}, "minimal_useful"),
        ({"direction": Scope.Direction.LOWER}, "minimal_useful"),
        ({"minimal_useful": None}, "minimal_useful"),
        ({"cost_high": None}, "ranges"),
        ({"precedent_difference": ""}, "precedent"),
    ],
)
def test_scope_gate_names_what_is_missing(values, check):
    project = make_project()
    make_ready_for_scope_gate(project)
    make_scope(project, **values)

    assert [id for id, state in states(project).items() if state != "ok"] == [check]


def test_scope_gate_lower_is_better_when_it_is():
    project = make_project()
    make_ready_for_scope_gate(project)
    make_scope(project, direction=Scope.Direction.LOWER, baseline=0.4, minimal_useful=0.2)

    assert states(project)["minimal_useful"] == "ok"


def test_scope_gate_high_risk_whose_owner_left_is_bad():
    project = make_project()
    make_ready_for_scope_gate(project)
    engineer = make_member(project, Role.ENGINEER)
    make_risk(project, likelihood=5, impact=3, owner=engineer)
    assert states(project)["risk_owners"] == "ok"

    operations.remove_member(membership=Membership.objects.get(user=engineer), by=project.created_by)

    assert states(project)["risk_owners"] == "bad"


def test_scope_gate_counts_no_risk_that_is_a_title_alone():
    project = make_project()
    make_scope(project)
    make_risk(project, cause="", event=" ", consequence="")
    make_risk(project, consequence="")
    [check] = [one for one in gates.evaluate(project) if one.id == "risk_owners"]
    assert (check.state, check.value) == ("bad", "2 in the register; without cause, event or consequence: R1, R2")

    make_risk(project)

    [check] = [one for one in gates.evaluate(project) if one.id == "risk_owners"]
    assert (check.state, check.value) == ("ok", "3 in the register; without cause, event or consequence: R1, R2")


def test_release_gate_asks_for_no_critical_risk():
    project = make_project()
    Project.objects.filter(pk=project.pk).update(stage=Stage.DELIVERY)
    assert states(project)["critical_risks"] == "ok"

    make_risk(project, likelihood=5, impact=5)

    assert states(project)["critical_risks"] == "bad"


def test_pass_gate_steps_and_keeps_the_evidence():
    project = make_project()
    make_ready_for_scope_gate(project)

    decision = pass_gate(project)

    project.refresh_from_db()
    assert (project.stage, project.version) == (Stage.FEASIBILITY, 2)
    assert (decision.gate, decision.decided_by, decision.comment) == (Gate.SCOPE, project.created_by, "Go")
    assert {(e["id"], e["state"]) for e in decision.evidence} == set(
        dict.fromkeys(
            ["classified", "decision", "baseline", "minimal_useful", "ranges", "precedent", "risk_owners", "dossier"],
            "ok",
        ).items()
    )
    assert Event.objects.get(type="gate.passed").data == {"gate": "scope", "stage": "feasibility", "comment": "Go"}


def test_pass_gate_not_met_lists_what_is_missing_and_writes_nothing():
    project = make_project()
    make_ready_for_scope_gate(project)
    make_scope(project, decision="", cost_low=None)

    with pytest.raises(Conflict) as refusal:
        pass_gate(project)

    project.refresh_from_db()
    assert refusal.value.code == "gate_not_met"
    assert [one.field for one in refusal.value.errors] == ["decision", "ranges"]
    assert project.stage == Stage.SCOPING
    assert not GateDecision.objects.exists()


@pytest.mark.parametrize("role", [Role.DATA_SCIENTIST, Role.VALIDATOR, Role.VIEWER, None])
def test_pass_gate_without_the_role_refused(role):
    project = make_project()
    make_ready_for_scope_gate(project)

    with pytest.raises(NotAllowed, match="owner, product owner"):
        pass_gate(project, by=make_member(project, role) if role else make_user())


def test_pass_gate_own_scope_refused():
    project = make_project()
    make_ready_for_scope_gate(project)
    make_scope(project, by=project.created_by, decision="Mine.")

    with pytest.raises(NotAllowed, match="nobody approves their own work"):
        pass_gate(project)
    pass_gate(project, by=make_member(project, Role.PRODUCT_OWNER))

    project.refresh_from_db()
    assert project.stage == Stage.FEASIBILITY


def test_pass_gate_by_the_house_refused():
    project = make_project()

    with pytest.raises(NotAllowed, match="Only a person"):
        operations.pass_gate(project=project, by=None, now=now())


def test_pass_gate_of_a_retired_project_refused():
    project = make_project()
    Project.objects.filter(pk=project.pk).update(stage=Stage.RETIRED)

    with pytest.raises(Conflict) as refusal:
        pass_gate(project)

    assert refusal.value.code == "no_gate"


def test_gate_check_registered_elsewhere_stands_in_its_order(only_own_checks):
    @gates.gate_check(Gate.RELEASE, order=10)
    def version_is_approved(project):
        return gates.Check(id="approved", label="A version is approved", state="wait")

    project = make_project()
    Project.objects.filter(pk=project.pk).update(stage=Stage.DELIVERY)

    assert list(states(project).items()) == [("approved", "wait"), ("critical_risks", "ok"), ("kill_criteria", "ok")]
