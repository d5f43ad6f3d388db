"""Things at a glance: the panel beside a list."""

import pytest
from django.urls import reverse

from projects import operations
from projects.roles import Role
from tests.experiments.factories import make_run
from tests.factories import make_member, make_project, make_user, now
from tests.models_registry.factories import make_version
from tests.projects.factories import make_item, make_risk

pytestmark = pytest.mark.django_db


def of_item(project):
    make_item(project, title="Weigh it", description="With *care*.")
    return reverse("projects:item", args=[project.key, 1]), ["Weigh it", f"{project.key}-1", "<em>care</em>", "nobody"]


def of_risk(project):
    make_risk(project, title="It breaks", cause="Age")
    return reverse("projects:risk", args=[project.key, 1]), ["It breaks", "R1", "Age", "Medium", "3×3"]


def of_finding(project):
    about = {"about_type": "project", "about_id": project.key, "severity": "high"}
    operations.open_finding(project=project, title="It is broken", by=project.created_by, now=now(), **about)
    return reverse("projects:finding", args=[project.key, 1]), ["It is broken", "F1", "High", project.key]


def of_run(project):
    run = make_run(project, name="quiet-run")
    return reverse("experiments:run", args=[project.key, run.run_id]), ["quiet-run", "Baselines", "Running"]


def of_version(project):
    version = make_version(project)
    url = reverse("models_registry:version", args=[project.key, version.model.name, 1])
    return url, ["fraud-scorer version 1", "Candidate", "nowhere", "average_precision"]


@pytest.mark.parametrize("make", [of_item, of_risk, of_finding, of_run, of_version])
def test_a_member_peeks_and_a_stranger_does_not(client, make):
    project = make_project()
    url, said = make(project)
    client.force_login(make_member(project, Role.VIEWER))

    shown = client.get(f"{url}?part=peek", headers={"hx-request": "true"})

    assert shown.status_code == 200
    assert [word for word in said if word not in shown.content.decode()] == []
    assert "<html" not in shown.content.decode()
    client.force_login(make_user())
    assert client.get(f"{url}?part=peek", headers={"hx-request": "true"}).status_code == 404
