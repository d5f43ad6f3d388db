"""What is told of a verdict that is stale: its own gate, field by field, by the names that the pages use."""

import pytest

from projects import operations
from projects.enums import GateVerdict
from projects.models import GateApproval, Project
from projects.roles import Role
from projects.since import changes_since
from tests.factories import make_member, now
from tests.projects.factories import make_decided_project, make_risk, make_scope, make_token

pytestmark = pytest.mark.django_db

LISTED = "    standing_checks: listed\n"


def decided(rest="", **dossier):
    """A project with a validator's approval of its scope gate."""
    project = make_decided_project(rest=rest)
    if dossier:
        revise(project, **dossier)
    approval = operations.decide_gate(
        project=project, verdict=GateVerdict.APPROVE, by=make_member(project, Role.VALIDATOR), now=now()
    )
    return project, approval


def revise(project, **values):
    operations.revise_dossier(project=project, values=values, by=make_member(project, Role.DATA_SCIENTIST), now=now())


def told(project, approval):
    approval = GateApproval.objects.select_related("evaluation", "request").get(pk=approval.pk)
    return {one.name: one for one in changes_since(Project.objects.get(pk=project.pk), approval)}


def test_nothing_is_told_while_nothing_changed():
    assert told(*decided()) == {}


def test_a_dossier_is_told_field_by_field_with_the_comparison_of_its_revisions():
    project, approval = decided(LISTED, month_price=13_000.0, currency="EUR")
    revise(project, month_price=15_000.0)

    found = told(project, approval)

    assert set(found) == {"dossier", "dossier.month_price"}
    whole, field = found["dossier"], found["dossier.month_price"]
    assert (whole.label, whole.then, whole.now) == ("Dossier, revision", "1", "2")
    assert whole.url == f"/p/{project.key}/scope/studio/document/?since=1"
    assert (field.label, field.then, field.now) == ("The dossier: month price", "13,000", "15,000")


def test_a_scope_is_told_field_by_field_as_its_form_has_them():
    project, approval = decided()
    make_scope(project, minimal_useful=0.43, benefit_low=1_000_000)
    make_scope(project, minimal_useful=0.43)

    found = told(project, approval)

    assert {name for name in found if name.startswith("scope")} == {"scope", "scope.minimal_useful"}
    field = found["scope.minimal_useful"]
    assert (field.label, field.then, field.now) == ("Minimal useful value", "0.6", "0.43")
    check = found["checks.minimal_useful_value_beats_the_baseline"]
    assert check.label == "The minimal useful value is better than today's"


def test_a_check_is_told_once_with_its_state_and_evidence():
    project, approval = decided()
    make_scope(project, decision="")

    found = told(project, approval)

    assert "decision_is_stated" not in found
    check = found["checks.decision_is_stated"]
    assert check.label == "The decision is stated"
    assert (check.then.startswith("met: Decline"), check.now) == (True, "not met: not stated")


def test_a_verdict_on_a_gate_that_was_passed_is_compared_with_its_own_gate():
    project, approval = decided()
    operations.pass_gate(project=project, by=project.created_by, now=now())
    assert told(project, approval) == {}

    make_risk(project)
    found = told(project, approval)

    assert set(found) == {"risks", "checks.every_high_risk_has_an_owner"}
    assert (found["risks"].then, found["risks"].now) == ("1", "1, 1")


def test_the_page_and_rest_say_so(client):
    project, approval = decided(LISTED, month_price=13_000.0)
    revise(project, month_price=15_000.0)
    client.force_login(project.created_by)

    page = client.get(f"/p/{project.key}/gates/verdicts/{approval.pk}/").content.decode()
    headers = {"Authorization": f"Bearer {make_token(project.created_by)}"}
    rest = client.get(f"/api/v1/projects/{project.key}/gates/verdicts/{approval.pk}/difference", headers=headers)

    compared = f"/p/{project.key}/scope/studio/document/?since=1"
    assert f'href="{compared}"' in page
    assert "The dossier: month price" in page
    assert "What changed since revision 1" in client.get(compared).content.decode()
    assert [(one["name"], one["label"], one["url"]) for one in rest.json()["results"]] == [
        ("dossier", "Dossier, revision", compared),
        ("dossier.month_price", "The dossier: month price", ""),
    ]
