"""What people say of runs: tags, description, hypothesis, discussion; by the operations, pages and REST."""

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.errors import Conflict, Invalid, NotAllowed, NotFound
from core.models import Event
from experiments import operations, queries
from experiments.models import Run, RunComment, RunItem
from experiments.operations import NOTE_TAG, RUN_TALK
from experiments.operations.points import MetricEntry
from projects import cardfacts
from projects import operations as project_operations
from projects.operations import add_comment, change_comment, delete_comment
from projects.roles import Role
from tests.experiments.factories import make_run
from tests.factories import make_member, make_project, make_user, now
from tests.projects.factories import make_sprint

HTMX = {"HX-Request": "true"}


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


def make_item(project, title="Trees beat lines", kind="experiment"):
    return project_operations.add_item(project=project, title=title, kind=kind, by=project.created_by, now=now())


def comment(run, text="Looks odd.", by=None):
    return add_comment(talk=RUN_TALK, on=run, text=text, by=by or run.created_by, now=now())


def link(run, item, by=None):
    return operations.link_run(run=run, item=item, by=by or run.created_by, now=now())


def deleted(run):
    operations.delete_run(run=run, by=run.created_by, now=now())
    return run


def last():
    event = Event.objects.order_by("pk").last()
    return event.type, event.subject_id, event.data


# --- operations ------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_link_run_to_a_hypothesis_to_another_and_to_none():
    run = make_run()
    first, second = make_item(run.project), make_item(run.project, "Lines will do")

    link(run, first)
    assert (queries.item_of(run), last()) == (first, ("run.linked", run.run_id, {"item": 1, "was": None}))
    link(run, second)
    assert (queries.item_of(run), last()) == (second, ("run.linked", run.run_id, {"item": 2, "was": 1}))
    count = Event.objects.count()
    link(run, second)
    assert Event.objects.count() == count
    assert list(queries.runs_for(second)) == [run]
    assert not queries.runs_for(first).exists()
    assert link(run, None) is None
    assert (queries.item_of(run), last()) == (None, ("run.unlinked", run.run_id, {"was": 2}))


@pytest.mark.django_db
def test_link_run_refused_writes_nothing():
    run = make_run()
    item, foreign = make_item(run.project), make_item(make_project())
    count = Event.objects.count()

    with pytest.raises(NotAllowed):
        link(run, item, by=make_member(run.project, Role.VIEWER))
    with pytest.raises(Invalid, match="no item 1 in the project of this run"):
        link(run, foreign)
    assert Event.objects.count() == count + 1  # the new member
    with pytest.raises(Conflict):
        link(deleted(run), item)
    assert not RunItem.objects.exists()


@pytest.mark.django_db
def test_describe_run_sets_mlflows_tag_and_takes_it_away():
    run = make_run()

    operations.describe_run(run=run, text=" # What \n", by=run.created_by, now=now())
    assert Run.objects.get(pk=run.pk).tags[NOTE_TAG] == "# What"
    for _ in range(2):
        operations.describe_run(run=run, text=" ", by=run.created_by, now=now())
    assert NOTE_TAG not in Run.objects.get(pk=run.pk).tags


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["What", ""])
def test_describe_run_refused_to_a_viewer_and_when_deleted(text):
    run = make_run()

    with pytest.raises(NotAllowed):
        operations.describe_run(run=run, text=text, by=make_member(run.project, Role.VIEWER), now=now())
    with pytest.raises(Invalid, match="at most 8000"):
        operations.describe_run(run=run, text="x" * 8001, by=run.created_by, now=now())
    with pytest.raises(Conflict):
        operations.describe_run(run=deleted(run), text=text, by=run.created_by, now=now())
    assert Run.objects.get(pk=run.pk).tags == {}


@pytest.mark.django_db
def test_comment_is_added_changed_and_deleted_without_its_words_in_the_log():
    run = make_run()
    validator = make_member(run.project, Role.VALIDATOR)

    made = comment(run, " Looks odd. ", by=validator)
    assert (made.text, made.created_by, last()) == (
        "Looks odd.", validator, ("run.commented", run.run_id, {"step": "added", "comment": made.pk}),
    )  # fmt: skip
    changed = change_comment(talk=RUN_TALK, comment=made, text="Looks fine.", by=validator, now=now())
    assert (changed.text, changed.updated_at > changed.created_at) == ("Looks fine.", True)
    delete_comment(talk=RUN_TALK, comment=changed, by=validator)

    assert last() == ("run.commented", run.run_id, {"step": "deleted", "comment": made.pk})
    assert not RunComment.objects.exists()
    with pytest.raises(NotFound):
        delete_comment(talk=RUN_TALK, comment=made, by=validator)


@pytest.mark.django_db
def test_comment_refused_writes_nothing():
    run = make_run()
    made = comment(run)
    other = make_member(run.project, Role.ENGINEER)
    viewer = make_member(run.project, Role.VIEWER)
    count = Event.objects.count()

    with pytest.raises(NotAllowed):
        comment(run, by=viewer)
    for text in (" ", "x" * 5001, "a\0b"):
        with pytest.raises(Invalid, match=r"1 to 5000 characters|cannot be stored"):
            comment(run, text)
    for operation, given in ((change_comment, {"text": "No", "now": now()}), (delete_comment, {})):
        with pytest.raises(NotAllowed, match="Only whoever wrote"):
            operation(talk=RUN_TALK, comment=made, by=other, **given)
    assert (RunComment.objects.get().text, Event.objects.count()) == ("Looks odd.", count)
    with pytest.raises(Conflict):
        comment(deleted(run))


# --- pages -----------------------------------------------------------------------------------------------------------


def post(user, run, path, **given):
    return client_of(user).post(f"/p/{run.project.key}/runs/{run.run_id}/{path}", given, headers=HTMX)


@pytest.mark.django_db
def test_tags_are_added_changed_and_removed_on_the_page():
    run = make_run()

    shown = post(run.created_by, run, "tags", key="team", value="<risk>").content.decode()
    assert "&lt;risk&gt;" in shown
    assert 'id="record"' in shown
    post(run.created_by, run, "tags", key="team", value="fraud")
    assert Run.objects.get(pk=run.pk).tags == {"team": "fraud"}
    assert post(run.created_by, run, "tags", key="", value="x").status_code == 422
    assert post(run.created_by, run, "tags", key="team", act="remove").status_code == 200
    assert Run.objects.get(pk=run.pk).tags == {}
    plain = client_of(run.created_by).post(f"/p/{run.project.key}/runs/{run.run_id}/tags", {"key": "a", "value": "b"})
    assert plain["Location"] == f"/p/{run.project.key}/runs/{run.run_id}/"


@pytest.mark.django_db
def test_description_and_comments_are_markdown_without_html():
    run = make_run()
    text = "**Bold** <script>alert(1)</script>"

    described = post(run.created_by, run, "description", text=text).content.decode()
    said = post(run.created_by, run, "comments", text=text).content.decode()

    for shown in (described, said):
        assert "<strong>Bold</strong> &lt;script&gt;" in shown
        assert "<script>alert" not in shown
    made = RunComment.objects.get()
    assert "Changed" in post(run.created_by, run, f"comments/{made.pk}", text="Changed").content.decode()
    assert "Nothing said yet" in post(run.created_by, run, f"comments/{made.pk}", act="delete").content.decode()


@pytest.mark.django_db
def test_hypothesis_is_shown_on_both_pages():
    run = make_run()
    item, task = make_item(run.project), make_item(run.project, "Tidy up", kind="task")
    operations.log_batch(run=run, metrics=[operations.MetricEntry("loss", 0.25, 0, 1)], by=run.created_by, now=now())

    shown = post(run.created_by, run, "hypothesis", item=item.number).content.decode()

    assert f"{run.project.key}-1</a> Trees beat lines" in shown
    assert task.title not in shown
    client, base = client_of(run.created_by), f"/p/{run.project.key}/board/items"
    assert f'hx-get="{base}/1/runs"' in client.get(f"{base}/1/").content.decode()
    part = client.get(f"{base}/1/runs", headers=HTMX).content.decode()
    assert all(said in part for said in (run.name, "loss", "0.25"))
    assert run.name not in client.get(f"{base}/2/runs").content.decode()
    assert client.get(f"{base}/3/runs").status_code == 404
    assert post(run.created_by, run, "hypothesis", item="x").status_code == 422
    assert post(run.created_by, run, "hypothesis", item="99").status_code == 404
    post(run.created_by, run, "hypothesis", item="")
    assert not RunItem.objects.exists()


@pytest.mark.django_db
def test_run_page_and_item_part_cost_the_same_for_one_and_for_three():
    run = make_run()
    item = make_item(run.project)
    client, costs = client_of(run.created_by), []
    for count in (1, 2):
        for number in range(count):
            comment(run, f"Word {number}", by=make_member(run.project, Role.ENGINEER))
            link(make_run(run.project), item)
            operations.log_batch(run=run, tags={f"tag{count}{number}": "x"}, by=run.created_by, now=now())
        with CaptureQueriesContext(connection) as page:
            client.get(f"/p/{run.project.key}/runs/{run.run_id}/")
        with CaptureQueriesContext(connection) as part:
            client.get(f"/p/{run.project.key}/board/items/1/runs")
        costs.append((len(page), len(part)))

    assert costs[0] == costs[1]


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["tags", "description", "hypothesis", "comments", "comments/{comment}"])
def test_viewers_are_refused_and_strangers_find_nothing(path):
    run = make_run()
    made = comment(run)
    path, given = path.format(comment=made.pk), {"key": "a", "value": "b", "text": "x", "item": ""}

    assert post(make_member(run.project, Role.VIEWER), run, path, **given).status_code == 403
    assert post(make_user(), run, path, **given).status_code == 404
    viewer = client_of(make_member(run.project, Role.VIEWER))
    shown = viewer.get(f"/p/{run.project.key}/runs/{run.run_id}/").content.decode()
    assert "Add a tag" not in shown
    assert "Which hypothesis" not in shown
    assert 'id="comment-text"' not in shown


# --- REST ------------------------------------------------------------------------------------------------------------


def api(user, method, run, path="", body=None):
    client = client_of(user)
    address = f"/api/v1/projects/{run.project.key}/runs/{run.run_id}{path}"
    return client.generic(method, address, json.dumps(body) if body else "", content_type="application/json")


@pytest.mark.django_db
def test_rest_revises_a_run_whole_or_not_at_all():
    run = make_run()
    make_item(run.project)
    operations.log_batch(run=run, tags={"old": "1"}, by=run.created_by, now=now())
    body = {"tags": {"team": "risk", "old": None}, "description": "What", "item": 1}

    answer = api(run.created_by, "PATCH", run, body=body).json()

    assert (answer["tags"], answer["description"], answer["item"]) == ({"team": "risk", NOTE_TAG: "What"}, "What", 1)
    refused = api(run.created_by, "PATCH", run, body={"tags": {"team": "other"}, "item": 99})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "item")
    assert Run.objects.get(pk=run.pk).tags["team"] == "risk"
    assert api(make_member(run.project, Role.VIEWER), "PATCH", run, body=body).status_code == 403
    assert api(make_user(), "PATCH", run, body=body).status_code == 404
    assert api(run.created_by, "PATCH", run, body={"tag": {}}).status_code == 400


@pytest.mark.django_db
def test_rest_discussion():
    run = make_run()
    user, viewer = run.created_by, make_member(run.project, Role.VIEWER)

    made = api(user, "POST", run, "/comments", {"text": "Odd"})
    path = f"/comments/{made.json()['id']}"

    assert (made.status_code, made["Location"].endswith(path)) == (201, True)
    assert [one["text"] for one in api(viewer, "GET", run, "/comments").json()["results"]] == ["Odd"]
    assert api(user, "PATCH", run, path, {"text": "Fine"}).json()["text"] == "Fine"
    assert api(viewer, "DELETE", run, path).status_code == 403
    assert api(user, "GET", make_run(run.project), path).status_code == 404
    assert api(user, "DELETE", run, path).status_code == 204
    assert api(user, "GET", run, path).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize(("minutes", "is_marked"), [(20, True), (5, False)])
def test_run_that_has_told_nothing_for_long_is_marked_on_its_page(minutes, is_marked):
    run = make_run()
    Run.objects.filter(pk=run.pk).update(started_at=now() - timedelta(minutes=minutes))

    shown = client_of(run.created_by).get(f"/p/{run.project.key}/runs/{run.run_id}/").content.decode()

    assert ("Silent" in shown, "Last word" in shown, "Running" in shown) == (is_marked, is_marked, not is_marked)


@pytest.mark.django_db
def test_the_best_run_of_a_hypothesis_is_told_against_the_baseline():
    project = make_project()
    item = make_item(project)
    runs = [make_run(project, name=name) for name in ("first", "second", "broken", "other")]
    for run, value in zip(runs, (0.61, 0.68, float("nan"), 0.99), strict=True):
        operations.log_batch(run=run, metrics=[MetricEntry("recall", value, 0, 1)], by=run.created_by, now=now())
    for run in runs[:3]:
        link(run, item)
    assert queries.movement(item) is None

    project_operations.revise_item(item=item, values={"metric": "recall", "baseline": 0.42}, by=project.created_by)
    item.refresh_from_db()

    found = queries.movement(item)
    assert (found.metric, found.run, found.value, found.baseline) == ("recall", runs[1], 0.68, 0.42)
    assert found.change == pytest.approx(0.26)
    page = client_of(project.created_by).get(reverse("experiments:item-runs", args=[project.key, item.number]))
    assert "+0.26</b> against the baseline of 0.42" in page.content.decode()

    (fact,) = cardfacts.facts_of(project, [item])[item.number]
    assert (fact.text, fact.url) == ("recall 0.68, +0.26", f"/p/{project.key}/runs/{runs[1].run_id}/")
    assert fact.course == ()  # of one value there is no course


@pytest.mark.django_db
def test_a_card_draws_how_its_best_run_came_to_its_value_against_the_baseline():
    project = make_project()
    item = make_item(project)
    best, other = make_run(project, name="best"), make_run(project, name="other")
    values = [0.3, float("nan"), 0.5, 0.68]
    points = [MetricEntry("recall", value, step, 1) for step, value in enumerate(values)]
    operations.log_batch(run=best, metrics=points, by=best.created_by, now=now())
    operations.log_batch(run=other, metrics=[MetricEntry("recall", 0.1, 0, 1)], by=other.created_by, now=now())
    for run in (best, other):
        link(run, item)
    more = {"metric": "recall", "baseline": 0.42, "sprint": make_sprint(project)}
    item = project_operations.revise_item(item=item, values=more, by=project.created_by)

    (fact,) = cardfacts.facts_of(project, [item])[item.number]

    assert (fact.course, fact.reference) == ([0.3, 0.5, 0.68], 0.42)
    page = client_of(project.created_by).get(reverse("projects:board", args=[project.key])).content.decode()
    assert '<span class="course"><svg class="spark"' in page
    assert 'aria-label="recall of best: from 0.3 to 0.68, the baseline is 0.42"' in page


@pytest.mark.django_db
def test_what_cards_say_of_runs_costs_the_same_for_one_and_for_three():
    project = make_project()
    items = [make_item(project) for _ in range(3)]
    for item in items:
        project_operations.revise_item(item=item, values={"metric": "recall"}, by=project.created_by)
        item.refresh_from_db()
        run = make_run(project)
        points = [MetricEntry("recall", 0.5, step, 1) for step in range(2)]
        operations.log_batch(run=run, metrics=points, by=run.created_by, now=now())
        link(run, item)

    with CaptureQueriesContext(connection) as one:
        cardfacts.facts_of(project, items[:1])
    with CaptureQueriesContext(connection) as three:
        found = cardfacts.facts_of(project, items)

    assert (len(found), len(three)) == (3, len(one))
