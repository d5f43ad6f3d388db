"""What an item's answer, page and glance say of the best of the runs that test it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from projects import operations as project_operations
from projects.enums import ItemKind
from projects.roles import Role
from tests.experiments.test_sprint_research import measure
from tests.factories import make_member, make_project, make_user
from tests.projects.factories import make_item, make_scope
from tests.projects.test_api import Api

pytestmark = pytest.mark.django_db


@pytest.fixture
def project():
    project = make_project(key="FRD")
    make_scope(project, metric="recall", baseline=0.31)
    return project


@pytest.fixture
def api(project):
    return Api(project.created_by)


def make_experiment(project, **values):
    item = make_item(project, title="Is there signal?", kind=ItemKind.EXPERIMENT)
    return project_operations.revise_item(item=item, values=values, by=project.created_by) if values else item


def told(run, **more):
    return {"run_id": run.run_id, "name": run.name} | more


def test_an_item_answers_its_best_run_and_how_far_it_moved(project, api):
    item = make_experiment(project)
    measure(item, recall=0.4)
    best = measure(item, recall=0.5)
    other = make_experiment(project, metric="auc")
    without = measure(other, auc=0.9)
    make_item(project)

    one = api.get("projects/FRD/items/1").json()["best_run"]

    assert one.pop("difference") == pytest.approx(0.19)
    assert one == told(best, metric="recall", value=0.5, baseline=0.31)
    listed = {row["number"]: row["best_run"] for row in api.get("projects/FRD/items").json()["results"]}
    assert listed[1]["run_id"] == best.run_id
    assert listed[2] == told(without, metric="auc", value=0.9, baseline=None, difference=None)
    assert listed[3] is None


def test_best_runs_cost_a_list_the_same_for_one_and_for_three(project, api):
    measure(make_experiment(project), recall=0.4)
    api.get("projects/FRD/items")
    with CaptureQueriesContext(connection) as one:
        api.get("projects/FRD/items")
    for _ in range(2):
        measure(make_experiment(project), recall=0.4)
    with CaptureQueriesContext(connection) as three:
        answer = api.get("projects/FRD/items")

    assert [row["best_run"]["value"] for row in answer.json()["results"]] == [0.4] * 3
    assert len(one) == len(three)


def test_the_best_run_is_only_read(project, api):
    make_experiment(project)

    assert api.patch("projects/FRD/items/1", {"best_run": {"value": 1}}).status_code in (400, 422)


def test_a_viewer_reads_the_best_run_and_a_stranger_nothing(project):
    measure(make_experiment(project), recall=0.4)

    viewer, stranger = Api(make_member(project, Role.VIEWER)), Api(make_user("stranger"))

    assert viewer.get("projects/FRD/items/1").json()["best_run"]["value"] == 0.4
    assert stranger.get("projects/FRD/items/1").status_code == 404
