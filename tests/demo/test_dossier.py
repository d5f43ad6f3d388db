"""The demo's dossier meets what the scope gate asks, told once or again after an interruption."""

import pytest

from config.demo import churn, dossier, fraud_dossier
from projects import gates, queries
from tests.demo.people import make_cast
from tests.factories import make_project

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("told", [fraud_dossier.DOSSIER, churn.DOSSIER], ids=["fraud", "churn"])
def test_dossier_of_the_demo_stands(told):
    project = make_project()
    people = make_cast(project)
    dossier.tell(project, people, told)
    version = queries.dossier_of(project).version

    dossier.tell(project, people, told)

    assert queries.dossier_of(project).version == version
    check = next(one for one in gates.evaluate(project) if one.id == "dossier")
    assert (check.state, check.value) == ("ok", "12 of 12")
    assert [(one.state, one.digest != "") for one in queries.spikes(project)] == [("locked", True)]
