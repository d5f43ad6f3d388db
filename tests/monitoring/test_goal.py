"""How near the goal is: the strongest of what runs, versions and production have measured, and how it shows."""

from datetime import timedelta

import pytest

from core.models import Event
from experiments.models import LatestMetric
from models_registry.models import Deployment
from monitoring import operations
from monitoring.models import DriftWindow
from projects.attained import attained
from projects.models import Scope
from tests.experiments.factories import make_run, make_trained_run
from tests.factories import make_project
from tests.models_registry.factories import make_deployment, make_scoped_project
from tests.models_registry.factories import make_version as make_registered
from tests.monitoring.factories import START, make_monitor, make_version, predict
from tests.monitoring.test_check_drift import check

pytestmark = pytest.mark.django_db


def reached(project):
    found = attained(project, Scope.objects.get(project=project))
    return (found.value, found.of, found.measured) if found else None


def goal(client, project):
    client.force_login(project.created_by)
    return client.get(f"/p/{project.key}/", {"part": "goal"}).content.decode()


def test_without_a_goal_the_page_says_where_to_set_it(client):
    project = make_project()
    make_run(project)

    shown = goal(client, project)

    assert reached(project) is None
    assert "No goal yet" in shown
    assert f"/p/{project.key}/scope/" in shown


def test_a_goal_that_nothing_has_measured_is_drawn_without_a_now(client):
    project = make_scoped_project(baseline=0.2, minimal_useful=0.3)

    shown = goal(client, project)

    assert reached(project) is None
    assert "not measured yet" in shown
    assert "Today 0.2, Minimal useful 0.3, Now –" in shown


def test_a_version_counts_for_more_than_a_run_and_what_is_live_for_more_than_what_is_newer(client):
    version = make_registered(make_scoped_project(baseline=0.2, minimal_useful=0.3))
    project = version.project
    of_run = dict(version.run.latest_metrics.values_list("key__name", "value"))["average_precision"]
    assert reached(project) == (of_run, str(version), "by its run, candidate")

    deployment = make_deployment(project, seed=2)
    assert reached(project) == (0.8, str(deployment.live_version), "on its holdout, live")
    shown = goal(client, project)
    assert "worth having" in shown
    assert f"/models/{deployment.live_version.model.name}/{deployment.live_version.number}/" in shown

    Scope.objects.filter(project=project).update(minimal_useful=0.9)
    assert "not worth having yet" in goal(client, project)


def test_what_production_measures_counts_most_and_is_told_when_it_grows(tmp_path):
    monitor = make_monitor(tmp_path=tmp_path)
    project = monitor.project
    Scope.objects.filter(project=project).update(metric="PR-AUC", minimal_useful=0.3)
    for window in range(2):
        predict(monitor.deployment, at=START + timedelta(seconds=10 * window), n=200, labelled=True)

    check(monitor, at=START + timedelta(seconds=33))

    newest = DriftWindow.objects.order_by("-ended_at").first()
    assert reached(project) == (
        newest.performance["metrics"]["average_precision"],
        monitor.deployment.name,
        f"in production, {newest.performance['labelled']:,} predictions whose truth is known",
    )
    told = Event.objects.get(type="drift_window.measured")
    assert (told.data["windows"], told.data["labelled"]) == (2, 200)
    operations.record_performance(found=[(newest, newest.performance)])
    assert Event.objects.get(type="drift_window.measured") == told

    other = make_version(project, tmp_path, model=monitor.deployment.model)
    Deployment.objects.filter(pk=monitor.deployment_id).update(live_version=other)
    assert reached(project) is None  # of what serves now, nothing is known yet


def test_what_is_not_a_finite_number_is_passed_over():
    version = make_registered(make_scoped_project())
    LatestMetric.objects.filter(run=version.run, key__name="average_precision").update(value=float("nan"))
    assert reached(version.project) is None

    older = LatestMetric.objects.filter(run=make_registered(version.project, seed=2).run)
    older.filter(key__name="average_precision").update(value=0.25)
    assert reached(version.project)[0] == 0.25


def test_a_metric_is_known_by_the_scopes_name_and_by_its_own_and_less_may_be_better(client):
    run = make_trained_run(average_precision=0.5)
    Scope.objects.filter(project=run.project).update(metric="PR-AUC", minimal_useful=0.4)
    assert reached(run.project) == (0.5, run.name, "the best run")
    assert "worth having<" in goal(client, run.project)

    Scope.objects.filter(project=run.project).update(metric="average_precision", direction="lower")
    assert "not worth having yet<" in goal(client, run.project)
