"""What stands of a gate after it was passed: who approved, in which role, of what, on conditions, with waivers."""

import io
import json
import zipfile
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from documents import assembly, files
from projects import operations, queries
from projects.models import GateCondition, GateWaiver, Project
from projects.roles import Role
from tests.factories import make_member, make_user, now
from tests.projects.factories import make_decided_project, make_scope

pytestmark = pytest.mark.django_db


def decide(project, by, verdict="approve", **given):
    return operations.decide_gate(project=project, verdict=verdict, by=by, now=now(), comment="Looked.", **given)


def withdraw(approval, by):
    return operations.withdraw_gate_decision(approval=approval, reason="Misread it.", by=by, now=now())


def passed_project(*, validators=1):
    """Passed with an approval that was stale, one on a condition, one taken back afterwards, and a waiver."""
    project = make_decided_project(
        f"[{{role: validator, count: {validators}}}, {{role: product_owner}}]",
        rest="    waivers: {allowed: true, by: sponsor, max_days: 30}\n",
    )
    validator, product_owner = make_member(project, Role.VALIDATOR), make_member(project, Role.PRODUCT_OWNER)
    decide(project, validator)
    make_scope(project, decision="")
    operations.waive_check(
        project=project,
        check="decision_is_stated",
        reason="Comes on Monday.",
        days=10,
        by=make_member(project, Role.SPONSOR),
        now=now(),
    )
    condition = {"text": "Label more.", "owner": project.created_by, "due_date": now().date(), "effect": "warn"}
    decide(project, validator, "approve_on_conditions", conditions=[condition])
    for _ in range(validators - 1):
        decide(project, make_member(project, Role.VALIDATOR))
    taken_back = decide(project, product_owner)
    operations.pass_gate(project=project, by=project.created_by, now=now(), comment="Go")
    withdraw(taken_back, product_owner)
    return project


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


def test_what_was_decided_about_a_gate_that_was_passed_is_told_by_rest():
    project = passed_project()
    [record] = queries.gate_records(project)
    passed_on = record.decision.evaluation.digest

    url = f"/api/v1/projects/{project.key}/gates"
    [decision] = client_of(make_member(project, Role.VIEWER)).get(url).json()["decisions"]

    assert (decision["policy"], decision["digest"]) == ("trial/1", passed_on)
    said = [(one["verdict"], one["role"], one["is_stale"], one["withdrawn_because"]) for one in decision["verdicts"]]
    assert said == [
        ("approve", "validator", True, ""),
        ("approve_on_conditions", "validator", False, ""),
        ("approve", "product_owner", False, "Misread it."),
    ]
    assert [one["digest"] == passed_on for one in decision["verdicts"]] == [False, True, True]
    assert decision["verdicts"][2]["withdrawn_at"]
    assert [one["text"] for one in decision["conditions"]] == ["Label more."]
    assert [one["check"] for one in decision["waivers"]] == ["decision_is_stated"]
    assert client_of(make_user()).get(url).status_code == 404


def test_the_page_shows_who_approved_of_a_gate_that_was_passed():
    project = passed_project()
    [record] = queries.gate_records(project)
    validator, _, product_owner = [one.approval.approver for one in record.verdicts]

    page = client_of(make_member(project, Role.VIEWER)).get(f"/p/{project.key}/gates/").content.decode()
    passed = page[page.index('id="passed-scope-1"') :]

    for words in (
        f"{validator}: approved with conditions",
        f"{product_owner}: approved",
        "as validator",
        "as product owner",
        "Misread it.",
        "not what the gate was passed on",
        "Condition 1: Label more.",
        "Waived: decision_is_stated",
        "Comes on Monday.",
        "Trial v1",
        record.digest,
    ):
        assert words in passed, words


def test_the_record_holds_every_decision_in_every_form():
    project = passed_project()
    [record] = queries.gate_records(project)
    kind = assembly.mapping_named("gate_decision")
    subject = assembly.subject_of(project, kind)
    made = assembly.assembled(kind, subject, now=now())

    said = json.dumps([str(block) for block in next(one for one in made.paragraphs if one.number == "3").blocks])
    zipped = zipfile.ZipFile(io.BytesIO(files.made(kind, subject, "zip", now=now()).content))
    packed = "".join(zipped.read(one).decode() for one in zipped.namelist() if one.endswith(("json", "md")))
    page = client_of(project.created_by).get(f"/p/{project.key}/documents/gate_decision/").content.decode()

    people = [str(one.approval.approver) for one in record.verdicts]
    for words in (
        *people,
        "Validator",
        "Product owner",
        "Approved with conditions",
        "(something else)",
        "Misread it.",
        "Label more.",
        "Comes on Monday.",
        "Trial v1",
        record.digest,
    ):
        assert words in said, words
        assert words in packed, words
        assert words in page, words
    for form in ("pdf", "docx"):
        assert files.made(kind, subject, form, now=now()).content


def test_records_cost_the_same_for_one_verdict_and_for_many(django_assert_num_queries):
    few, many = passed_project(), passed_project(validators=4)
    rest = "/api/v1/projects/{}/gates"

    with django_assert_num_queries(4):
        queries.gate_records(few)
    with django_assert_num_queries(4):
        assert len(queries.gate_records(many)[0].verdicts) == 6
    client_of(few.created_by).get(rest.format(few.key))
    with CaptureQueriesContext(connection) as one:
        client_of(few.created_by).get(rest.format(few.key))
    with django_assert_num_queries(len(one)):
        client_of(many.created_by).get(rest.format(many.key))


def decided_anew():
    """A project whose scope gate was passed so long ago on a condition, and is passed anew now."""
    project = make_decided_project(rest="    standing_checks: listed\n    freshness: {valid_days: 60}\n")
    validator, then = make_member(project, Role.VALIDATOR), now() - timedelta(days=61)
    condition = {"text": "Label more.", "owner": project.created_by, "due_date": now().date(), "effect": "revoke"}
    operations.decide_gate(
        project=project,
        verdict="approve_on_conditions",
        by=validator,
        now=then,
        comment="Looked.",
        conditions=[condition],
    )
    operations.pass_gate(project=project, by=project.created_by, now=then)
    GateCondition.objects.update(due_date=now().date() - timedelta(days=3))
    project = Project.objects.get(pk=project.pk)
    assert queries.standing_gates(project) == set()
    operations.request_gate(project=project, by=make_member(project, Role.ENGINEER), now=now(), gate="scope")
    decide(project, validator)
    operations.pass_gate(project=project, by=project.created_by, now=now())
    return project


def test_each_round_has_what_was_decided_for_it_alone():
    project = decided_anew()

    first, second = queries.gate_records(project)

    said = [[(one.approval.verdict, one.is_stale) for one in record.verdicts] for record in (first, second)]
    assert said == [[("approve_on_conditions", False)], [("approve", False)]]
    assert [len(first.conditions), len(second.conditions)] == [1, 0]
    page = client_of(make_member(project, Role.VIEWER)).get(f"/p/{project.key}/gates/").content.decode()
    assert [page.count(f'id="passed-scope-{number}"') for number in (1, 2)] == [1, 1]
    assert page[page.index('id="passed-scope-1"') :].count("Condition 1: Label more.") == 1


def test_a_missed_condition_of_a_round_that_was_overtaken_revokes_nothing():
    project = decided_anew()

    assert queries.standing_gates(project) == {"scope"}


def test_each_round_has_its_waivers_and_those_that_still_ran():
    project = decided_anew()
    first = queries.gate_records(project)[0].decision
    for number, (granted, days) in enumerate([(-1, 10), (-1, 90), (1, 10), (62, 10)], start=1):
        granted_at = first.decided_at + timedelta(days=granted)
        GateWaiver.objects.create(
            project=project,
            number=number,
            gate="scope",
            check_id=f"check_{number}",
            reason="Comes on Monday.",
            granted_by=project.created_by,
            granted_at=granted_at,
            expires_at=granted_at + timedelta(days=days),
        )

    found = [[waiver.number for waiver in one.waivers] for one in queries.gate_records(project)]

    assert found == [[1, 2], [2, 3]]
