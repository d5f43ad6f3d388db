"""The demo's first gate is passed as its policy asks: several persons approve, and an interruption goes on."""

import pytest

from config.demo import dossier, fraud, fraud_dossier, line, register
from projects import queries
from projects.enums import Stage
from projects.operations import revise_scope
from tests.demo.people import make_cast
from tests.drain import drain
from tests.factories import make_project, now

pytestmark = pytest.mark.django_db


def test_scope_gate_of_the_demo_is_passed_by_those_whom_the_strict_policy_names():
    project = make_project()
    people = make_cast(project)
    revise_scope(project=project, values=fraud.SCOPE, by=people.product, now=now())
    register.tell(project, people, register.FRAUD_RISKS)
    register.classify(project, people, exposure=3, automation=3, note="Fraud.", creditworthiness="financial_fraud")
    dossier.tell(project, people, fraud_dossier.DOSSIER)
    drain()
    approvers = (people.owner, people.sponsor, people.engineer, people.risk)

    for _ in range(2):
        line.pass_one(project, Stage.SCOPING, people, "Worth testing.", approvers=approvers)

    project.refresh_from_db()
    assert project.stage == Stage.FEASIBILITY
    [decision] = queries.gate_decisions(project)
    assert decision.decided_by == people.owner
