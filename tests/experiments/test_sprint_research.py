"""What a sprint's review says of its experiments: the movement that their cards show, and how sure it is."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from documents import sprint_reviews
from experiments import operations
from experiments.operations.points import MetricEntry
from projects import operations as project_operations
from projects import queries, reviewing
from projects.enums import ItemKind
from tests.experiments.factories import make_run
from tests.factories import make_project, now
from tests.projects.factories import make_item, make_scope, make_sprint
from tests.projects.test_api import Api

pytestmark = pytest.mark.django_db


def measure(item, **metrics):
    """A run for this item that logged these."""
    run = make_run(item.project)
    entries = [MetricEntry(name, value, 0, 1) for name, value in metrics.items()]
    operations.log_batch(run=run, metrics=entries, by=run.created_by, now=now())
    operations.link_run(run=run, item=item, by=run.created_by, now=now())
    return run


def make_experiment_item(sprint, **values):
    item = make_item(sprint.project, sprint=sprint, title="Is there signal?", kind=ItemKind.EXPERIMENT)
    if values:
        item = project_operations.revise_item(item=item, values=values, by=sprint.project.created_by)
    return item


@pytest.fixture
def sprint():
    project = make_project()
    make_scope(project, metric="recall", baseline=0.31)
    return make_sprint(project)


def hypotheses(sprint):
    return reviewing.review_of(queries.sprint(sprint.project, sprint.number), now=now())["research"]["hypotheses"]


def told(sprint):
    names = ("metric", "baseline", "value", "change", "low", "high", "mean", "runs")
    (one,) = hypotheses(sprint)
    return tuple(one[name] for name in names)


def test_what_an_item_does_not_name_is_the_scopes(sprint):
    make_experiment_item(sprint)

    assert told(sprint) == ("recall", 0.31, None, None, None, None, None, 0)


def test_a_metric_of_its_own_has_no_baseline_of_the_scope(sprint):
    make_experiment_item(sprint, metric="latency")

    assert told(sprint)[:2] == ("latency", None)


def test_the_best_run_moves_the_metric_against_the_baseline(sprint):
    item = make_experiment_item(sprint)
    measure(item, recall=0.61)
    measure(item, recall=0.8201)
    measure(item, recall=float("nan"))

    assert told(sprint) == ("recall", 0.31, 0.8201, 0.5101, None, None, None, 0)


def test_the_interval_is_the_one_that_the_best_run_logged(sprint):
    item = make_experiment_item(sprint)
    for value in (0.5, 0.6, 0.7):
        measure(item, recall=value)
    measure(item, recall=0.8201, recall_low=0.78, recall_high=0.85)

    assert told(sprint) == ("recall", 0.31, 0.8201, 0.5101, 0.78, 0.85, None, 1)


def test_else_it_is_that_of_the_mean_of_at_least_three_runs(sprint):
    item = make_experiment_item(sprint)
    for value in (0.6, 0.7, 0.7):  # the same value again is no evidence
        measure(item, recall=value)
    assert told(sprint)[-1] == 0

    measure(item, recall=0.8)

    # Student, 2 degrees of freedom: 4.302653 * 0.1 / sqrt(3)
    assert told(sprint) == ("recall", 0.31, 0.8, 0.49, 0.451586, 0.948414, 0.7, 3)


def test_the_movement_is_read_on_the_page_in_the_file_and_outside_and_is_frozen(sprint, client):
    item = make_experiment_item(sprint)
    measure(item, recall=0.8201, recall_low=0.78, recall_high=0.85)
    owner, key = sprint.project.created_by, sprint.project.key
    link = project_operations.share_review(sprint=sprint, label="Board", days=7, by=owner, now=now())
    client.force_login(owner)
    addresses = [f"/p/{key}/sprints/1/review/", f"/p/{key}/sprints/1/", f"/shared/reviews/{link.secret}"]

    for address in addresses:
        page = " ".join(client.get(address, follow=True).content.decode().split())
        assert '<b class="num">0.8201</b> (+0.51) <small>[0.78, 0.85] of the best run</small>' in page, address
        assert "baseline 0.31" in page, address
    text = sprint_reviews.file_of(sprint, "md", now=now()).content.decode()
    assert "recall 0.8201, +0.5101 [0.78, 0.85] of the best run, baseline 0.31" in text.replace("\\", "")
    project_operations.close_sprint(sprint=sprint, by=owner, now=now())
    measure(item, recall=0.9)
    found = Api(owner).get(f"projects/{key}/sprints/1/review").json()["content"]["research"]["hypotheses"]
    assert [(one["value"], one["change"], one["low"]) for one in found] == [(0.8201, 0.5101, 0.78)]


def test_a_review_that_was_frozen_before_movements_were_told_is_still_shown(sprint, client, monkeypatch):
    make_experiment_item(sprint)
    owner = sprint.project.created_by
    client.force_login(owner)
    content = reviewing.content_of(sprint, now=now())
    for one in content["research"]["hypotheses"]:
        for name in ("change", "mean", "runs"):
            del one[name]
    monkeypatch.setattr(reviewing, "content_of", lambda *_, **__: content)
    project_operations.close_sprint(sprint=sprint, by=owner, now=now())

    assert client.get(f"/p/{sprint.project.key}/sprints/1/review/").status_code == 200
    assert "recall" in sprint_reviews.file_of(sprint, "md", now=now()).content.decode()


def test_the_research_track_costs_the_same_for_one_experiment_and_for_three():
    def queries_with(count):
        project = make_project()
        make_scope(project, metric="recall", baseline=0.31)
        sprint = make_sprint(project)
        for _ in range(count):
            item = make_experiment_item(sprint)
            for value in (0.5, 0.6, 0.7):
                measure(item, recall=value)
        with CaptureQueriesContext(connection) as found:
            hypotheses(sprint)
        return len(found)

    assert queries_with(1) == queries_with(3)
