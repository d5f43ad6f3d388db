"""Many numbers as one parameter."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.models import User
from projects.models import Membership, Project
from tests.factories import make_project, make_user

pytestmark = pytest.mark.django_db


def test_among_finds_what_in_finds_by_key_and_by_what_is_pointed_to():
    projects = [make_project() for _ in range(3)]
    ids = [projects[0].pk, projects[2].pk, 10**12]

    assert set(Project.objects.filter(pk__among=ids)) == {projects[0], projects[2]}
    assert set(Membership.objects.filter(project_id__among=set(ids))) == set(
        Membership.objects.filter(project_id__in=ids)
    )


def test_among_nothing_is_nobody():
    make_user()

    assert not User.objects.filter(pk__among=[]).exists()


def test_among_five_hundred_is_one_parameter():
    with CaptureQueriesContext(connection) as queries:
        list(User.objects.filter(pk__among=range(500)))

    assert "ANY('{0,1,2," in queries[0]["sql"]
