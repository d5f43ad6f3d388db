"""The demo's registers are complete, told once or again after an interruption."""

import pytest

from config.demo import register
from core.pages import now
from monitoring.operations import create_monitor
from projects import queries, tiers
from tests.demo.people import make_cast
from tests.factories import make_project
from tests.monitoring.factories import make_deployment

pytestmark = pytest.mark.django_db


def test_registers_of_the_demo_stand(tmp_path):
    project = make_project()
    people = make_cast(project)
    deployment = make_deployment(project, tmp_path=tmp_path)
    create_monitor(deployment=deployment, by=people.engineer, now=now())

    for _ in range(2):
        register.tell(project, people, register.FRAUD_RISKS + register.TUMOUR_RISKS)
        register.classify(project, people, exposure=3, automation=3, note="Fraud.", creditworthiness="financial_fraud")
        register.watch(project, deployment, people)

    found = queries.register(project)
    assert len(found) == len(register.FRAUD_RISKS) + len(register.TUMOUR_RISKS)
    for risk in found:
        assert all([risk.cause, risk.event, risk.consequence, risk.owner, risk.target_likelihood, risk.category])
        assert risk.controls.all()
    assert [len(risk.watched) for risk in found if risk.title == register.DRIFTS] == [1]
    assert (tiers.tier_of(project), tiers.classifications(project).count()) == (3, 1)
