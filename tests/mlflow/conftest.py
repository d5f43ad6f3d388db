"""A project, and a client of the protocol with a token of somebody who may log to it."""

import pytest

from projects.roles import Role
from tests.factories import make_member, make_project
from tests.mlflow.door import Mlflow, token_of
from tests.mlflow.live import serving


@pytest.fixture
def project(db):
    return make_project()


@pytest.fixture
def scientist(project):
    return make_member(project, Role.DATA_SCIENTIST)


@pytest.fixture
def api(project, scientist):
    return Mlflow(project=project, token=token_of(scientist))


@pytest.fixture
def server():
    """The address of a web process of the product's own, on this test's database."""
    with serving() as address:
        yield address
