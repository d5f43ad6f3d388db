"""What the registry lets policies say of the candidate."""

import pytest

from projects import facts
from tests.factories import make_project
from tests.models_registry.factories import make_logged_version, make_scoped_project, make_version

pytestmark = pytest.mark.django_db


def lineage(project):
    return facts.collect(project, ["lineage.complete"])["lineage.complete"]


def test_lineage_is_unknown_without_a_version():
    assert lineage(make_project()).value is None


def test_lineage_of_a_version_that_was_trained_here_is_complete():
    version = make_version(make_scoped_project())

    found = lineage(version.project)

    assert (found.value, found.source) == (True, str(version))


def test_lineage_is_of_the_newest_version_and_says_what_it_lacks():
    project = make_version(make_scoped_project()).project
    version = make_logged_version(project, {"MLmodel": b"flavors: {}", "model.pkl": b"bytes"})

    found = lineage(project)

    assert (found.value, found.source) == (False, str(version))
    assert found.shown.startswith("missing: data, code")
