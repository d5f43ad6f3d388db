"""One product for all journeys of a process, started as a user starts it. Leases are short, so that what a killed
worker held is taken up again soon. Each journey makes its own project and leaves everything running, so they may come
in any order.
"""

import itertools
from types import SimpleNamespace

import pytest

from tests.journeys.line import ROLES
from tests.product import Product

LEASE_S = 3
_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def product():
    with Product(JOB_LEASE_SECONDS=str(LEASE_S)) as product:
        yield product


@pytest.fixture(scope="session")
def people(product):
    """`people.owner.post(...)`: the REST API as each of them. The user name of each is what it is called here."""
    return SimpleNamespace(**product.people("owner", *ROLES, "stranger"))


@pytest.fixture
def project(people):
    """The key of a project of `owner`, with everybody of ROLES in it."""
    key = f"W{next(_numbers)}"
    people.owner.post("/projects", key=key, name=f"Journey {key}")
    for username, role in ROLES.items():
        people.owner.post(f"/projects/{key}/members", username=username, role=role)
    return key
