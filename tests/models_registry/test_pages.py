"""Pages of models, reviews and deployments: who sees what, and what the forms do."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from experiments.models import Artifact
from models_registry import prediction
from models_registry.models import Deployment, ModelVersion, PredictionLog, RegisteredModel, Review
from projects import cardfacts
from projects import operations as project_operations
from projects.roles import Role
from tests.factories import PASSWORD, make_member, make_project, make_user, now
from tests.models_registry.factories import (
    finish_comparisons,
    make_approved,
    make_deployment,
    make_logged_version,
    make_review,
    make_run,
    make_scoped_project,
    make_version,
)

pytestmark = pytest.mark.django_db


def test_a_version_whose_files_were_deleted_is_shown_and_says_so():
    version = make_logged_version(make_project(), {"MLmodel": b"flavors: {}", "model.pkl": b"bytes"})
    Artifact.objects.filter(project=version.project).delete()

    shown = signed_in(version.project.created_by).get(
        reverse("models_registry:version", args=[version.project.key, version.model.name, version.number])
    )

    assert shown.status_code == 200
    assert "They were deleted since." in shown.content.decode()


def signed_in(user) -> Client:
    client = Client()
    assert client.login(username=user.username, password=PASSWORD)
    return client


def url(name, project, *args):
    return reverse(f"models_registry:{name}", args=[project.key, *args])


def everything(project):
    """Every page that is read, of a project in which a version serves and another waits."""
    return [
        url("models", project),
        url("run-versions", project, Deployment.objects.get().live_version.run.run_id),
        url("version", project, "fraud-scorer", 1),
        url("version", project, "fraud-scorer", 2),
        url("reviews", project),
        url("review", project, 1),
        url("review", project, 2),
        url("deployments", project),
        url("deployment", project, "card-fraud"),
    ]


@pytest.fixture
def project():
    deployment = make_deployment()
    project = deployment.project
    make_review(make_version(project, seed=2), deployment=deployment)
    prediction.predict(
        deployment=deployment, rows=[{"amount": 3.5, "hour": 1, "merchant": "grocer"}], by=None, now=now()
    )
    return project


def test_pages_open_for_a_member_and_not_for_a_stranger(project):
    member, stranger = signed_in(make_member(project, Role.VIEWER)), signed_in(make_user())

    assert [member.get(address).status_code for address in everything(project)] == [200] * 9
    assert [stranger.get(address).status_code for address in everything(project)] == [404] * 9


@pytest.mark.parametrize(
    ("page", "args", "parts"),
    [
        ("models", [], ["models"]),
        ("version", ["fraud-scorer", 1], ["state"]),
        ("reviews", [], ["reviews"]),
        ("review", [2], ["state", "checks", "comparison", "approvals"]),
        ("deployments", [], ["deployments"]),
        ("deployment", ["card-fraud"], ["state", "history", "predictions"]),
    ],
)
def test_fragments_answer_bare(project, page, args, parts):
    client = signed_in(project.created_by)
    for part in parts:
        response = client.get(url(page, project, *args) + f"?part={part}", headers={"HX-Request": "true"})
        assert response.status_code == 200
        assert b"<html" not in response.content


def test_what_became_of_a_run_names_its_versions_and_where_they_serve(project):
    run, unused = Deployment.objects.get().live_version.run, make_run(project, seed=3)
    client = signed_in(project.created_by)

    said = client.get(url("run-versions", project, run.run_id)).content.decode()
    nothing = client.get(url("run-versions", project, unused.run_id)).content.decode()

    assert url("version", project, "fraud-scorer", 1) in said
    assert url("deployment", project, "card-fraud") in said
    assert "No version of a model was made of this run." in nothing
    assert client.get(url("run-versions", project, "0" * 32)).status_code == 404


def test_the_versions_of_a_run_cost_the_same_for_one_and_for_three():
    project = make_scoped_project()
    client, run = signed_in(project.created_by), make_run(project)
    address = url("run-versions", project, run.run_id)
    _propose(client, project, run, "first")
    client.get(address)
    one = queries_of(client, address)

    for name in ("second", "third"):
        _propose(client, project, run, name)

    assert queries_of(client, address) == one


def _propose(client, project, run, name):
    answer = client.post(url("propose", project) + f"?run={run.run_id}", {"name": name, "description": ""})
    assert answer.status_code == 302


def test_propose_makes_a_version(project):
    run = make_run(project, seed=3)
    client = signed_in(project.created_by)

    shown = client.get(url("propose", project) + f"?run={run.run_id}")
    response = client.post(url("propose", project) + f"?run={run.run_id}", {"name": "other", "description": "New."})

    assert shown.status_code == 200
    assert response["Location"] == url("version", project, "other", 1)
    assert ModelVersion.objects.get(model__name="other").run == run


def test_propose_by_a_viewer_leaves_nothing(project):
    run = make_run(project, seed=3)
    client = signed_in(make_member(project, Role.VIEWER))

    response = client.post(url("propose", project) + f"?run={run.run_id}", {"name": "other", "description": ""})

    assert response.status_code == 403
    assert b"This needs the role" in response.content
    assert not RegisteredModel.objects.filter(name="other").exists()


def test_review_is_asked_for_and_approved_in_the_browser():
    version = make_version()
    project = version.project
    author, validator = signed_in(version.created_by), signed_in(make_member(project, Role.VALIDATOR))

    asked = author.post(url("review-request", project, "fraud-scorer", 1), {"reason": "It is better."})
    assert asked["Location"] == url("review", project, 1)
    review = Review.objects.get()
    finish_comparisons(review)
    assert b"You made this version" in author.get(url("review", project, 1)).content
    empty = validator.post(url("review-approve", project, 1), {"comment": "", "version": 1})
    assert empty.status_code == 422
    validator.post(url("review-approve", project, 1), {"comment": "Sound.", "version": 1})

    review.refresh_from_db()
    assert review.state == "approved"
    assert b"Sound." in validator.get(url("review", project, 1)).content


def test_approval_with_a_check_not_met_shows_it_on_the_page():
    review = make_review(compared=False)
    validator = signed_in(make_member(review.project, Role.VALIDATOR))

    response = validator.post(url("review-approve", review.project, 1), {"comment": "Go.", "version": 1})

    assert response.status_code == 409
    assert b"Not met: Beats today" in response.content
    assert Review.objects.get().state == "open"


def test_deploy_from_the_version_page():
    version = make_approved()
    owner = signed_in(version.project.created_by)

    response = owner.post(url("version-deploy", version.project, "fraud-scorer", 1), {"name": "card-fraud"})

    assert response["Location"] == url("deployment", version.project, "card-fraud")
    assert Deployment.objects.get().live_version == version


def test_try_it_predicts_and_names_what_is_wrong(project):
    client = signed_in(project.created_by)
    fields = {"c0": "12.5", "c1": "3", "c2": "grocer"}

    good = client.post(url("deployment-try", project, "card-fraud"), fields)
    bad = client.post(url("deployment-try", project, "card-fraud"), fields | {"c0": "much"})

    assert good.status_code == 200
    assert b"Served by version" in good.content
    assert bad.status_code == 422
    assert "column “amount” must be a number".encode() in bad.content
    assert PredictionLog.objects.count() == 2


def test_pause_needs_a_reason_and_the_version_seen(project):
    client, address = signed_in(project.created_by), url("deployment-pause", project, "card-fraud")

    assert client.post(address, {"reason": "", "version": 1}).status_code == 422
    assert client.post(address, {"reason": "Wrong data.", "version": 9}).status_code == 412
    assert client.post(address, {"reason": "Wrong data.", "version": 1}).status_code == 302
    assert Deployment.objects.get().state == "paused"
    client.post(url("deployment-resume", project, "card-fraud"))
    assert Deployment.objects.get().state == "live"


def test_a_reason_to_retire_that_is_refused_stands_in_its_form(project):
    client, address = signed_in(project.created_by), url("deployment-retire", project, "card-fraud")

    answer = client.post(address, {"reason": "x" * 5001})

    assert answer.status_code == 422
    assert answer.context["retire_form"]["reason"].value() == "x" * 5001
    assert "at most 5000 characters: got 5001" in answer.content.decode()
    assert Deployment.objects.get().state == "live"


def queries_of(client, address):
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


@pytest.mark.parametrize("page", ["models", "reviews", "deployments"])
def test_lists_cost_the_same_for_one_row_and_for_three(page):
    project = make_scoped_project()
    client = signed_in(project.created_by)
    make_deployment(project, name="first")
    client.get(url(page, project))
    one = queries_of(client, url(page, project))

    make_deployment(project, name="second", seed=2)
    make_deployment(project, name="third", seed=3)

    assert queries_of(client, url(page, project)) == one


def test_a_card_says_how_the_version_that_it_is_about_stands():
    version = make_version()
    project, by = version.project, version.project.created_by
    item = project_operations.add_item(project=project, title="Approve it", by=by, now=now())
    target = f"{version.model.name}@{version.number}"
    project_operations.link_item(item=item, kind="version", target=target, by=by, now=now())

    (fact,) = cardfacts.facts_of(project, [item])[item.number]

    assert fact.text == f"{version} candidate"


def test_the_overview_shows_the_newest_model_against_the_one_it_has_to_beat():
    champion = make_approved()
    project = champion.project
    owner = signed_in(project.created_by)
    address = reverse("projects:overview", args=[project.key])
    assert (
        "No model yet"
        in signed_in(make_user(is_admin=True))
        .get(reverse("projects:overview", args=[make_project().key]))
        .content.decode()
    )

    alone = owner.get(f"{address}?part=latest").content.decode()
    assert "Latest model" in alone
    assert "version 1" in alone
    assert "0.8" in alone

    make_review(make_version(project, seed=2))
    beside = owner.get(address).content.decode()
    assert "Champion and challenger" in beside
    assert url("version", project, "fraud-scorer", 1) in beside
    assert url("version", project, "fraud-scorer", 2) in beside
    assert '<span class="pill ok" title="Better">+0.1</span>' in beside


def test_the_newest_model_costs_the_overview_the_same_for_one_version_and_for_three():
    project = make_approved().project
    owner, address = signed_in(project.created_by), reverse("projects:overview", args=[project.key])
    owner.get(f"{address}?part=latest")
    with CaptureQueriesContext(connection) as one:
        owner.get(f"{address}?part=latest")
    for seed in (2, 3):
        make_review(make_version(project, seed=seed))
    with CaptureQueriesContext(connection) as three:
        owner.get(f"{address}?part=latest")

    assert len(three) == len(one)
