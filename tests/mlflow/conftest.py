"""A project, and a client of the protocol with a token of somebody who may log to it."""

import pytest

from projects.roles import Role
from tests.factories import make_member, make_project
from tests.mlflow.door import Mlflow, token_of


@pytest.fixture
def project(db):
    return make_project()


@pytest.fixture
def scientist(project):
    return make_member(project, Role.DATA_SCIENTIST)


@pytest.fixture
def api(project, scientist):
    return Mlflow(project=project, token=token_of(scientist))
