"""A project, and a client of the protocol with a token of somebody who may log to it."""

import pytest
from django.test import Client

from projects.roles import Role
from tests.asgi import AsgiClient, looping
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


@pytest.fixture(scope="session")
def loop(django_db_setup):
    """Ends, and closes its connections, before the database is dropped."""
    with looping() as loop:
        yield loop


@pytest.fixture(autouse=True)
def way(request, monkeypatch):
    """The way that the calls of a test take: Django's door, or (modules with `BOTH_WAYS`) the whole application."""
    chosen = getattr(request, "param", "django")
    if chosen == "lean":
        monkeypatch.setattr(AsgiClient, "loop", request.getfixturevalue("loop"), raising=False)
    monkeypatch.setattr(Mlflow, "client_class", AsgiClient if chosen == "lean" else Client)
    return chosen
