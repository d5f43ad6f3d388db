"""What a check of a gate opens when it fails, and closes when it holds again."""

import threading

import pytest
from django.db import IntegrityError, connection, transaction

from core.errors import Conflict
from core.models import Event
from projects import operations, queries
from projects.models import Finding
from projects.roles import Role
from tests.drain import drain
from tests.factories import make_member, make_project, now
from tests.projects.factories import make_policy, make_ready_for_scope_gate, make_risk

pytestmark = pytest.mark.django_db

CHECKS = "[{id: few_risks, label: Few risks are open, require: risks.open <= 2}]"
ON_FAIL = "    on_fail: {open_finding: high}\n    waivers: {allowed: true, by: owner}\n"


def make_watched_project(*, risks=3, rest=ON_FAIL, asked=True, checks=CHECKS):
    """One that has a high finding opened for each check that fails, and fails one with more than two risks."""
    project = make_project()
    make_ready_for_scope_gate(project)
    Finding.objects.all().delete()
    policy = make_policy(checks=checks, rest=rest)
    operations.move_to_policy(project=project, policy=policy, by=project.created_by, now=now())
    author = make_member(project, Role.DATA_SCIENTIST)  # who waives the check is another
    while project.risks.count() < risks:
        make_risk(project, by=author)
    if asked:
        operations.request_gate(project=project, by=make_member(project, Role.ENGINEER), now=now())
    return project


def found(project):
    rows = Finding.objects.filter(project=project).order_by("number")
    return list(rows.values_list("check_id", "severity", "state"))


def treat_one(project):
    risk = project.risks.filter(state="open").first()
    return operations.treat_risk(risk=risk, treatment="Done.", by=project.created_by, now=now())


def settle(project):
    return operations.settle_gate_findings(project=project, now=now())


def test_asking_for_the_decision_opens_one_finding_for_each_check_that_fails():
    project = make_watched_project()

    finding = Finding.objects.get(project=project)
    assert (finding.title, finding.severity) == ("Scope gate: Few risks are open", "high")
    assert finding.detail == "The check is not met: risks.open 3. It closes this when it holds."
    assert (finding.about_type, finding.about_id, finding.opened_by, finding.owner) == ("gate", "scope", None, None)
    assert (finding.due_date - finding.opened_at.date()).days == 14
    assert Event.objects.filter(type="finding.opened").count() == 1


@pytest.mark.parametrize("given", [{"asked": False}, {"rest": ""}, {"risks": 2}])
def test_nothing_is_opened_before_it_is_asked_or_where_the_policy_does_not_say_so_or_while_it_holds(given):
    project = make_watched_project(**given)

    assert settle(project) == []
    assert found(project) == []


def test_evidence_that_arrives_opens_closes_and_opens_the_same_again():
    project = make_watched_project(risks=2)

    make_risk(project)
    drain()
    assert found(project) == [("few_risks", "high", "open")]
    treated = treat_one(project)
    drain()
    finding = Finding.objects.get(project=project)
    assert (finding.state, finding.resolution, finding.closed_by) == ("closed", "The check holds again.", None)
    operations.reopen_risk(risk=treated, by=project.created_by, now=now())
    drain()
    assert found(project) == [("few_risks", "high", "open")]


def test_settling_again_changes_nothing():
    project = make_watched_project()

    assert settle(project) == []
    assert Finding.objects.get(project=project).version == 1


def test_what_a_person_closed_stays_closed_and_a_new_one_tells_it():
    project = make_watched_project()
    first = Finding.objects.get(project=project)
    operations.close_finding(finding=first, resolution="Seen.", by=project.created_by, now=now())

    (second,) = settle(project)

    assert (second.number, second.state) == (first.number + 1, "open")
    with pytest.raises(Conflict, match=f"opened F{second.number}") as refusal:
        operations.reopen_finding(finding=first, by=project.created_by)
    assert refusal.value.code == "open_already"
    assert found(project) == [("few_risks", "high", "closed"), ("few_risks", "high", "open")]


def test_a_waiver_closes_it():
    project = make_watched_project()

    operations.waive_check(
        project=project, check="few_risks", reason="Known.", days=14, by=project.created_by, now=now()
    )
    drain()

    assert Finding.objects.get(project=project).resolution == "The check was waived."


def test_passing_the_gate_closes_what_holds():
    project = make_watched_project()
    treat_one(project)

    operations.pass_gate(project=project, by=project.created_by, now=now())

    assert found(project) == [("few_risks", "high", "closed")]


def test_what_only_warned_is_closed_with_the_gate():
    project = make_watched_project(checks=CHECKS.replace("{id", "{severity: warn, id"))
    assert found(project) == [("few_risks", "high", "open")]
    Finding.objects.update(severity="low")  # or the gate would not be passed

    operations.pass_gate(project=project, by=project.created_by, now=now())

    finding = Finding.objects.get(project=project)
    assert (finding.state, finding.resolution) == ("closed", "The gate was passed.")
    assert not queries.has_gate_in_question(project)


def test_nothing_is_written_when_asking_fails():
    project = make_watched_project(asked=False)

    with pytest.raises(Exception, match="4000"):
        operations.request_gate(project=project, by=project.created_by, now=now(), comment="x" * 4001)

    assert found(project) == []


def test_looking_costs_one_query_where_nobody_asked(django_assert_num_queries):
    project = make_watched_project(asked=False)

    with django_assert_num_queries(3):  # with the savepoint's two
        settle(project)


def test_the_database_keeps_one_open_finding_a_check():
    project = make_watched_project()
    finding = Finding.objects.get(project=project)

    finding.pk, finding.number = None, 9
    with pytest.raises(IntegrityError), transaction.atomic():
        finding.save(force_insert=True)


@pytest.mark.django_db(transaction=True)
def test_eight_arrivals_at_once_open_one_finding():
    project = make_watched_project(risks=2)
    make_risk(project)

    def arrive():
        settle(project)
        connection.close()

    threads = [threading.Thread(target=arrive) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert found(project) == [("few_risks", "high", "open")]
