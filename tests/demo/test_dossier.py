"""The demo's dossier meets what the scope gate asks, told once or again after an interruption."""

import pytest

from config.demo import dossier
from config.demo.stage import Cast
from projects import gates, queries
from projects.roles import Role
from tests.factories import make_member, make_project

pytestmark = pytest.mark.django_db


def test_dossier_of_the_demo_stands():
    project = make_project()
    roles = {
        "product": Role.PRODUCT_OWNER,
        "scientist": Role.DATA_SCIENTIST,
        "engineer": Role.ENGINEER,
        "validator": Role.VALIDATOR,
        "viewer": Role.VIEWER,
    }
    people = Cast(owner=project.created_by, **{name: make_member(project, role) for name, role in roles.items()})
    dossier.tell(project, people, experiment="Fraud", dataset="card-transactions")
    version = queries.dossier_of(project).version

    dossier.tell(project, people, experiment="Fraud", dataset="card-transactions")

    assert queries.dossier_of(project).version == version
    check = next(one for one in gates.evaluate(project) if one.id == "dossier")
    assert (check.state, check.value) == ("ok", "10 of 10")
    assert [(one.state, one.digest != "") for one in queries.spikes(project)] == [("locked", True)]
