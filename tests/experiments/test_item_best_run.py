"""What an item's answer, page and glance say of the best of the runs that test it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from projects import operations as project_operations
from projects.enums import ItemKind
from projects.roles import Role
from tests.experiments.factories import make_dataset_version
from tests.experiments.test_sprint_research import measure
from tests.factories import make_member, make_project, make_user, now
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


# --- the page, and at a glance --------------------------------------------------------------------------------------


HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def owner(client, project):
    client.force_login(project.created_by)
    return client


def page_of(client, name, **more):
    return client.get(reverse(f"projects:{name}", args=["FRD", 1]), more).content.decode()


def runs_of(client):
    text = client.get(reverse("experiments:item-runs", args=["FRD", 1]), **HTMX).content.decode()
    return " ".join(text.split())


def glance(client):
    return client.get(reverse("projects:item", args=["FRD", 1]), {"part": "peek"}, **HTMX).content.decode()


def test_the_best_run_stands_with_the_facts_before_what_is_said(project, owner):
    best = measure(make_experiment(project), recall=0.5)

    page = page_of(owner, "item")

    said = f'{best.name}</a>: <span class="num">recall 0.5, +0.19 against the baseline of 0.31</span>'
    assert said in page
    assert page.index(said) < page.index('id="discussion"')
    assert said in owner.get(reverse("projects:item", args=["FRD", 1]), {"part": "facts"}, **HTMX).content.decode()


def test_an_experiment_without_a_run_says_so_and_a_story_says_nothing_of_runs_or_tests(project, owner):
    make_experiment(project)
    assert "No run has tested it yet." in page_of(owner, "item")
    assert "What it tests" in owner.get(reverse("projects:item-about", args=["FRD", 1]), **HTMX).content.decode()

    project_operations.revise_item(item=project.items.get(), values={"kind": ItemKind.STORY}, by=project.created_by)

    assert "No run has tested it yet." not in page_of(owner, "item")
    assert "What it tests" not in owner.get(reverse("projects:item-about", args=["FRD", 1]), **HTMX).content.decode()
    assert 'id="item-runs" hidden' in runs_of(owner)
    measure(project.items.get(), recall=0.5)
    assert 'id="item-runs" hidden' not in runs_of(owner)


def test_a_story_that_says_what_it_tests_keeps_it_in_sight(project, owner):
    make_experiment(project, hypothesis="It lifts recall", kind=ItemKind.STORY)

    about = owner.get(reverse("projects:item-about", args=["FRD", 1]), **HTMX).content.decode()

    assert "It lifts recall" in about


def test_a_glance_has_the_best_run_and_the_last_comments_that_one_may_read(project, client):
    item = make_experiment(project)
    best = measure(item, recall=0.5)
    for number in range(4):
        say(item, f"Said **{number}**", by=project.created_by, visibility="everyone")
    say(item, "Among us", by=project.created_by, visibility="team")
    client.force_login(project.created_by)
    team = glance(client)
    client.force_login(make_member(project, Role.SPONSOR))

    others = glance(client)

    assert f"{best.name}: recall 0.5, +0.19 against the baseline of 0.31" in team
    assert [f"<strong>{number}</strong>" in team for number in range(4)] == [False, False, True, True]
    assert "Among us" in team
    assert [f"<strong>{number}</strong>" in others for number in range(4)] == [False, True, True, True]
    assert "Among us" not in others


def say(item, text, *, by, **more):
    project_operations.add_comment(talk=project_operations.ITEM_TALK, on=item, text=text, by=by, now=now(), **more)


def test_runs_and_data_are_offered_by_name_with_the_ids_that_link_them(project, owner):
    run = measure(make_experiment(project), recall=0.5)
    version = make_dataset_version(project)

    def offered(kind, text):
        asked = {"kind": kind, "target": text}
        return owner.get(reverse("projects:item-choices", args=["FRD", 1]), asked, **HTMX).content.decode()

    assert f'<option value="{run.run_id}" label="{run.name}' in offered("run", run.name)
    known_as = f"{version.dataset.name}@{version.number}"
    assert f'<option value="{known_as}" label="{version.dataset.name}"' in offered("dataset", version.dataset.name)
    sent = {"kind": "dataset", "target": known_as}
    assert owner.post(reverse("projects:item-link", args=["FRD", 1]), sent, **HTMX).status_code == 200
