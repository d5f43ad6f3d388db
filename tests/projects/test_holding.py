"""A gate that was passed holds for a time, and falls when what it promised moves: then it is decided anew."""

from datetime import timedelta

import pytest

from core.errors import Conflict, Invalid, NotAllowed
from core.models import Event
from inbox import queries as inbox
from inbox.enums import Group
from projects import approvals, gates, health, holding, operations, queries, scoping
from projects.enums import Gate, GateStatus, GateVerdict, Health, Stage
from projects.models import GateDecision, GateRequest, Project
from projects.roles import Role
from tests.factories import make_member, make_project, now
from tests.projects.factories import (
    make_decided_project,
    make_policy,
    make_ready_for_scope_gate,
    make_scope,
    make_token,
)

pytestmark = pytest.mark.django_db

FOR_SIXTY_DAYS = "    standing_checks: listed\n    freshness: {valid_days: 60}\n"
CASE = {"volume": [3e6, 4e6, 5e6], "base_rate": [0.001, 0.0012, 0.002], "month_price": 13_000.0}


def at_feasibility(*, ago=timedelta(days=1), rest=FOR_SIXTY_DAYS, case=CASE):
    """A project whose scope gate was passed by a validator's approval so long ago."""
    project = make_decided_project(rest=rest)
    scientist = make_member(project, Role.DATA_SCIENTIST)
    operations.revise_dossier(project=project, values=case, by=scientist, now=now())
    pass_scope(project, at=now() - ago)
    return Project.objects.get(pk=project.pk)


def pass_scope(project, at=None):
    validator = make_member(project, Role.VALIDATOR)
    operations.decide_gate(project=project, verdict=GateVerdict.APPROVE, by=validator, now=at or now())
    return operations.pass_gate(project=project, by=project.created_by, now=at or now())


def revise(project, **values):
    operations.revise_dossier(project=project, values=values, by=make_member(project, Role.DATA_SCIENTIST), now=now())


def because(project):
    found = holding.fallen(Project.objects.get(pk=project.pk), now=now())
    return found[1] if found else ""


def earlier(project):
    found = gates.evaluate(Project.objects.get(pk=project.pk))
    return next((one for one in found if one.id == "earlier_gates_stand"), None)


def test_a_gate_holds_as_long_as_its_policy_says():
    project = at_feasibility(ago=timedelta(days=59))
    (passed,) = holding.last_passed([project.pk]).values()

    assert passed.holds_until == passed.passed_at + timedelta(days=60)
    assert holding.fallen(project, now=passed.holds_until - timedelta(seconds=1)) is None
    gate, said = holding.fallen(project, now=passed.holds_until)
    assert (gate, said) == (Gate.SCOPE, f"it expired on {passed.holds_until:%Y-%m-%d}")
    assert earlier(project) is None


def test_a_policy_that_says_nothing_of_days_lets_a_gate_hold():
    project = at_feasibility(ago=timedelta(days=600), rest="    standing_checks: listed\n")
    make_scope(project, minimal_useful=0.43)

    assert (because(project), earlier(project)) == ("", None)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"volume": [3e5, 5e5, 6e5]}, "the volume a year was 3,000,000 / 4,000,000 / 5,000,000, and is 300,000 / "),
        ({"month_price": 14_301.0}, "the price of a person-month was 13,000, and is 14,301"),
        ({"month_price": 14_299.0}, ""),
        ({"benefit": [1.0, 2.0, 3.0]}, ""),
        ({"base_rate": None}, "the base rate was 0.001 / 0.0012 / 0.002, and is not given"),
    ],
)
def test_a_gate_falls_when_what_its_promise_rests_on_moves_by_more_than_a_tenth(values, said):
    project = at_feasibility()

    revise(project, **values)

    assert because(project).startswith(said) if said else because(project) == ""


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"minimal_useful": 0.43}, "the minimal useful value was 0.6, and is 0.43"),
        ({"metric": "recall"}, "the metric was average_precision, and is recall"),
        ({"decision": "Another."}, ""),
    ],
)
def test_a_gate_falls_when_the_goal_moves_and_stands_again_when_it_moves_back(values, said):
    project = at_feasibility()

    make_scope(project, **values)
    assert because(project) == said

    make_scope(project)
    assert because(project) == ""


def test_inputs_of_an_option_count_and_its_recall_does_not():
    option = {"number": 1, "title": "Trees", "effort": [10, 20, 30], "recall": [0.5, 0.6, 0.7]}
    then = {"options": [option, option | {"number": 2}]}
    later = option | {"effort": [10, 23, 30], "recall": [0.1, 0.2, 0.3]}

    assert scoping.moves(then, {"options": [later]}) == [
        scoping.Move("Trees: effort", [10, 20, 30], [10, 23, 30]),
    ]


def test_the_next_gate_waits_until_the_fallen_one_is_decided_anew():
    project = at_feasibility()
    make_scope(project, minimal_useful=0.43)
    engineer, sponsor = make_member(project, Role.ENGINEER), make_member(project, Role.SPONSOR)

    assert (earlier(project).state, earlier(project).is_met) == ("wait", False)
    operations.request_gate(project=project, by=engineer, now=now(), gate="scope")
    asked = gates.assess(Project.objects.get(pk=project.pk))
    assert (asked.gate, asked.round) == (Gate.SCOPE, 2)
    found = approvals.tally(asked, queries.open_request(project), now=now())
    assert (found.status, found.lacking) == (GateStatus.READY, ["a validator"])
    operations.decide_gate(
        project=project, verdict=GateVerdict.APPROVE, by=make_member(project, Role.VALIDATOR), now=now()
    )
    operations.pass_gate(project=project, by=sponsor, now=now())

    assert Project.objects.get(pk=project.pk).stage == Stage.FEASIBILITY
    assert list(GateDecision.objects.order_by("round").values_list("gate", "round")) == [("scope", 1), ("scope", 2)]
    assert Event.objects.filter(type="gate.passed").latest("seq").data["round"] == 2
    assert (because(project), earlier(project)) == ("", None)


def test_what_expired_and_is_approved_again_unchanged_holds_anew():
    project = at_feasibility(ago=timedelta(days=61))
    assert because(project).startswith("it expired on")

    operations.request_gate(project=project, by=make_member(project, Role.ENGINEER), now=now(), gate="scope")
    pass_scope(project)

    assert because(project) == ""


def test_the_newest_round_counts_even_if_its_policy_gave_it_no_days():
    project = at_feasibility(ago=timedelta(days=61))
    assert because(project).startswith("it expired on")
    policy = make_policy(approvals="[{role: validator}]", rest="    standing_checks: listed\n")
    operations.move_to_policy(project=project, policy=policy, by=project.created_by, now=now())

    operations.request_gate(project=project, by=make_member(project, Role.ENGINEER), now=now(), gate="scope")
    pass_scope(Project.objects.get(pk=project.pk))

    assert GateDecision.objects.get(project=project, round=2).evaluation.valid_until is None
    assert (because(project), earlier(project)) == ("", None)


def test_deciding_anew_does_not_begin_the_stage_anew():
    project = at_feasibility(ago=timedelta(days=61))
    operations.request_gate(project=project, by=make_member(project, Role.ENGINEER), now=now(), gate="scope")
    pass_scope(project)

    (gate, at) = queries.last_gates([project.pk], until=now())[project.pk]

    assert (gate, (now() - at).days) == ("scope", 61)


def test_a_gate_looked_back_at_does_not_wait_for_the_one_that_fell_after_it():
    project = at_feasibility()
    Project.objects.filter(pk=project.pk).update(stage=Stage.DELIVERY)
    passed = GateDecision.objects.get(project=project)
    passed.pk, passed.gate = None, Gate.FEASIBILITY
    passed.save(force_insert=True)
    make_scope(project, minimal_useful=0.43)
    project = Project.objects.get(pk=project.pk)

    def asks(gate):
        return "earlier_gates_stand" in [one.id for one in gates.assess_gate(project, gate).checks]

    assert holding.fallen(project, now=now())[0] == Gate.FEASIBILITY
    assert [gate for gate in Gate if asks(gate)] == [Gate.RELEASE]


def test_a_gate_that_holds_is_not_asked_for_anew():
    project = at_feasibility()
    engineer = make_member(project, Role.ENGINEER)

    with pytest.raises(Conflict, match="not in question: it still holds"):
        operations.request_gate(project=project, by=engineer, now=now(), gate="scope")
    with pytest.raises(Conflict, match="not in question"):
        operations.request_gate(project=project, by=engineer, now=now(), gate="retirement")
    with pytest.raises(Invalid):
        operations.request_gate(project=project, by=engineer, now=now(), gate="nonsense")
    assert GateRequest.objects.filter(project=project, state="open").count() == 0


def test_a_new_decision_is_asked_for_by_who_works_on_the_project():
    project = at_feasibility(ago=timedelta(days=61))

    with pytest.raises(NotAllowed):
        operations.request_gate(project=project, by=make_member(project, Role.VIEWER), now=now(), gate="scope")

    assert not GateRequest.objects.filter(project=project, state="open").exists()


def test_the_page_says_so_and_asks_anew(client):
    project = at_feasibility()
    make_scope(project, minimal_useful=0.43)
    client.force_login(make_member(project, Role.ENGINEER))
    url = f"/p/{project.key}/gates/"

    page = client.get(url).content.decode()
    assert "no longer holds: the minimal useful value was 0.6, and is 0.43" in page
    assert "Ask for a new decision" in page
    assert ">Expired<" in page
    assert "decide the scope gate anew" in client.get(f"/p/{project.key}/").content.decode()
    assert client.post(f"{url}ask/", {"gate": "scope", "comment": "The goal moved."}).status_code == 302

    page = client.get(url).content.decode()
    assert "The goal moved." in page
    assert "Ask for a new decision" not in page


def test_rest_says_so_and_asks_anew(client):
    project = at_feasibility()
    make_scope(project, minimal_useful=0.43)
    engineer = make_member(project, Role.ENGINEER)
    headers = {"Authorization": f"Bearer {make_token(engineer)}"}
    url = f"/api/v1/projects/{project.key}/gates"

    before = client.get(url, headers=headers).json()
    made = client.post(f"{url}/request", {"gate": "scope"}, "application/json", headers=headers)
    after = client.get(url, headers=headers).json()

    assert (before["gate"], before["fallen"]["gate"]) == ("feasibility", "scope")
    assert (made.status_code, after["gate"]) == (201, "scope")


def test_health_and_inbox_say_so():
    project = at_feasibility()
    owner = project.created_by
    ahead = now() + timedelta(days=50)

    def rows(group, at=None):
        return [row.what for row in inbox.inbox(owner, now=at or now()).of(group)]

    assert (rows(Group.DECIDE), "Gate" in rows(Group.EXPIRING, ahead)) == ([], True)
    make_scope(project, minimal_useful=0.43)
    (found,) = (one for one in health.computed([project.pk], now=now())[project.pk].findings if "gate" in one.reason)

    assert found.light == Health.AMBER
    assert found.reason == "Scope gate no longer holds: the minimal useful value was 0.6, and is 0.43"
    assert rows(Group.DECIDE) == ["Ask for a new decision"]
    operations.request_gate(project=project, by=make_member(project, Role.ENGINEER), now=now(), gate="scope")
    assert "Ask for a new decision" not in rows(Group.DECIDE)


def test_it_costs_the_same_for_one_project_and_for_three(django_assert_num_queries):
    projects = [at_feasibility() for _ in range(3)]
    for project in projects:
        revise(project, volume=[1.0, 2.0, 3.0])

    with django_assert_num_queries(2):
        assert len(holding.last_passed([projects[0].pk])) == 1
    with django_assert_num_queries(2):
        found = holding.last_passed([one.pk for one in projects])

    assert all(one.moved for one in found.values())


def test_a_light_project_stays_light():
    project = make_project()
    make_ready_for_scope_gate(project)
    operations.pass_gate(project=project, by=project.created_by, now=now() - timedelta(days=600))
    make_scope(project, minimal_useful=0.43)

    assert (because(project), earlier(project)) == ("", None)
