"""What comes of a waiver that ends after its gate was passed."""

from datetime import timedelta

import pytest

from core import jobs
from core.errors import Conflict, NotAllowed
from core.models import Event, Job
from projects import feed, operations, policies, queries
from projects.enums import FindingState, GateVerdict, Severity
from projects.models import Finding, GateWaiver, PolicyVersion, Project
from projects.roles import Role
from tests.factories import make_member, now
from tests.projects.factories import make_decided_project, make_scope

pytestmark = pytest.mark.django_db

WAIVABLE = "    waivers: {allowed: true, by: sponsor, max_days: 30}\n"
LATER = timedelta(days=10, seconds=1)


def passed_without_a_decision():
    """The scope gate was passed while the check that the decision is stated was waived for ten days."""
    project = make_decided_project(rest=WAIVABLE)
    make_scope(project, decision="")
    sponsor = make_member(project, Role.SPONSOR)
    waiver = operations.waive_check(
        project=project, check="decision_is_stated", reason="Comes on Monday.", days=10, by=sponsor, now=now()
    )
    validator = make_member(project, Role.VALIDATOR)
    operations.decide_gate(project=project, verdict=GateVerdict.APPROVE, by=validator, now=now())
    operations.pass_gate(project=project, by=project.created_by, now=now())
    return waiver


def expire(waiver, later=LATER):
    return operations.expire_waiver(waiver=waiver, now=now() + later)


def test_a_waiver_that_ends_while_its_check_is_not_met_opens_a_finding_that_blocks_the_gates(client):
    waiver = passed_without_a_decision()
    project = Project.objects.get(pk=waiver.project_id)

    assert expire(waiver, timedelta(days=9)) is False
    assert expire(waiver) is True
    assert expire(waiver) is False

    (found,) = Finding.objects.all()
    assert found.title == "Scope gate was passed without a check that is still not met: The decision is stated"
    assert found.detail == "Waiver 1 ended: Comes on Monday. Now: not stated"
    assert (found.is_blocking, found.state, found.severity) == (True, FindingState.OPEN, Severity.HIGH)
    assert queries.blocking_findings(project).count() == 1
    client.force_login(project.created_by)
    assert "No open finding blocks the gates" in client.get(f"/p/{project.key}/gates/").content.decode()
    told = Event.objects.get(type="gate.waiver_ended")
    assert (told.actor, feed.entries([told], project.key)[0]["text"]) == (None, "Throughline asks again:")
    with pytest.raises(NotAllowed, match="another person looks at it"):
        operations.close_finding(finding=found, resolution="Fine.", by=waiver.granted_by, now=now())


def test_a_waiver_that_is_ended_early_does_so_too():
    waiver = passed_without_a_decision()

    operations.end_waiver(waiver=waiver, by=waiver.granted_by, now=now())

    assert Finding.objects.get().is_blocking


def test_nothing_is_found_once_the_check_is_met():
    waiver = passed_without_a_decision()
    make_scope(waiver.project, decision="Decline or let through.")

    assert expire(waiver) is True

    assert not Finding.objects.exists()


def test_nothing_is_found_of_a_gate_that_was_not_passed_with_it():
    project = make_decided_project(rest=WAIVABLE)
    make_scope(project, decision="")
    sponsor = make_member(project, Role.SPONSOR)
    waiver = operations.waive_check(
        project=project, check="decision_is_stated", reason="Late.", days=10, by=sponsor, now=now()
    )

    assert expire(waiver) is True

    assert not Finding.objects.exists()


def refuse(policy):
    raise Conflict(f"{policy} can no longer be read.")


def test_the_job_ends_what_is_over_and_passes_over_a_policy_that_cannot_be_read(monkeypatch):
    waiver = passed_without_a_decision()
    monkeypatch.setattr("projects.jobs.database_now", lambda: now() + LATER)
    read = policies.read
    monkeypatch.setattr(policies, "read", refuse)
    assert jobs.run(jobs.submit("expire_waivers", project_id=None, by=None).pk) == "succeeded"
    assert GateWaiver.objects.get().ended_at is None

    monkeypatch.setattr(policies, "read", read)
    job = jobs.submit("expire_waivers", project_id=None, by=None)

    assert jobs.run(job.pk) == "succeeded"
    assert Job.objects.get(pk=job.pk).result == {"ended": 1}
    assert GateWaiver.objects.get(pk=waiver.pk).ended_at is not None
    assert Finding.objects.count() == 1


def test_strict_lets_nobody_waive_the_dossier():
    pack = policies.read(PolicyVersion.objects.filter(name="strict").latest("number"))

    assert "dossier_stands" in pack.gates["scope"].waivers.never_for
