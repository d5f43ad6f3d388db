"""What policies may say of what the studio computes, of the data's readiness, and of conditions."""

from datetime import timedelta

import pytest

from projects import documents, dossier_facts, facts, gates, operations, policies, queries, scoping
from projects.enums import DataCheck
from projects.models import GateCondition, Project
from projects.roles import Role
from tests.factories import make_member, make_project, now
from tests.projects.factories import make_decided_project, make_policy
from tests.projects.test_dossier_checks import Team
from tests.projects.worked_example import ANOTHER_KIND

pytestmark = pytest.mark.django_db

OF_THE_STUDIO = ["optimism", "critical_untested", "p_within_ceiling", "p_pays", "recall_needed"]


def says(project, *names):
    found = facts.collect(Project.objects.get(pk=project.pk), names)
    return [found[name].value for name in names]


def studio(*names):
    return [f"dossier.{name}" for name in names]


def test_nothing_is_known_of_an_empty_dossier():
    project = make_project()

    assert says(project, *studio(*OF_THE_STUDIO)) == [None] * 5
    assert says(project, "dossier.ceiling_sealed", "dossier.ceiling_blind") == [False, None]
    assert says(project, "readiness.failed", "readiness.unknown") == [0, 8]
    assert says(project, "conditions.open", "conditions.missed") == [0, 0]


def test_the_studios_figures_are_those_of_the_option_that_lacks_least():
    team = Team()
    team.fill()
    best = scoping.studio(documents.content_of(team.project)).best

    found = says(team.project, *studio(*OF_THE_STUDIO))

    assert found == [
        best.ratio.central,
        0,
        min(one.probability for one in best.money.resources),
        best.money.p_pays,
        best.money.needed.recall,
    ]
    assert all(0 < one < 2 for one in (found[0], found[2], found[3], found[4]))


def test_a_harder_problem_than_its_precedent_shows():
    team = Team()
    team.fill(without=("compare",))
    given = {"title": "Churn", "actual_effort": 14.0, "source": "Its report."}
    precedent = operations.add_precedent(project=team.project, values=given, by=team.scientist, now=now())
    for by in (team.scientist, team.validator):
        operations.rate_precedent(precedent=precedent, ratings=ANOTHER_KIND, evidence={}, by=by, now=now())
    assert says(team.project, *studio("optimism", "critical_untested")) == [None, None]
    for option in queries.options(team.project):
        operations.revise_option(option=option, values={"precedent": precedent}, by=team.scientist, now=now())

    optimism, untested = says(team.project, *studio("optimism", "critical_untested"))

    assert optimism > 1.5
    assert untested >= 3


def test_a_ceiling_is_sealed_before_it_is_open():
    team = Team()
    team.template()
    team.seal()
    sealed = says(team.project, *studio("ceiling_sealed", "ceiling_blind", "p_within_ceiling"))
    team.cost()
    team.open()

    assert sealed == [True, True, None]
    assert says(team.project, *studio("ceiling_sealed")) == [True]


def test_readiness_counts_what_is_not_met_and_what_nobody_knows():
    team = Team()
    for check, is_met in zip(DataCheck, (True, False, False), strict=False):
        operations.answer_readiness(
            project=team.project, check=check, is_met=is_met, reason="Looked at.", by=team.engineer, now=now()
        )

    assert says(team.project, "readiness.failed", "readiness.unknown") == [2, 5]


def test_conditions_are_open_until_met_and_missed_after_their_day():
    project = make_decided_project()
    validator = make_member(project, Role.VALIDATOR)
    given = {"text": "Label more.", "owner": project.created_by, "due_date": now().date(), "effect": "warn"}
    operations.decide_gate(
        project=project, verdict="approve_on_conditions", comment="If.", conditions=[given] * 2, by=validator, now=now()
    )
    operations.pass_gate(project=project, by=project.created_by, now=now())
    assert says(project, "conditions.open", "conditions.missed") == [2, 0]
    GateCondition.objects.filter(project=project, number=1).update(due_date=now().date() - timedelta(days=1))
    assert says(project, "conditions.open", "conditions.missed") == [2, 1]

    for condition in GateCondition.objects.filter(project=project):
        operations.meet_condition(condition=condition, by=validator, now=now())

    assert says(project, "conditions.open", "conditions.missed") == [0, 0]


def test_conditions_of_a_verdict_that_was_taken_back_before_it_counted_are_gone():
    project = make_decided_project()
    validator = make_member(project, Role.VALIDATOR)
    given = {"text": "Label more.", "owner": project.created_by, "due_date": now().date(), "effect": "warn"}
    approval = operations.decide_gate(
        project=project, verdict="approve_on_conditions", comment="If.", conditions=[given], by=validator, now=now()
    )

    operations.withdraw_gate_decision(approval=approval, reason="No.", by=validator, now=now())

    assert says(project, "conditions.open") == [0]


def test_a_policy_speaks_of_them_and_is_answered():
    team = Team()
    team.fill()
    checks = "[{id: within, require: dossier.p_within_ceiling >= 0.8}, {id: pays, require: dossier.p_pays > 0.999}]"
    operations.move_to_policy(project=team.project, policy=make_policy(checks=checks), by=team.owner, now=now())

    found = {one.id: one for one in gates.evaluate(Project.objects.get(pk=team.project.pk))}

    assert found["within"].state == "ok"
    assert found["within"].value.startswith("dossier.p_within_ceiling 0.")
    assert found["pays"].state == "bad"
    assert found["within"].url == f"/p/{team.project.key}/scope/studio/?section=options"


def test_nothing_is_computed_that_no_policy_asks_for(monkeypatch):
    team = Team()
    team.fill()
    assert not policies.read(policies.policy_of(team.project)).gates["scope"].facts & set(studio(*OF_THE_STUDIO))
    asked = []
    monkeypatch.setattr(dossier_facts, "_content", lambda project: asked.append(project) or b"{}")

    gates.evaluate(team.project)

    assert asked == []


def test_figures_cost_the_same_for_few_options_and_for_many(django_assert_max_num_queries):
    team = Team()
    team.fill()

    with django_assert_max_num_queries(8):
        facts.collect(team.project, ["dossier.p_pays"])
    for number in range(3):
        operations.add_option(
            project=team.project, values={"kind": "ambitious", "title": f"Way {number}"}, by=team.scientist, now=now()
        )
    with django_assert_max_num_queries(8):
        facts.collect(team.project, ["dossier.p_pays"])
