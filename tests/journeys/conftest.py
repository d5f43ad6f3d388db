"""Each journey makes its own project and leaves everything running, so they may come in any order."""

import itertools

import pytest

from tests.people import ROLES

_numbers = itertools.count(1)


@pytest.fixture
def project(people):
    """The key of a project of `owner`, with everybody of ROLES in it."""
    key = f"W{next(_numbers)}"
    people.owner.post("/projects", key=key, name=f"Journey {key}")
    for username, role in ROLES.items():
        people.owner.post(f"/projects/{key}/members", username=username, role=role)
    return key
