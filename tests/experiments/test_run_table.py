"""The table of runs: sorted, paged, grouped, folded, measured against a baseline; and what is done to those chosen."""

import math
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.errors import Invalid
from core.models import Event, Token
from experiments import listing, operations, runtable
from experiments.enums import Lifecycle
from experiments.listing import PARENT_TAG
from experiments.models import Run
from experiments.operations import MetricEntry
from experiments.queries import Latest
from projects.roles import Role
from tests.experiments.factories import make_dataset_version, make_experiment, make_run, make_scheduled_run
from tests.factories import make_member, make_project, make_user, now

HTMX = {"HX-Request": "true"}


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


def show(project, query="", *, user=None, status=200, part=False):
    address = f"/p/{project.key}/experiments/{query}"
    headers = HTMX if part else {}
    response = client_of(user or project.created_by).get(address, headers=headers)
    assert response.status_code == status, response.content.decode()[-1500:]
    return response


def log(run, metrics=None, params=None, tags=None):
    entries = [MetricEntry(key, value, 0, 1) for key, value in (metrics or {}).items()]
    operations.log_batch(run=run, metrics=entries, params=params, tags=tags, by=run.created_by, now=now())
    return run


def names(response):
    return [row.run.name for row in response.context["rows"]]


@pytest.fixture
def experiment():
    return make_experiment()


@pytest.fixture
def five(experiment):
    """a: 2, b: 10, c: NaN, d: nothing, e: -1; as metric `loss` and as params `depth` (c: deep)."""
    values = {"a": 2.0, "b": 10.0, "c": math.nan, "d": None, "e": -1.0}
    for name, value in values.items():
        run = make_run(experiment=experiment, name=name)
        params = {"a": "2", "b": "10", "c": "deep", "e": "-1"}
        if value is not None:
            log(run, {"loss": value}, {"depth": params[name]})
    return experiment.project


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("", "edcba"),
        ("-metrics.loss", "baecd"),
        ("metrics.loss", "eabcd"),
        ("-params.depth", "baecd"),
        ("params.depth", "eabcd"),
        ("-attributes.name", "edcba"),
        ("attributes.name", "abcde"),
        ("attributes.started", "abcde"),
        ("attributes.status", "edcba"),
    ],
)
def test_runs_are_sorted_by_any_column_and_paged_without_a_gap(five, sort, order):
    """Numbers in params sort as numbers; what has no value comes last, NaN before it."""
    look = runtable.Look(sort=sort)
    column, descending = look.ordering()
    seen, after = "", ""
    for _ in range(5):
        page = listing.page_of(listing.active_runs(five), sort=column, descending=descending, after=after, size=2)
        seen, after = seen + "".join(run.name for run in page.runs), page.after
        if not after:
            break

    assert seen == order


@pytest.mark.django_db
@pytest.mark.parametrize("after", ["x", "bm90", "W10", "WyJ4Il0", "WzEsMl0"])
def test_cursor_of_another_order_is_refused(five, after):
    with pytest.raises(Invalid, match="This cursor does not fit"):
        listing.page_of(listing.active_runs(five), sort=None, descending=True, after=after, size=2)


@pytest.mark.django_db
def test_children_fold_under_their_parent_and_are_flat_when_looked_for(experiment):
    parent = make_run(experiment=experiment, name="sweep")
    for number in (1, 2):
        log(make_run(experiment=experiment, name=f"trial-{number}"), {"loss": number}, tags={PARENT_TAG: parent.run_id})
    project = experiment.project

    folded = show(project)
    opened = show(project, f"?open={parent.run_id}")
    found = show(project, "?q=metrics.loss+>+0")

    assert names(folded) == ["sweep"]
    assert folded.context["rows"][0].child_count == 2
    assert names(opened) == ["sweep", "trial-1", "trial-2"]
    assert [row.is_child for row in opened.context["rows"]] == [False, True, True]
    assert names(found) == ["trial-2", "trial-1"]
    assert "nested," in found.content.decode()


@pytest.mark.django_db
def test_baseline_is_pinned_and_all_are_measured_against_it(five):
    baseline = Run.objects.get(name="a")

    response = show(five, f"?baseline={baseline.run_id}&col=metrics.loss&col=params.depth")

    assert response.context["baseline"].run == baseline
    cells = {row.run.name: row.cells for row in response.context["rows"]}
    assert [cells[name][0].difference for name in "abcde"] == ["", "+8", "", "", "−3"]
    assert [cells[name][1].differs for name in "abcde"] == [False, True, True, True, True]


@pytest.mark.django_db
def test_baseline_of_another_project_is_none(five):
    foreign = make_run(make_project())

    assert show(five, f"?baseline={foreign.run_id}").context["baseline"] is None


@pytest.mark.django_db
def test_columns_are_chosen_in_the_address(five):
    response = show(five, "?col=params.depth&col=tags.team&col=attributes.user")

    assert [head.label for head in response.context["heads"]] == ["depth", "team", "By"]
    assert "Columns" in response.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("?col=loss", "A column is metrics.NAME"),
        ("?col=attributes.password", "A column is metrics.NAME"),
        ("?sort=-nothing", "A column is metrics.NAME"),
        ("?group=metrics.loss", "Runs are grouped by a param"),
        ("?experiment=x", "An experiment is a number"),
        ("?after=zzz", "This cursor does not fit"),
        ("?q=metrics.loss+>", "expected a number"),
    ],
)
def test_an_address_that_makes_no_sense_says_so(five, query, said):
    response = show(five, query, status=422)

    assert said in response.content.decode()


@pytest.mark.django_db
def test_groups_tell_mean_and_range_and_lead_to_their_runs(experiment):
    for model, loss in (("gbm", 0.1), ("gbm", 0.3), ("forest", 0.5), (None, 0.7), ("gbm", math.nan)):
        log(make_run(experiment=experiment), {"loss": loss}, {"model": model} if model else {})
    project = experiment.project

    groups = show(project, "?group=params.model&col=metrics.loss").context["groups"]

    assert [(one.label, one.count, one.cells) for one in groups] == [
        ("gbm", 3, [("loss", "0.2", "0.1 to 0.3")]),
        ("(none)", 1, [("loss", "0.7", "")]),
        ("forest", 1, [("loss", "0.5", "")]),
    ] or {one.label for one in groups} == {"gbm", "forest", "(none)"}
    for group in groups:
        assert len(names(show(project, group.url))) == group.count


@pytest.mark.django_db
@pytest.mark.parametrize("group", ["", "&group=params.model", "&group=attributes.user"])
def test_table_costs_the_same_for_one_run_and_for_three(experiment, group):
    project, costs = experiment.project, []
    version = make_dataset_version(project)
    for count in (1, 2):
        for _ in range(count):
            parent = log(make_run(experiment=experiment), {"loss": 1.0}, {"model": "gbm"})
            log(make_run(experiment=experiment), {"loss": 1.0}, tags={PARENT_TAG: parent.run_id})
            make_scheduled_run(version=version)
        opened = "".join(f"&open={run.run_id}" for run in Run.objects.exclude(tags__has_key=PARENT_TAG))
        with CaptureQueriesContext(connection) as captured:
            show(project, f"?part=runs{opened}{group}", part=True)
        costs.append(len(captured))

    assert costs[0] == costs[1]


@pytest.mark.django_db
def test_running_runs_show_the_course_of_a_metric(experiment):
    run = make_run(experiment=experiment)
    entries = [MetricEntry("val_loss", float(step), step, step) for step in range(100)]
    operations.log_batch(run=run, metrics=entries, by=run.created_by, now=now())

    row = show(experiment.project).context["rows"][0]

    assert row.course == [float(step) for step in range(40, 100)]
    assert 'class="spark"' in show(experiment.project).content.decode()


@pytest.mark.django_db
def test_a_run_that_logs_no_more_is_silent(experiment):
    at = now()
    run = make_run(experiment=experiment)
    run.started_at = at - timedelta(hours=2)
    beat = lambda minutes: [Latest("loss", 1.0, 0, int((at - timedelta(minutes=minutes)).timestamp() * 1000))]  # noqa: E731

    assert runtable.silent_since(run, beat(5), now=at) is None
    assert abs(runtable.silent_since(run, beat(20), now=at) - (at - timedelta(minutes=20))) < timedelta(seconds=1)
    assert runtable.silent_since(run, [], now=at) == run.started_at
    run.status = "FINISHED"
    assert runtable.silent_since(run, beat(20), now=at) is None


@pytest.mark.django_db
def test_filter_is_helped_as_one_types(five):
    client, url = client_of(five.created_by), f"/p/{five.key}/experiments/filter"

    offered = client.get(url, {"q": "lo"}).json()
    wrong = client.get(url, {"q": "metrics.loss LIKE 'x'"}).json()
    value = client.get(url, {"q": "params.depth = ", "at": "15"}).json()

    assert offered["offers"][0] == {"text": "metrics.loss", "note": "metric", "start": 0, "end": 2}
    assert wrong["error"]["position"] == 13
    assert not wrong["error"]["is_unfinished"]
    assert [one["text"] for one in value["offers"]] == ["'-1'", "'10'", "'2'", "'deep'"]


def act(user, project, verb, runs, **more):
    body = {"act": verb, "run": [run.run_id for run in runs]} | more
    return client_of(user).post(f"/p/{project.key}/experiments/act", body)


@pytest.mark.django_db
def test_chosen_runs_are_deleted_and_restored(five):
    runs = list(Run.objects.filter(name__in="ab"))

    response = act(five.created_by, five, "delete", runs, next=f"/p/{five.key}/experiments/?sort=-metrics.loss")

    assert response["Location"] == f"/p/{five.key}/experiments/?sort=-metrics.loss"
    assert names(show(five)) == ["e", "d", "c"]
    assert sorted(names(show(five, "?deleted=1"))) == ["a", "b"]
    act(five.created_by, five, "restore", runs)
    assert len(names(show(five))) == 5


@pytest.mark.django_db
def test_deleting_is_refused_to_a_viewer_and_elsewhere(five):
    runs = list(Run.objects.filter(name__in="ab"))
    other = make_project()

    assert act(make_member(five, Role.VIEWER), five, "delete", runs).status_code == 403
    assert act(make_user(), five, "delete", runs).status_code == 404
    assert act(other.created_by, other, "delete", runs).status_code == 404
    assert not Run.objects.filter(lifecycle=Lifecycle.DELETED).exists()


@pytest.mark.django_db
def test_deleting_is_all_or_nothing(five):
    training = make_scheduled_run(five)
    runs = [Run.objects.get(name="a"), training]
    events = Event.objects.count()

    response = act(five.created_by, five, "delete", runs)

    assert response.status_code == 409
    assert "Cancel its job first" in response.content.decode()
    assert not Run.objects.filter(lifecycle=Lifecycle.DELETED).exists()
    assert Event.objects.count() == events


@pytest.mark.django_db
@pytest.mark.parametrize(("verb", "count", "next_url"), [("burn", 1, ""), ("delete", 0, "")])
def test_what_cannot_be_done_to_runs_is_refused(five, verb, count, next_url):
    assert act(five.created_by, five, verb, list(Run.objects.all()[:count])).status_code == 422


@pytest.mark.django_db
def test_after_an_act_one_never_lands_elsewhere(five):
    for target in ("https://example.org/", "//example.org/", "/account/"):
        response = act(five.created_by, five, "delete", [Run.objects.filter(lifecycle="active").first()], next=target)
        assert response["Location"] == f"/p/{five.key}/experiments/"


# --- connecting ------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_connecting_makes_a_token_for_this_project_shown_once():
    project = make_project()
    client, url = client_of(project.created_by), f"/p/{project.key}/experiments/connect"

    shown = client.post(url, {"label": "My notebook", "days": 30}).content.decode()

    token = Token.objects.get()
    assert (token.stream_id, sorted(token.scopes)) == (project.pk, ["read", "write"])
    assert shown.count(token.prefix) >= 3
    assert f"MLFLOW_TRACKING_URI=http://testserver/p/{project.key}" in shown
    assert token.prefix not in client.get(url).content.decode()


@pytest.mark.django_db
def test_connecting_with_a_bad_value_makes_nothing():
    project = make_project()

    response = client_of(project.created_by).post(f"/p/{project.key}/experiments/connect", {"label": "", "days": 900})

    assert response.status_code == 422
    assert not Token.objects.exists()


@pytest.mark.django_db
def test_the_first_run_turns_waiting_into_a_link():
    project = make_project()
    client, url = client_of(project.created_by), f"/p/{project.key}/experiments/connect"
    part = client.get(url).context["part_url"]
    assert "Waiting for the first run" in client.get(part, headers=HTMX).content.decode()

    make_scheduled_run(project)
    assert "Waiting for the first run" in client.get(part, headers=HTMX).content.decode()
    run = make_run(project, name="hello")

    shown = client.get(part, headers=HTMX).content.decode()
    assert f"/p/{project.key}/runs/{run.run_id}/" in shown
    assert "hello" in shown


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["experiments/filter", "experiments/connect"])
def test_pages_around_the_table_open_to_the_team_alone(path):
    project = make_project()

    for person in (project.created_by, make_member(project, Role.VIEWER)):
        assert client_of(person).get(f"/p/{project.key}/{path}").status_code == 200
    assert client_of(make_user()).get(f"/p/{project.key}/{path}").status_code == 404
    assert Client().get(f"/p/{project.key}/{path}").status_code == 302
